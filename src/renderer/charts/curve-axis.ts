/** What the horizontal axis of curves is, and where a step of a run lies on it. */
import { wallTimeMs, type WallOffset } from '#shared/measures/run-timeline.ts'
import type { SeriesData } from './metric-series.ts'

/** Steps, seconds of training, or seconds since the start with all pauses. */
export const curveAxes = ['step', 'time', 'wall'] as const
export type CurveAxis = (typeof curveAxes)[number]

/** The pace of a run: steps with their training times, ascending. */
export interface RunPace extends Pick<SeriesData, 'steps' | 'elapsedMs'> {
  readonly wallOffsets: readonly WallOffset[]
}

/** The x of every point; NaN on the wall's clock where that was not kept. */
export function xOfPoints({ steps, elapsedMs, wallOffsets }: RunPace, axis: CurveAxis): readonly number[] {
  return axis === 'step' ? steps : elapsedMs.map((milliseconds) => xOfTime(milliseconds, wallOffsets, axis))
}

function xOfTime(elapsedMs: number, wallOffsets: readonly WallOffset[], axis: 'time' | 'wall'): number {
  return (axis === 'time' ? elapsedMs : (wallTimeMs(wallOffsets, elapsedMs) ?? NaN)) / 1000
}

/** Where a step lies; not before the start, and not after the newest point. */
export function xOfStep(pace: RunPace, step: number, axis: CurveAxis): number {
  const { steps, elapsedMs, wallOffsets } = pace
  const last = steps.at(-1) ?? 0
  const inside = Math.min(Math.max(0, step), last)
  if (axis === 'step') return inside
  return xOfTime(interpolate([0, ...steps], [0, ...elapsedMs], inside), wallOffsets, axis)
}

/** The step at an x; may lie between two. */
export function stepOfX(pace: RunPace, x: number, axis: CurveAxis): number {
  if (axis === 'step') return x
  return interpolate([xOfTime(0, pace.wallOffsets, axis), ...xOfPoints(pace, axis)], [0, ...pace.steps], x)
}

/** An x of one axis on another, by the pace of one run. */
export function convertX(pace: RunPace, x: number, from: CurveAxis, to: CurveAxis): number {
  return from === to ? x : xOfStep(pace, stepOfX(pace, x, from), to)
}

/** The value at `at` between ascending places, linear; that of the nearest end outside of them. */
function interpolate(places: readonly number[], values: readonly number[], at: number): number {
  let low = 0
  let high = places.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((places[middle] ?? Infinity) < at) low = middle + 1
    else high = middle
  }
  const right = places[low]
  if (right === undefined) return values.at(-1) ?? 0
  const left = places[low - 1]
  if (left === undefined || right === left) return values[low] ?? 0
  const share = (at - left) / (right - left)
  return (1 - share) * (values[low - 1] ?? 0) + share * (values[low] ?? 0)
}
