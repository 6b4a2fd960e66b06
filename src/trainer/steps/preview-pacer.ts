/** When to send previews: seldom enough that they cost next to nothing, however large the network is. */

/** Nobody looks more often. */
const fewestMs = 2000
/** A preview may take at most one part in so many of the time. */
const shareOfTime = 100

export class PreviewPacer {
  readonly #now: () => number
  #dueAtMs: number
  /** Of the dearest one so far. */
  #costMs = 0

  /** @param now milliseconds from any start */
  constructor(now: () => number) {
    this.#now = now
    this.#dueAtMs = now() + fewestMs
  }

  get isDue(): boolean {
    return this.#now() >= this.#dueAtMs
  }

  /** Makes and sends a preview. */
  async take(make: () => Promise<void>): Promise<void> {
    const startedMs = this.#now()
    await make()
    const endedMs = this.#now()
    // One that an evaluation paid for says nothing about the next.
    this.#costMs = Math.max(this.#costMs, endedMs - startedMs)
    this.#dueAtMs = endedMs + Math.max(fewestMs, shareOfTime * this.#costMs)
  }
}
