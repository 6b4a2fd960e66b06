/** Charts that lay the curves of several experiments over each other: one for each metric. */
import { families } from '#shared/experiment/experiment-config.ts'
import { metricNames, type MetricName } from '#shared/measures/metrics.ts'
import { experimentColor } from '../../charts/experiment-color.ts'
import { curveOf, withDetail, type WindowedSeries } from '../../charts/run-curve.ts'
import type { ChartOutline } from '../../families/chart-outline.ts'
import { windowFamilyOf } from '../../families/table.ts'
import { chartOf, type ChartDefinition } from '../run/chart-definitions.ts'
import { isLogarithmic, type CurveLook, type ShownChart } from '../run/shown-charts.ts'
import type { OverlayRun } from './overlay-runs.svelte.ts'
import { curvesTexts } from './texts.ts'

/** Metrics that any of the runs has, those of the objective first. */
export function presentMetrics(runs: readonly Pick<OverlayRun, 'metrics'>[]): readonly MetricName[] {
  return metricNames.filter((name) => runs.some(({ metrics }) => metrics.names.includes(name)))
}

/** As on the page of one run, but a metric alone: the lines are experiments. */
export function overlayDefinition(metric: MetricName): ChartDefinition {
  const outlines = families.flatMap((kind) => windowFamilyOf({ kind }).charts)
  const own = outlines.find(({ metrics }) => metrics.some(([name]) => name === metric))
  const { title: _title, note: _note, ...look }: Partial<ChartOutline> = own ?? {}
  return chartOf({ ...look, metrics: [[metric, '']], emptyText: curvesTexts.noPoints })
}

/** One chart of a metric, a line for each experiment in its colour. */
export function overlayChart(
  definition: ChartDefinition,
  runs: readonly OverlayRun[],
  look: CurveLook,
  detail: (runId: string, metric: string) => WindowedSeries | undefined,
): ShownChart {
  const [line] = definition.lines
  if (line === undefined) return { ...definition, lines: [] }
  const axis = { ...definition.axis, isLogarithmic: isLogarithmic(definition.axis, look.valueScale) }
  const smoothing = line.isSmoothed ? { ...look.smoothing, isLogarithmic: axis.isLogarithmic } : undefined
  const lines = runs.map(({ experiment, runId, metrics, timeline }) => {
    const data = withDetail(metrics.get(line.metric), detail(runId, line.metric))
    const curve = curveOf(data, {
      axis: look.axis,
      wallOffsets: timeline.wallOffsets,
      factor: definition.factor,
      smoothing,
    })
    return {
      ...line,
      ...curve,
      id: experiment.id,
      label: experiment.name,
      token: experimentColor(experiment),
      isListed: curve.raw.x.length > 0,
    }
  })
  return { ...definition, axis, lines }
}
