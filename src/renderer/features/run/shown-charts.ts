import type { RunTimeline } from '#shared/measures/run-timeline.ts'
import type { CurveAxis } from '../../charts/curve-axis.ts'
import type { MetricStore } from '../../charts/metric-series.ts'
import type { CurveLine } from '../../charts/plot-data.ts'
import { curveOf, withDetail, type WindowedSeries } from '../../charts/run-curve.ts'
import type { SmoothingMethod } from '../../charts/smoothing.ts'
import type { ValueScale } from '../../state/charts.svelte.ts'
import type { ChartDefinition } from './chart-definitions.ts'

type ChartLine = ChartDefinition['lines'][number]

export interface ShownChart extends Omit<ChartDefinition, 'lines'> {
  /** All of the definition, so that a chart is not built anew when the first point of another metric arrives. */
  readonly lines: readonly (ChartLine & CurveLine & { readonly id: string; readonly isListed: boolean })[]
}

/** How a reader wants to see curves. */
export interface CurveLook {
  readonly axis: CurveAxis
  readonly valueScale: ValueScale
  /** Absent: values as they were measured. */
  readonly smoothing?: { readonly method: SmoothingMethod; readonly width: number } | undefined
}

/** The points of a run. */
export interface ChartedRun {
  readonly metrics: Pick<MetricStore, 'get'>
  readonly timeline: RunTimeline
  /** It gets no more points. */
  readonly isOver: boolean
  /** Closer points of what is zoomed into. */
  readonly detail?: (metric: string) => WindowedSeries | undefined
}

/**
 * Whether a chart has something to show. Of a run that is over, what has no point is left out, as is what nobody may have
 * asked for until points come.
 */
export function hasLines(definition: ChartDefinition, run: Pick<ChartedRun, 'metrics' | 'isOver'>): boolean {
  return definition.lines.some((line) => isListed(line, run))
}

function isListed({ metric, isConditional }: ChartLine, { metrics, isOver }: Pick<ChartedRun, 'metrics' | 'isOver'>) {
  return metrics.get(metric).steps.length > 0 || !(isOver || isConditional)
}

/** A chart with the curves of a run. */
export function shownChart(chart: ChartDefinition, run: ChartedRun, look: CurveLook): ShownChart {
  const axis = { ...chart.axis, isLogarithmic: isLogarithmic(chart.axis, look.valueScale) }
  return {
    ...chart,
    axis,
    lines: chart.lines.map((line) => {
      const curve = curveOf(withDetail(run.metrics.get(line.metric), run.detail?.(line.metric)), {
        axis: look.axis,
        wallOffsets: run.timeline.wallOffsets,
        factor: chart.factor,
        smoothing:
          line.isSmoothed && look.smoothing !== undefined
            ? { ...look.smoothing, isLogarithmic: axis.isLogarithmic }
            : undefined,
      })
      return { ...line, ...curve, id: line.metric, isListed: isListed(line, run) }
    }),
  }
}

export function isLogarithmic(usual: { readonly isLogarithmic: boolean }, scale: ValueScale): boolean {
  return scale === 'usual' ? usual.isLogarithmic : scale === 'logarithmic'
}
