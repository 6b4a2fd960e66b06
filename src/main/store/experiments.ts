import { readConfig } from '#shared/config-migrations.ts'
import type { ExperimentConfig } from '#shared/experiment-config.ts'
import type { ExperimentRecord } from '#shared/records.ts'
import { AppException } from '#shared/result.ts'
import { nextStatus, type ExperimentAction, type ExperimentStatus } from '#shared/status-machine.ts'
import { executorChoiceSchema, type ExecutorChoice } from '#shared/trainer-protocol.ts'
import { newId } from '../new-id.ts'
import { notFound } from './errors.ts'
import type { Runs } from './runs.ts'
import type { Database } from './sqlite.ts'

interface Row {
  readonly id: string
  readonly name: string
  readonly status: ExperimentStatus
  readonly config: string
  readonly network_id: string | null
  readonly dataset_id: string
  readonly executor: string | null
  readonly queue_order: number | null
  readonly is_starred: number
  readonly is_archived: number
  readonly tags: string
  readonly notes: string
  readonly created_at: string
  readonly updated_at: string
}

export interface NewExperiment {
  readonly name: string
  readonly config: ExperimentConfig
  readonly networkId?: string
  readonly datasetId: string
  /** Where it must run; absent: wherever the settings say when its turn comes. */
  readonly executor?: ExecutorChoice
}

export interface ExperimentChanges {
  readonly name?: string | undefined
  readonly tags?: readonly string[] | undefined
  readonly notes?: string | undefined
  readonly isStarred?: boolean | undefined
  readonly isArchived?: boolean | undefined
}

/** Actions that put an experiment before the others that wait: it was running already. */
const actionsToFront: ReadonlySet<ExperimentAction> = new Set(['resume', 'recover'])

export class Experiments {
  readonly #db: Database
  readonly #runs: Runs
  readonly #now: () => string

  constructor(db: Database, runs: Runs, now: () => string) {
    this.#db = db
    this.#runs = runs
    this.#now = now
  }

