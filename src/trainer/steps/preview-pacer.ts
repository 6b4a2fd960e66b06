/** When to send previews: seldom enough that they cost next to nothing, however large the network is. */

/** Nobody looks more often. */
const fewestMs = 2000
/** A preview may take at most one part in so many of the time. */
const shareOfTime = 100
/** What all may take beside that, however short the run: nobody notices it. */
const freeMs = 500

export class PreviewPacer {
  readonly #now: () => number
  readonly #startedMs: number
  #spentMs = 0
  #dueAtMs: number
  /** Of the dearest one so far. */
  #costMs = 0

  /** @param now milliseconds from any start */
  constructor(now: () => number) {
    this.#now = now
    this.#startedMs = now()
    this.#dueAtMs = now() + fewestMs
  }

  get isDue(): boolean {
    return this.#now() >= this.#dueAtMs
  }

  /** Whether one may be taken before it is due, for a step that is worth keeping. */
  get isAffordable(): boolean {
    return this.#spentMs <= freeMs + (this.#now() - this.#startedMs) / shareOfTime
  }

  /** Makes and sends a preview. */
  async take(make: () => Promise<void>): Promise<void> {
    const startedMs = this.#now()
    await make()
    const endedMs = this.#now()
    this.#spentMs += endedMs - startedMs
    // One that an evaluation paid for says nothing about the next.
    this.#costMs = Math.max(this.#costMs, endedMs - startedMs)
    this.#dueAtMs = endedMs + Math.max(fewestMs, shareOfTime * this.#costMs)
  }
}
