import type { QueueTimes } from '#shared/protocol/commands/queue.ts'
import type { WindowStudio } from '../../state/studio.svelte.ts'

/** Times change while experiments run; a person looks every few seconds. */
const refreshMs = 5000

type WaitingTime = QueueTimes['waiting'][number]

/** When which experiment of the queue begins and ends; asked for again and again while a page shows it. */
export class WatchedTimes {
  readonly #studio: WindowStudio
  #times = $state.raw<QueueTimes>()
  readonly #byId: ReadonlyMap<string, WaitingTime> = $derived(
    new Map((this.#times?.waiting ?? []).map((waiting) => [waiting.id, waiting])),
  )
  #isAsking = false
  #isStale = false

  constructor(studio: WindowStudio) {
    this.#studio = studio
  }

  /** Undefined before the first answer. */
  get all(): Pick<QueueTimes, 'seconds' | 'unknown'> | undefined {
    return this.#times
  }

  of(id: string): WaitingTime | undefined {
    return this.#byId.get(id)
  }

  /** Asks now and every few seconds, until the returned function is called. */
  watch(): () => void {
    void this.refresh()
    const timer = setInterval(() => void this.refresh(), refreshMs)
    return () => clearInterval(timer)
  }

  /** One question at a time; what has changed meanwhile is asked once more behind it. */
  async refresh(): Promise<void> {
    this.#isStale = true
    if (this.#isAsking) return
    this.#isAsking = true
    while (this.#isStale) {
      this.#isStale = false
      const answer = await this.#studio.ask('queue.times', { first: shownTimes })
      // A time that cannot be had is only left out: the queue itself says what is wrong with the store.
      this.#times = answer.ok ? answer.value : undefined
    }
    this.#isAsking = false
  }
}

/** Rows whose time is shown; those behind count into the sum. */
const shownTimes = 1000
