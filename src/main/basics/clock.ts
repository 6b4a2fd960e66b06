/** Time as a parameter: the studio runs on `systemClock`, tests on a clock they move themselves. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Calls `run` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, run: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}

/** ISO 8601 in UTC, as records hold it. */
export function timestamp(clock: Clock): string {
  return timeText(clock.now())
}

/** The same of a moment in milliseconds since 1970. */
export function timeText(at: number): string {
  return new Date(at).toISOString()
}
