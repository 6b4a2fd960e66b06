import type { Place, StudioEvents } from '#shared/protocol/events.ts'
import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import { formatCount } from '#shared/basics/format.ts'
import type { ExperimentStatus } from '#shared/experiment/status-machine.ts'
import { Emitter } from '../basics/emitter.ts'
import type { BatchesTable } from '../store/batches.ts'

/** Something that somebody who is away wants to know. */
export interface Notice {
  readonly title: string
  readonly text: string
  /** Where there is more about it. */
  readonly place: Place
}

interface Ended {
  readonly status: ExperimentStatus
  /** A notice has said so. */
  isTold: boolean
}

/**
 * What the queue has to tell: an experiment failed, a batch has ended, nothing runs or waits any more. Of a batch only the
 * first failure is told by itself. What a person did, a pause or a cancellation, is never told.
 */
export class QueueNotices {
  readonly #batches: Pick<BatchesTable, 'get' | 'members'>
  readonly #notices = new Emitter<{ readonly notice: Notice }>()
  readonly #running = new Set<string>()
  readonly #failedBatches = new Set<string>()
  /** Since the queue was empty. */
  readonly #ended = new Map<string, Ended>()

  constructor(events: Pick<Emitter<StudioEvents>, 'on'>, batches: Pick<BatchesTable, 'get' | 'members'>) {
    this.#batches = batches
    events.on('experiment-changed', (experiment) => this.#take(experiment))
    events.on('queue-changed', ({ running, waiting }) => {
      if (running.length + waiting.length === 0) this.#queueEmptied()
    })
  }

  /** Returns the function that unsubscribes. */
  on(listener: (notice: Notice) => void): () => void {
    return this.#notices.on('notice', listener)
  }

  #tell(notice: Notice): void {
    this.#notices.emit('notice', notice)
  }

  #take(experiment: ExperimentSummary): void {
    const { id, status, batchId } = experiment
    if (status === 'running') {
      this.#running.add(id)
      return
    }
    if (!this.#running.delete(id) || (status !== 'completed' && status !== 'failed')) return
    this.#ended.set(id, { status, isTold: false })
    if (status === 'failed') this.#failed(experiment)
    if (batchId !== undefined) this.#tellWhenEnded(batchId)
  }

  #failed({ id, name, batchId, latestRun }: ExperimentSummary): void {
    const isFirst = batchId === undefined || !this.#failedBatches.has(batchId)
    if (!isFirst) return
    if (batchId !== undefined) this.#failedBatches.add(batchId)
    const of = batchId === undefined ? '' : ` of ${this.#batches.get(batchId).name}`
    this.#tell({
      title: `${name}${of} failed`,
      text: latestRun?.error?.message ?? 'Its page says why.',
      place: { name: 'run', experimentId: id },
    })
    this.#markTold([id])
  }

  /** Tells that a batch has ended, when the last of its members has. */
  #tellWhenEnded(batchId: string): void {
    const members = this.#batches.members(batchId)
    const hasEnded = (status: ExperimentStatus) => ['completed', 'failed', 'cancelled'].includes(status)
    if (!members.every(({ status }) => hasEnded(status))) return
    this.#failedBatches.delete(batchId)
    const { name } = this.#batches.get(batchId)
    const text = countsText(members.map(({ status }) => status))
    this.#tell({ title: `${name} has ended`, text, place: { name: 'batch', id: batchId } })
    this.#markTold(members.map(({ id }) => id))
  }

  #queueEmptied(): void {
    const ended = [...this.#ended.values()]
    this.#ended.clear()
    if (ended.every(({ isTold }) => isTold)) return
    const text = countsText(ended.map(({ status }) => status))
    this.#tell({ title: 'The queue is empty', text, place: { name: 'queue' } })
  }

  #markTold(ids: readonly string[]): void {
    for (const id of ids) {
      const ended = this.#ended.get(id)
      if (ended !== undefined) ended.isTold = true
    }
  }
}

/** `18 completed, 2 failed.` */
function countsText(statuses: readonly ExperimentStatus[]): string {
  const counts = (['completed', 'failed', 'cancelled'] as const).flatMap((wanted) => {
    const count = statuses.filter((status) => status === wanted).length
    return count === 0 ? [] : [`${formatCount(count)} ${wanted}`]
  })
  return `${counts.join(', ')}.`
}
