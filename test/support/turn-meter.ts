/**
 * The longest turn of the event loop, in processor time: what other programs of the machine take away does not count, so that the
 * figure is the same on a busy one. Waiting for a disk does not count either.
 */
export class TurnMeter {
  #longest = 0
  #last = process.threadCpuUsage()
  #isOn = true

  constructor() {
    this.#look()
  }

  /** In milliseconds, since it was made. */
  stop(): number {
    this.#isOn = false
    return this.#longest
  }

  #look(): void {
    const now = process.threadCpuUsage()
    const took = (now.user + now.system - this.#last.user - this.#last.system) / 1000
    this.#longest = Math.max(this.#longest, took)
    this.#last = now
    // A turn runs the timers that are due: none is missed, and an idle loop is left idle.
    if (this.#isOn) setTimeout(() => this.#look(), 1)
  }
}
