import { readConfig } from '#shared/experiment/config-migrations.ts'
import type { BatchRecord } from '#shared/protocol/commands/batches.ts'
import type { ExperimentRecord } from '#shared/protocol/records.ts'
import type { ExperimentStatus } from '#shared/experiment/status-machine.ts'
import { newId } from '../basics/new-id.ts'
import { notFound } from './errors.ts'
import { parseJson, problemOf } from './json-column.ts'
import type { Database } from './sqlite.ts'

interface BatchRow {
  readonly id: string
  readonly name: string
  readonly created_at: string
}

/** A member as far as actions on its batch need it. */
interface BatchMember {
  readonly id: string
  readonly status: ExperimentStatus
}

/** What a member was planned as. */
export type PlannedMember = Pick<ExperimentRecord, 'id' | 'config' | 'networkId' | 'datasetId'>

interface PlannedRow {
  readonly id: string
  readonly network_id: string | null
  readonly dataset_id: string
  readonly config: string
}

/** Batches; which experiments belong to one, their own rows say. */
export class BatchesTable {
  readonly #db: Database
  readonly #now: () => string

  constructor(db: Database, now: () => string) {
    this.#db = db
    this.#now = now
  }

  insert(name: string): BatchRecord {
    const record = { id: newId('batch'), name, createdAt: this.#now() }
    this.#db.prepare('INSERT INTO batches (id, name, created_at) VALUES (@id, @name, @createdAt)').run(record)
    return record
  }

  /** Newest first; those whose experiments are all in the trash are there with them, and come back with them. */
  list(): readonly BatchRecord[] {
    return this.#db
      .prepare<[], BatchRow>(
        `SELECT b.id, b.name, b.created_at FROM batches b
         WHERE EXISTS (SELECT 1 FROM experiments e WHERE e.batch_id = b.id AND e.trashed_at IS NULL)
         ORDER BY b.created_at DESC, b.rowid DESC`,
      )
      .all()
      .map(recordOf)
  }

  /** Throws `not-found`. */
  get(id: string): BatchRecord {
    const row = this.#db.prepare<[string], BatchRow>('SELECT id, name, created_at FROM batches WHERE id = ?').get(id)
    if (row === undefined) throw notFound('batch', id)
    return recordOf(row)
  }

  /** Throws `not-found`. */
  rename(id: string, name: string): BatchRecord {
    this.#db.prepare('UPDATE batches SET name = ? WHERE id = ?').run(name, id)
    return this.get(id)
  }

  /** Removes those that have no experiment left, not even in the trash. */
  removeEmpty(): void {
    this.#db.exec('DELETE FROM batches WHERE NOT EXISTS (SELECT 1 FROM experiments WHERE batch_id = batches.id)')
  }

  /** In the order in which they were planned, without those in the trash. Throws `not-found`. */
  members(id: string): readonly BatchMember[] {
    this.get(id)
    return this.#db
      .prepare<[string], BatchMember>(
        'SELECT id, status FROM experiments WHERE batch_id = ? AND trashed_at IS NULL ORDER BY rowid',
      )
      .all(id)
  }

  /** Those whose configuration can be read, in the order in which they were planned. Throws `not-found`. */
  plannedMembers(id: string): readonly PlannedMember[] {
    this.get(id)
    return this.#db
      .prepare<[string], PlannedRow>(
        `SELECT e.id, e.network_id, e.dataset_id, c.config FROM experiments e
         JOIN experiment_configs c ON c.experiment_id = e.id WHERE e.batch_id = ? AND e.trashed_at IS NULL ORDER BY e.rowid`,
      )
      .all(id)
      .flatMap((row) => plannedOf(row) ?? [])
  }
}

/** Undefined for a configuration that cannot be read: lists say what is wrong with it. */
function plannedOf({ id, network_id, dataset_id, config }: PlannedRow): PlannedMember | undefined {
  let planned: PlannedMember | undefined
  problemOf(() => {
    const read = readConfig(parseJson(config, 'Its configuration'))
    planned = { id, config: read, datasetId: dataset_id, ...(network_id === null ? {} : { networkId: network_id }) }
  })
  return planned
}

function recordOf({ id, name, created_at }: BatchRow): BatchRecord {
  return { id, name, createdAt: created_at }
}
