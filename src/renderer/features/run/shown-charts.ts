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
 * The charts that have something to show. Of a run that is over, what has no point is left out, as is what nobody may have
 * asked for until points come.
 */
export function shownCharts(
  definitions: readonly ChartDefinition[],
  { metrics, timeline, isOver, detail }: ChartedRun,
  look: CurveLook,
): readonly ShownChart[] {
  return definitions
    .map((chart) => {
      const axis = { ...chart.axis, isLogarithmic: isLogarithmic(chart.axis, look.valueScale) }
      return {
        ...chart,
        axis,
        lines: chart.lines.map((line) => {
          const data = metrics.get(line.metric)
          const curve = curveOf(withDetail(data, detail?.(line.metric)), {
            axis: look.axis,
            wallOffsets: timeline.wallOffsets,
            factor: chart.factor,
            smoothing:
              line.isSmoothed && look.smoothing !== undefined
                ? { ...look.smoothing, isLogarithmic: axis.isLogarithmic }
                : undefined,
          })
          return {
            ...line,
            ...curve,
            id: line.metric,
            isListed: data.steps.length > 0 || !(isOver || line.isConditional),
          }
        }),
      }
    })
    .filter(({ lines }) => lines.some(({ isListed }) => isListed))
}

export function isLogarithmic(usual: { readonly isLogarithmic: boolean }, scale: ValueScale): boolean {
  return scale === 'usual' ? usual.isLogarithmic : scale === 'logarithmic'
}
