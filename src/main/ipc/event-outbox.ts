import { type StudioEvent, eventsChannel } from '#shared/protocol/ipc-channels.ts'

/** What an outbox needs of a window's page. */
export interface EventTarget {
  readonly isDestroyed: () => boolean
  readonly send: (channel: string, events: readonly StudioEvent[]) => void
}

/** Time over which announcements are gathered into one message: below what a person notices. */
const batchMs = 50
/** More than a page that never listens may keep; the oldest go first. */
const keptAtMost = 5_000

/**
 * Announcements on their way to one page: kept until it listens, then sent in batches. Of those that replace each
 * other (the same record, the queue, the library) only the newest of a batch travels.
 */
export class EventOutbox {
  readonly #target: EventTarget
  /** In the order in which they go out, by what a later one replaces. */
  readonly #waiting = new Map<unknown, StudioEvent>()
  #isListening = false
  #timer: NodeJS.Timeout | undefined

  constructor(target: EventTarget) {
    this.#target = target
  }

  push(item: StudioEvent): void {
    // What nothing replaces is its own key.
    const key = replacementKey(item) ?? item
    this.#waiting.delete(key)
    this.#waiting.set(key, item)
    if (this.#waiting.size > keptAtMost) {
      // A page that listens misses nothing; one that does not will ask for everything when it does.
      if (this.#isListening) return this.#flush()
      this.#waiting.delete(this.#waiting.keys().next().value)
    }
    if (this.#isListening) this.#timer ??= setTimeout(() => this.#flush(), batchMs)
  }

  /** The page has subscribed: what was kept goes out at once. */
  startListening(): void {
    this.#isListening = true
    this.#flush()
  }

  /** The page is being loaded anew: keep again until it subscribes. */
  stopListening(): void {
    this.#isListening = false
    this.#clearTimer()
  }

  dispose(): void {
    this.stopListening()
    this.#waiting.clear()
  }

  #flush(): void {
    this.#clearTimer()
    if (this.#waiting.size === 0 || this.#target.isDestroyed()) return
    const batch = [...this.#waiting.values()]
    this.#waiting.clear()
    this.#target.send(eventsChannel, batch)
  }

  #clearTimer(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}

/** Equal keys: the later announcement says all that the earlier one said. Undefined: every one counts. */
function replacementKey(item: StudioEvent): string | undefined {
  switch (item.event) {
    case 'experiment-changed':
      return `experiment ${item.payload.id}`
    case 'search-changed':
      return `search ${item.payload.id}`
    case 'task-progress':
      return `task ${item.payload.taskId}`
    case 'run-preview':
      return `preview ${item.payload.runId}`
    case 'run-kernels':
      return `kernels ${item.payload.runId}`
    case 'run-timeline':
      return `timeline ${item.payload.runId}`
    case 'run-checkpoints':
      return `checkpoints ${item.payload.runId}`
    case 'cluster-checked':
      return `check ${item.payload.name}`
    case 'queue-changed':
    case 'clusters-changed':
    case 'batches-changed':
    case 'library-changed':
    case 'settings-changed':
    case 'trash-changed':
    case 'views-changed':
    case 'place-requested':
    case 'recent-files-changed':
      return item.event
    case 'experiments-removed':
    case 'run-metrics':
    case 'run-log':
    case 'cluster-asked':
    case 'cluster-question-ended':
    case 'action-requested':
    case 'files-opened':
      return undefined
  }
}
