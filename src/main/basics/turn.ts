import { setImmediate } from 'node:timers/promises'

/** Long enough to get on, short enough that nobody who waits for the event loop notices. */
const TURN_MS = 5

/** One long walk's use of the event loop. */
export class Turn {
  #startedAt = performance.now()

  get isLong(): boolean {
    return performance.now() - this.#startedAt >= TURN_MS
  }

  /** Lets everybody else run. */
  async end(): Promise<void> {
    await setImmediate()
    this.#startedAt = performance.now()
  }

  /** Lets everybody else run when this turn has taken its time. */
  async endIfLong(): Promise<void> {
    if (this.isLong) await this.end()
  }
}
