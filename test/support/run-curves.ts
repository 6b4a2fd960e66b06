import type { RunCurves } from '#shared/measures/run-curves.ts'
import { emptyTimeline, type RunTimeline } from '#shared/measures/run-timeline.ts'
import type { MetricPoint } from '#shared/protocol/records.ts'

/** The points of one run as `runs.curves` answers them. */
export function curvesOf(
  points: readonly MetricPoint[],
  { runId = 'run-1', timeline = emptyTimeline }: { readonly runId?: string; readonly timeline?: RunTimeline } = {},
): readonly [RunCurves] {
  const names = [...new Set(points.map(({ name }) => name))].sort()
  const curves = names.map((metric) => {
    const own = points.filter(({ name }) => name === metric)
    return {
      metric,
      count: own.length,
      steps: Float64Array.from(own, ({ step }) => step),
      elapsedMs: Float64Array.from(own, ({ elapsedMs }) => elapsedMs),
      values: Float64Array.from(own, ({ value }) => value),
    }
  })
  return [{ runId, timeline, curves }]
}
