import { AppException } from '#shared/basics/result.ts'
import type { ExperimentStatus } from '#shared/experiment/status-machine.ts'
import type { ProviderName } from '#shared/execution/executors.ts'
import { notFound } from './errors.ts'
import type { Database } from './sqlite.ts'

/** What a queued experiment waits for: a kind of processor of this computer, or a cluster. */
export type WaitsFor = ProviderName | 'cluster'

export interface FirstInLine {
  readonly id: string
  /** Where it must run; absent: wherever the settings say. */
  readonly provider?: ProviderName
}

export interface WaitingForCluster {
  readonly id: string
  readonly cluster: string
  readonly batchId?: string
}

/** The places of experiments in the queue; those in the trash keep theirs and do not count. Nothing here reads more than an index, however long the queue is. */
export class QueueOrder {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** In the order of the queue for `queued`, else oldest change first. */
  ids(status: ExperimentStatus): readonly string[] {
    const order = status === 'queued' ? 'queue_order' : 'updated_at, rowid'
    return this.#db
      .prepare<[string], string>(`SELECT id FROM experiments WHERE status = ? AND trashed_at IS NULL ORDER BY ${order}`)
      .pluck()
      .all(status)
  }

  /** What runs on this computer, oldest change first. */
  runningHere(): readonly string[] {
    return this.#db
      .prepare<[], string>(
        `SELECT id FROM experiments WHERE status = 'running' AND place = '' AND trashed_at IS NULL
         ORDER BY updated_at, rowid`,
      )
      .pluck()
      .all()
  }

  /** What waits for a cluster, in the order of the queue. */
  waitingForClusters(): readonly WaitingForCluster[] {
    return this.#db
      .prepare<[], { id: string; place: string; batch_id: string | null }>(
        `SELECT id, place, batch_id FROM experiments
         WHERE status = 'queued' AND provider = 'cluster' AND trashed_at IS NULL ORDER BY queue_order`,
      )
      .all()
      .map(({ id, place, batch_id }) => ({ id, cluster: place, ...(batch_id === null ? {} : { batchId: batch_id }) }))
  }

  /** What waits for this computer, in the order of the queue, with the time of the last change of each. */
  waitingSince(): readonly { readonly id: string; readonly updatedAt: string }[] {
    return this.#db
      .prepare<[], { id: string; updatedAt: string }>(
        `SELECT id, updated_at AS updatedAt FROM experiments WHERE status = 'queued' AND place = '' ORDER BY queue_order`,
      )
      .all()
  }

  /** Those of `ids` that have this status, in their order. */
  withStatus(ids: readonly string[], status: ExperimentStatus): readonly string[] {
    return ids.filter((id) => this.#placeOf(id)?.status === status)
  }

  /** From 1; undefined when it does not wait. */
  position(id: string): number | undefined {
    const place = this.#placeOf(id)
    if (place?.queue_order === null || place === undefined) return undefined
    return this.#db
      .prepare<[number], number>(
        `SELECT count(*) FROM experiments WHERE status = 'queued' AND trashed_at IS NULL AND queue_order <= ?`,
      )
      .pluck()
      .get(place.queue_order)
  }

  /** The first that waits for each provider, and the first that runs anywhere, in the order of the queue. */
  heads(providers: readonly ProviderName[]): readonly FirstInLine[] {
    const first = this.#db.prepare<[ProviderName | null], { id: string; queue_order: number }>(
      `SELECT id, queue_order FROM experiments WHERE status = 'queued' AND trashed_at IS NULL AND provider IS ? ORDER BY queue_order LIMIT 1`,
    )
    return [null, ...providers]
      .flatMap((provider) => {
        const row = first.get(provider)
        return row === undefined ? [] : [{ ...row, provider }]
      })
      .sort((a, b) => a.queue_order - b.queue_order)
      .map(({ id, provider }) => ({ id, ...(provider === null ? {} : { provider }) }))
  }

  /** Those of `ids` that wait, in the order of the queue. */
  waitingAmong(ids: ReadonlySet<string>): readonly FirstInLine[] {
    const select = this.#db.prepare<[string], { id: string; queue_order: number; provider: ProviderName | null }>(
      `SELECT id, queue_order, provider FROM experiments WHERE id = ? AND status = 'queued' AND place = '' AND trashed_at IS NULL`,
    )
    return [...ids]
      .flatMap((id) => select.get(id) ?? [])
      .sort((a, b) => a.queue_order - b.queue_order)
      .map(({ id, provider }) => ({ id, ...(provider === null ? {} : { provider }) }))
  }

  /** Moves a queued experiment to `position` (from 1) among the queued ones; beyond the end means last. */
  move(id: string, position: number): void {
    this.#db.transaction(() => {
      const place = this.#placeOf(id)
      if (place === undefined) throw notFound('experiment', id)
      const { name, status, queue_order: from } = place
      if (from === null) {
        throw new AppException({ code: 'conflict', message: `${name} is ${status} and has no place in the queue.` })
      }
      const to = this.#orderAt(position) ?? this.#orderAt(this.#count()) ?? from
      if (to === from) return
      // It goes before the one that has the place now, or behind it when it comes from the front. The smaller part of the
      // queue makes room.
      const edge = to < from ? to : to + 1
      const isNearFront = 2 * position <= this.#count()
      const [shift, part] = isNearFront ? [-1, '<'] : [1, '>=']
      this.#db
        .prepare(
          `UPDATE experiments SET queue_order = queue_order + ? WHERE status = 'queued' AND queue_order ${part} ?`,
        )
        .run(shift, edge)
      this.#db.prepare('UPDATE experiments SET queue_order = ? WHERE id = ?').run(isNearFront ? edge - 1 : edge, id)
    })()
  }

  #placeOf(id: string) {
    return this.#db
      .prepare<[string], { name: string; status: ExperimentStatus; queue_order: number | null }>(
        'SELECT name, status, queue_order FROM experiments WHERE id = ?',
      )
      .get(id)
  }

  #orderAt(position: number): number | undefined {
    return this.#db
      .prepare<[number], number>(
        `SELECT queue_order FROM experiments WHERE status = 'queued' AND trashed_at IS NULL ORDER BY queue_order LIMIT 1 OFFSET ?`,
      )
      .pluck()
      .get(position - 1)
  }

  #count(): number {
    return (
      this.#db
        .prepare<[], number>(`SELECT count(*) FROM experiments WHERE status = 'queued' AND trashed_at IS NULL`)
        .pluck()
        .get() ?? 0
    )
  }
}