  /** A new draft. */
  insert(experiment: NewExperiment): ExperimentRecord {
    const { name, config, networkId, datasetId, executor } = experiment
    const id = newId('exp')
    const now = this.#now()
    this.#db
      .prepare(
        `INSERT INTO experiments (id, name, status, config, network_id, dataset_id, executor, created_at, updated_at)
         VALUES (?, ?, 'draft', ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        id,
        name,
        JSON.stringify(config),
        networkId ?? null,
        datasetId,
        executor === undefined ? null : JSON.stringify(executor),
        now,
        now,
      )
    return this.get(id)
  }

  /** Throws `not-found`. */
  get(id: string): ExperimentRecord {
    const row = this.#db.prepare<[string], Row>('SELECT * FROM experiments WHERE id = ?').get(id)
    if (row === undefined) throw notFound('experiment', id)
    return this.#record(row)
  }

  /** Newest first. */
  list(): readonly ExperimentRecord[] {
    const rows = this.#db.prepare<[], Row>('SELECT * FROM experiments ORDER BY created_at DESC, rowid DESC').all()
    const runs = this.#runs.latestByExperiment()
    const positions = this.#queuePositions()
    return rows.map((row) => toRecord(row, runs.get(row.id), positions.get(row.id)))
  }

  /** In the order of the queue for `queued`, else oldest change first. */
  withStatus(status: ExperimentStatus): readonly ExperimentRecord[] {
    return this.#db
      .prepare<[string], Row>('SELECT * FROM experiments WHERE status = ? ORDER BY queue_order, updated_at, rowid')
      .all(status)
      .map((row) => this.#record(row))
  }

  /** The place it must run in, if it was given one. */
  executorOf(id: string): ExecutorChoice | undefined {
    const row = this.#db.prepare<[string], Row>('SELECT * FROM experiments WHERE id = ?').get(id)
    if (row === undefined) throw notFound('experiment', id)
    return row.executor === null ? undefined : executorChoiceSchema.parse(JSON.parse(row.executor))
  }

  /**
   * Applies one action of the status machine if the experiment still has status `from` (by default the one it has now).
   * Throws `conflict` when the action is not allowed there or something else was quicker.
   */
  transition(id: string, action: ExperimentAction, from: ExperimentStatus = this.get(id).status): ExperimentRecord {
    const to = nextStatus(from, action)
    if (to === undefined) throw conflict(this.get(id), action)
    const place = actionsToFront.has(action) ? 'min(queue_order), 0) - 1' : 'max(queue_order), 0) + 1'
    const order = to === 'queued' ? `(SELECT coalesce(${place} FROM experiments)` : 'NULL'
    const { changes } = this.#db
      .prepare(`UPDATE experiments SET status = ?, queue_order = ${order}, updated_at = ? WHERE id = ? AND status = ?`)
      .run(to, this.#now(), id, from)
    const record = this.get(id)
    if (changes !== 1) throw conflict(record, action)
    return record
  }

  /** Moves a queued experiment to `position` (from 1) among the queued ones; beyond the end means last. */
  move(id: string, position: number): void {
    this.#db.transaction(() => {
      const waiting = this.withStatus('queued').map((experiment) => experiment.id)
      if (!waiting.includes(id)) {
        const { name, status } = this.get(id)
        throw new AppException({ code: 'conflict', message: `${name} is ${status} and has no place in the queue.` })
      }
      const others = waiting.filter((other) => other !== id)
      const order = [...others.slice(0, position - 1), id, ...others.slice(position - 1)]
      const update = this.#db.prepare('UPDATE experiments SET queue_order = ? WHERE id = ?')
      order.forEach((experimentId, index) => update.run(index + 1, experimentId))
    })()
  }

  update(id: string, changes: ExperimentChanges): ExperimentRecord {
    const { name, tags, notes, isStarred, isArchived } = { ...this.get(id), ...definedOnly(changes) }
    this.#db
      .prepare(
        `UPDATE experiments SET name = ?, tags = ?, notes = ?, is_starred = ?, is_archived = ?, updated_at = ?
         WHERE id = ?`,
      )
      .run(name, JSON.stringify(tags), notes, Number(isStarred), Number(isArchived), this.#now(), id)
    return this.get(id)
  }

  /** Removes the rows of experiments and all that hangs on them; files are the caller's. */
  remove(ids: readonly string[]): void {
    const remove = this.#db.prepare('DELETE FROM experiments WHERE id = ?')
    this.#db.transaction(() => ids.forEach((id) => remove.run(id)))()
  }

  /** Names of experiments that use a network or a data set. */
  namesUsing(column: 'network_id' | 'dataset_id', id: string): readonly string[] {
    return this.#db
      .prepare<[string], { name: string }>(`SELECT name FROM experiments WHERE ${column} = ? ORDER BY created_at`)
      .all(id)
      .map(({ name }) => name)
  }

  #record(row: Row): ExperimentRecord {
    return toRecord(row, this.#runs.latest(row.id), this.#queuePositions().get(row.id))
  }

  #queuePositions(): ReadonlyMap<string, number> {
    const rows = this.#db
      .prepare<[], { id: string }>(`SELECT id FROM experiments WHERE status = 'queued' ORDER BY queue_order`)
      .all()
    return new Map(rows.map(({ id }, index) => [id, index + 1]))
  }
}

function toRecord(row: Row, latestRun: ExperimentRecord['latestRun'], queuePosition?: number): ExperimentRecord {
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    config: readConfig(JSON.parse(row.config)),
    ...(row.network_id === null ? {} : { networkId: row.network_id }),
    datasetId: row.dataset_id,
    ...(queuePosition === undefined ? {} : { queuePosition }),
    isStarred: row.is_starred === 1,
    isArchived: row.is_archived === 1,
    // Written by `update` from a checked list.
    tags: JSON.parse(row.tags) as readonly string[],
    notes: row.notes,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    ...(latestRun === undefined ? {} : { latestRun }),
  }
}

/** The fields that are given: an optional field of a command may be there and undefined. */
function definedOnly(changes: ExperimentChanges): Partial<ExperimentRecord> {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
}

function conflict({ name, status }: ExperimentRecord, action: ExperimentAction): AppException {
  return new AppException({
    code: 'conflict',
    message: `${name} is ${status}: ${action} is not possible from there.`,
    remedy: 'Look at its present state and choose again.',
  })
}
