import type { RunTimeline } from './run-timeline.ts'

/** Columns of the points of one metric, ascending in the step; typed arrays cross processes without a copy of each point. */
export interface MetricCurve {
  readonly metric: string
  readonly steps: Float64Array
  readonly elapsedMs: Float64Array
  readonly values: Float64Array
  /** How many points there are where these were chosen from. */
  readonly count: number
}

/** The metrics of a run, by name. */
export interface RunCurves {
  readonly runId: string
  readonly timeline: RunTimeline
  readonly curves: readonly MetricCurve[]
}
