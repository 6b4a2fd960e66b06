/** The time of day for ages like `5 min ago`, ticking every half minute. */
export class WindowClock {
  #nowMs = $state(Date.now())
  readonly #timer = setInterval(() => {
    this.#nowMs = Date.now()
  }, 30_000)

  get nowMs(): number {
    return this.#nowMs
  }

  dispose(): void {
    clearInterval(this.#timer)
  }
}
