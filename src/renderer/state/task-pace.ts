/** How fast a task goes, and so how long it still takes. */

export interface PaceStart {
  readonly atMs: number
  readonly done: number
  readonly total: number
}

interface Progressed {
  readonly done: number
  /** 0 = unknown. */
  readonly total: number
}

/** A shorter time says more of the start than of the pace. */
const leastMs = 1500

/** Where measuring begins: at the first progress of known length, and anew when the length changes. */
export function paceStart(
  start: PaceStart | undefined,
  { done, total }: Progressed,
  nowMs: number,
): PaceStart | undefined {
  if (total === 0) return undefined
  return start?.total === total && done >= start.done ? start : { atMs: nowMs, done, total }
}

/** Undefined until there is something to tell it from. */
export function secondsLeft(
  start: PaceStart | undefined,
  { done, total }: Progressed,
  nowMs: number,
): number | undefined {
  if (start === undefined || done <= start.done || nowMs - start.atMs < leastMs) return undefined
  return (((nowMs - start.atMs) / (done - start.done)) * Math.max(0, total - done)) / 1000
}
