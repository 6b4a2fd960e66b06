import { metricDefinition, type MetricName } from '#shared/measures/metrics.ts'
import { formatShownValue, shownUnits } from '#shared/measures/metric-values.ts'
import type { ValueAxis } from '../../charts/values-axis.ts'
import { objectiveLine, type ChartOutline } from '../../families/chart-outline.ts'

interface ChartLine {
  readonly metric: MetricName
  readonly label: string
  /** Colour token. */
  readonly token: string
  /** Left out as long as it has no points: it is emitted only where it was asked for. */
  readonly isConditional: boolean
  /** Losses and rates are noisy; accuracies are sparse, and means are smooth already. */
  readonly isSmoothed: boolean
}

export interface ChartDefinition {
  readonly title: string
  readonly note?: string
  readonly axis: ValueAxis
  readonly lines: readonly ChartLine[]
  /** What values are multiplied by, so that ticks are round in the unit shown. */
  readonly factor: number
  readonly formatValue: (value: number) => string
  readonly emptyText: string
  /** In the first row, with room for details. */
  readonly isLarge: boolean
}

/** Charts of a family of experiments: together they show every metric that it emits. */
export function chartsOf(outlines: readonly ChartOutline[]): readonly ChartDefinition[] {
  return outlines.map(chartOf)
}

export function chartOf(outline: ChartOutline): ChartDefinition {
  const { note, metrics, isLogarithmic = false, isSmoothed = false, isFromZero = false, isLarge = false } = outline
  const [first = objectiveLine] = metrics
  const { title, unit } = metricDefinition(first[0])
  const shown = shownUnits[unit]
  return {
    title: outline.title ?? title,
    ...(note === undefined ? {} : { note }),
    axis: {
      isLogarithmic,
      isFromZero,
      suffix: unit === 'steps/s' ? '' : shown.suffix,
      // Images are counted: less than a point is noise that should not look like a mountain.
      ...(unit === 'fraction' ? { lowest: 0, highest: 100, smallestSpan: 1 } : {}),
    },
    lines: metrics.map(([metric, token]) => ({
      metric,
      token,
      label: metricDefinition(metric).title,
      isConditional: metricDefinition(metric).isConditional === true,
      isSmoothed: isSmoothed && metric !== 'loss.epoch',
    })),
    factor: shown.factor,
    formatValue: (value) => formatShownValue(value, shown),
    emptyText: outline.emptyText,
    isLarge,
  }
}

/**
 * Widths of charts in sixths of a row: three or two in each, none alone beside empty space.
 */
export function chartSpans(count: number): readonly number[] {
  if (count <= 0) return []
  if (count === 1) return [6]
  const isPair = count === 2 || count === 4
  const inRow = isPair ? 2 : 3
  return [...Array.from({ length: inRow }, () => 6 / inRow), ...chartSpans(count - inRow)]
}
