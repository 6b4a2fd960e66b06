/** Charts that lay the curves of several experiments over each other: one for each metric. */
import { families } from '#shared/experiment/experiment-config.ts'
import { metricNames, type MetricName } from '#shared/measures/metrics.ts'
import { experimentColor } from '../../charts/experiment-color.ts'
import { curveOf, withDetail, type WindowedSeries } from '../../charts/run-curve.ts'
import { groupCurves, type GroupBand } from '../../charts/group-curves.ts'
import type { CurveLine } from '../../charts/plot-data.ts'
import type { ChartOutline } from '../../families/chart-outline.ts'
import { windowFamilyOf } from '../../families/table.ts'
import { chartOf, type ChartDefinition } from '../run/chart-definitions.ts'
import { isLogarithmic, type CurveLook, type ShownChart } from '../run/shown-charts.ts'
import type { OverlayRun } from './overlay-runs.svelte.ts'
import type { RunGroup } from './run-groups.ts'
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

/** How groups are drawn. */
export interface OverlayLook extends CurveLook {
  readonly band: GroupBand
}

/** Closer points of what is zoomed into. */
export type DetailOf = (runId: string, metric: string) => WindowedSeries | undefined

/** One chart of a metric: a line for each experiment in its colour, or for each group in that of its first. */
export function overlayChart(
  definition: ChartDefinition,
  groups: readonly RunGroup[],
  look: OverlayLook,
  detail: DetailOf,
): ShownChart {
  const [line] = definition.lines
  if (line === undefined) return { ...definition, lines: [] }
  const axis = { ...definition.axis, isLogarithmic: isLogarithmic(definition.axis, look.valueScale) }
  const smoothing =
    line.isSmoothed && look.smoothing !== undefined
      ? { ...look.smoothing, isLogarithmic: axis.isLogarithmic }
      : undefined
  const curveOfRun = ({ runId, metrics, timeline }: OverlayRun): CurveLine =>
    curveOf(withDetail(metrics.get(line.metric), detail(runId, line.metric)), {
      axis: look.axis,
      wallOffsets: timeline.wallOffsets,
      factor: definition.factor,
      smoothing,
    })
  const lines = groups.flatMap(({ key, name, runs }) => {
    const [first] = runs
    if (first === undefined) return []
    const curves = runs.map(curveOfRun)
    const curve = curves.length === 1 ? curves[0] : meanCurve(curves, look.band, axis.isLogarithmic)
    if (curve === undefined) return []
    const isListed = curve.raw.x.length > 0
    return [{ ...line, ...curve, id: key, label: name, token: experimentColor(first.experiment), isListed }]
  })
  return { ...definition, axis, lines }
}

const meanPoints = 800

function meanCurve(curves: readonly CurveLine[], band: GroupBand, isLogarithmicAxis: boolean): CurveLine {
  const shown = curves.map(({ raw, smoothed }) => ({ x: raw.x, y: smoothed ?? raw.y }))
  const options = { band, isLogarithmic: isLogarithmicAxis, maximumPoints: meanPoints }
  const { x, mean, low, high } = groupCurves(shown, options)
  return { raw: { x, y: mean }, band: { low, high } }
}
