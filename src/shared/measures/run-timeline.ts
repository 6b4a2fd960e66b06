/** Where the steps of a run lie in its phases and in time, as its trainer told them. Pure. */

/** A phase with steps. Its points are those of the steps after `firstStep`, up to `firstStep + steps`. */
export interface RunPhase {
  readonly name: string
  /** Steps of the run that were done when it began. */
  readonly firstStep: number
  /** All that it has, done or not. */
  readonly steps: number
}

/** From this training time on, until the next: how much later than it the clock on the wall is. */
export interface WallOffset {
  readonly elapsedMs: number
  readonly offsetMs: number
}

export interface RunTimeline {
  /** In their order. */
  readonly phases: readonly RunPhase[]
  /** Ascending; empty for runs of a studio that did not keep them. */
  readonly wallOffsets: readonly WallOffset[]
}

export const emptyTimeline: RunTimeline = { phases: [], wallOffsets: [] }

/** Milliseconds from the start of a run, pauses counted, to a training time; undefined where that was not kept. */
export function wallTimeMs(wallOffsets: readonly WallOffset[], elapsedMs: number): number | undefined {
  let low = 0
  let high = wallOffsets.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((wallOffsets[middle]?.elapsedMs ?? Infinity) > elapsedMs) high = middle
    else low = middle + 1
  }
  // What came before the first message that told a time is as far off as that one.
  const offset = wallOffsets[Math.max(0, low - 1)]
  return offset === undefined ? undefined : elapsedMs + offset.offsetMs
}
