import type { MetricStore, SeriesData } from '../../charts/metric-series.ts'
import type { SmoothedSeries } from '../../charts/plot-data.ts'
import type { ChartDefinition } from './chart-definitions.ts'

type ChartLine = ChartDefinition['lines'][number]

export interface ShownChart extends Omit<ChartDefinition, 'lines'> {
  /** All of the definition, so that a chart is not built anew when the first point of another metric arrives. */
  readonly lines: readonly (ChartLine & SmoothedSeries & { readonly isListed: boolean })[]
}

/**
 * The charts that have something to show, with copies of their points in the unit shown: the store itself keeps
 * changing. `smoothing` is the width of the moving average, as a part of the axis, where a line has one. A run that is
 * over gets no more points: what has none by then is left out, as is what nobody may have asked for until points come.
 */
export function shownCharts(
  definitions: readonly ChartDefinition[],
  metrics: MetricStore,
  smoothing: number,
  isOver: boolean,
): readonly ShownChart[] {
  return definitions
    .map((chart) => ({
      ...chart,
      lines: chart.lines.map((line) => {
        const data = inUnit(metrics.get(line.metric), chart.factor)
        const isListed = data.steps.length > 0 || !(isOver || line.isConditional)
        return { ...line, data, isListed, smoothing: line.isSmoothed ? smoothing : 0 }
      }),
    }))
    .filter(({ lines }) => lines.some(({ isListed }) => isListed))
}

function inUnit(data: SeriesData, factor: number): SeriesData {
  return { ...data, values: factor === 1 ? data.values : data.values.map((value) => value * factor) }
}
