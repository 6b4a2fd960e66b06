import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import type {
  ExperimentPage,
  ExperimentQuery,
  FieldValue,
  FoundExperiments,
} from '#shared/experiment/experiment-query.ts'
import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import type { ExperimentRecord } from '#shared/protocol/records.ts'
import { AppException, toAppError } from '#shared/basics/result.ts'
import { nextStatus, type ExperimentAction, type ExperimentStatus } from '#shared/experiment/status-machine.ts'
import type { ProviderName } from '#shared/execution/executors.ts'
import { executorChoiceSchema, type ExecutorChoice } from '#shared/protocol/trainer-protocol.ts'
import { newId } from '../basics/new-id.ts'
import { continuesRun } from './continues-run.ts'
import { notFound } from './errors.ts'
import { recordOfDetail, selectListed, summaryOfListed, type DetailRow, type ListedRow } from './experiment-rows.ts'
import { ExperimentSearch } from './experiment-search.ts'
import { problemOf, readColumn } from './json-column.ts'
import { QueueOrder, type WaitsFor } from './queue-order.ts'
import type { RunsTable } from './runs.ts'
import type { Database } from './sqlite.ts'
import { refreshStaleSummaries, refreshSummary } from './summary-columns.ts'

export interface NewExperiment {
  readonly name: string
  readonly config: ExperimentConfig
  readonly networkId?: string
  readonly datasetId: string
  /** Where it must run; absent: wherever the settings say when its turn comes. */
  readonly executor?: ExecutorChoice
  /** The batch it is planned in. */
  readonly batchId?: string
  /** Name of the cluster it is for; absent: this computer. */
  readonly place?: string
  /** The experiment whose configuration it began with. */
  readonly clonedFrom?: string
}

export interface ExperimentChanges {
  readonly name?: string | undefined
  readonly tags?: readonly string[] | undefined
  readonly notes?: string | undefined
  readonly isStarred?: boolean | undefined
  readonly isArchived?: boolean | undefined
}

/** Actions that put an experiment before the others that wait: it was running already. */
const actionsToFront: ReadonlySet<ExperimentAction> = new Set(['resume', 'recover', 'put-back'])

export class ExperimentsTable {
  /** Who waits where. */
  readonly queue: QueueOrder
  readonly #db: Database
  readonly #runs: RunsTable
  readonly #search: ExperimentSearch
  readonly #now: () => string

  constructor(db: Database, runs: RunsTable, now: () => string) {
    this.queue = new QueueOrder(db)
    this.#db = db
    this.#runs = runs
    this.#search = new ExperimentSearch(db)
    this.#now = now
  }

  /** A new draft. */
  insert(experiment: NewExperiment): ExperimentRecord {
    const { name, config, networkId, datasetId, executor, batchId, place, clonedFrom } = experiment
    const id = newId('exp')
    const now = this.#now()
    this.#db.transaction(() => {
      this.#db
        .prepare(
          `INSERT INTO experiments
             (id, number, name, status, network_id, batch_id, dataset_id, place, executor, cloned_from, created_at,
              updated_at)
           VALUES (@id, (SELECT coalesce(max(number), 0) + 1 FROM experiments), @name, 'draft', @networkId, @batchId,
             @datasetId, @place, @executor, @clonedFrom, @now, @now)`,
        )
        .run({
          id,
          name,
          networkId: networkId ?? null,
          batchId: batchId ?? null,
          datasetId,
          place: place ?? '',
          executor: executor === undefined ? null : JSON.stringify(executor),
          clonedFrom: clonedFrom ?? null,
          now,
        })
      this.#db
        .prepare('INSERT INTO experiment_configs (experiment_id, config) VALUES (?, ?)')
        .run(id, JSON.stringify(config))
      refreshSummary(this.#db, id)
    })()
    return this.get(id)
  }

  /** Everything of one. Throws `not-found`, and `record-unreadable` where a summary has a problem. */
  get(id: string): ExperimentRecord {
    const row = this.#db
      .prepare<[string], DetailRow>(
        'SELECT e.*, c.config FROM experiments e JOIN experiment_configs c ON c.experiment_id = e.id WHERE e.id = ?',
      )
      .get(id)
    if (row === undefined) throw notFound('experiment', id)
    try {
      return recordOfDetail(row, this.#runs.list(id).at(-1), this.queue.position(id))
    } catch (thrown) {
      const error = toAppError(thrown)
      throw new AppException({ ...error, message: `${row.name} cannot be read. ${error.message}` }, { cause: thrown })
    }
  }

  /** What lists show of one, readable or not. Throws `not-found`. */
  summary(id: string): ExperimentSummary {
    const row = this.#db.prepare<[string], ListedRow>(`${selectListed} WHERE e.id = ?`).get(id)
    if (row === undefined) throw notFound('experiment', id)
    return summaryOfListed(this.#db, row)
  }

  list(query: ExperimentQuery = {}): ExperimentPage {
    const { rows, ...page } = this.#search.page(query)
    return { ...page, items: rows.map((row) => summaryOfListed(this.#db, row)) }
  }

  /** The same as ids only. */
  find(query: ExperimentQuery): FoundExperiments {
    return this.#search.ids(query)
  }

  /** Of each field the values of these experiments, in their order. Throws `invalid-argument` for an unknown field. */
  values(ids: readonly string[], fields: readonly string[]): Readonly<Record<string, readonly FieldValue[]>> {
    return this.#search.values(ids, fields)
  }

  /** All that are in the trash, the last one put there first. */
  trashedIds(): readonly string[] {
    return this.#db
      .prepare<[], string>(
        'SELECT id FROM experiments WHERE trashed_at IS NOT NULL ORDER BY trashed_at DESC, rowid DESC',
      )
      .pluck()
      .all()
  }

  /** Out of sight and out of the queue, all else as it was. What is there already stays as it is. */
  trash(ids: readonly string[]): void {
    const now = this.#now()
    const trash = this.#db.prepare('UPDATE experiments SET trashed_at = coalesce(trashed_at, ?) WHERE id = ?')
    this.#db.transaction(() => ids.forEach((id) => trash.run(now, id)))()
  }

  /** Out of the trash, as they were; those that were only archived are current again. Throws `not-found`. */
  restore(ids: readonly string[]): void {
    const restore = this.#db.prepare(
      `UPDATE experiments SET trashed_at = NULL,
         is_archived = CASE WHEN trashed_at IS NULL THEN 0 ELSE is_archived END WHERE id = ?`,
    )
    this.#db.transaction(() => {
      for (const id of ids) if (restore.run(id).changes === 0) throw notFound('experiment', id)
    })()
  }

  /** Names that begin so, in large or small letters. */
  namesBeginning(text: string): readonly string[] {
    return this.#db
      .prepare<[object], string>(
        `SELECT name FROM experiments
         WHERE name COLLATE NOCASE >= @text AND name COLLATE NOCASE < @text || @last`,
      )
      .pluck()
      .all({ text, last: String.fromCodePoint(0x10ffff) })
  }

  /** The place it must run in, if it was given one. Throws `not-found`, `record-unreadable`. */
  executorOf(id: string): ExecutorChoice | undefined {
    const row = this.#db
      .prepare<[string], { executor: string | null }>('SELECT executor FROM experiments WHERE id = ?')
      .get(id)
    if (row === undefined) throw notFound('experiment', id)
    return row.executor === null ? undefined : readColumn(executorChoiceSchema, row.executor, 'Its executor')
  }

  /**
   * Applies one action of the status machine if the experiment still has status `from` (by default the one it has now).
   * Throws `conflict` when the action is not allowed there or something else was quicker, and `not-found`.
   */
  transition(id: string, action: ExperimentAction, from: ExperimentStatus = this.#stateOf(id).status): void {
    const to = nextStatus(from, action)
    if (to === undefined) throw conflict(this.#stateOf(id), action)
    const isQueued = to === 'queued'
    const place = actionsToFront.has(action) ? 'min(queue_order), 0) - 1' : 'max(queue_order), 0) + 1'
    const order = isQueued ? `(SELECT coalesce(${place} FROM experiments WHERE status = 'queued')` : 'NULL'
    const { changes } = this.#db
      .prepare(
        `UPDATE experiments SET status = ?, queue_order = ${order}, provider = ?, updated_at = ?
         WHERE id = ? AND status = ?`,
      )
      .run(to, isQueued ? this.#providerOf(id) : null, this.#now(), id, from)
    if (changes !== 1) throw conflict(this.#stateOf(id), action)
  }

  /**
   * Replaces what an experiment will run. Throws `conflict` where it has run: a result belongs to what it was run with.
   */
  edit(
    id: string,
    { name, config, networkId, datasetId }: Omit<NewExperiment, 'executor' | 'clonedFrom' | 'place'>,
  ): void {
    this.#db.transaction(() => {
      const { changes } = this.#db
        .prepare(
          `UPDATE experiments SET name = @name, network_id = @networkId, dataset_id = @datasetId, updated_at = @now
           WHERE id = @id AND latest_run_id IS NULL AND status <> 'running'`,
        )
        .run({ id, name, networkId: networkId ?? null, datasetId, now: this.#now() })
      if (changes !== 1) throw alreadyRun(this.#stateOf(id))
      this.#db
        .prepare('UPDATE experiment_configs SET config = ? WHERE experiment_id = ?')
        .run(JSON.stringify(config), id)
      refreshSummary(this.#db, id)
    })()
  }

  update(id: string, changes: ExperimentChanges): void {
    const { name, tags, notes, isStarred, isArchived } = changes
    const { changes: changed } = this.#db
      .prepare(
        `UPDATE experiments SET name = coalesce(@name, name), tags = coalesce(@tags, tags),
           notes = coalesce(@notes, notes), is_starred = coalesce(@isStarred, is_starred),
           is_archived = coalesce(@isArchived, is_archived), updated_at = @now
         WHERE id = @id`,
      )
      .run({
        id,
        name: name ?? null,
        tags: tags === undefined ? null : JSON.stringify(tags),
        notes: notes ?? null,
        isStarred: isStarred === undefined ? null : Number(isStarred),
        isArchived: isArchived === undefined ? null : Number(isArchived),
        now: this.#now(),
      })
    if (changed === 0) throw notFound('experiment', id)
  }

  /** Removes the rows of experiments and all that hangs on them, for good; files are the caller's. */
  remove(ids: readonly string[]): void {
    const remove = this.#db.prepare('DELETE FROM experiments WHERE id = ?')
    this.#db.transaction(() => ids.forEach((id) => remove.run(id)))()
  }

  /** Undefined where there is no such experiment. */
  nameOf(id: string): string | undefined {
    return this.#db.prepare<[string], string>('SELECT name FROM experiments WHERE id = ?').pluck().get(id)
  }

  /** Experiments that began with this one's configuration, outside the trash, in the order in which they were made. */
  descendants(id: string): readonly { readonly id: string; readonly name: string }[] {
    return this.#db
      .prepare<[string], { id: string; name: string }>(
        'SELECT id, name FROM experiments WHERE cloned_from = ? AND trashed_at IS NULL ORDER BY number',
      )
      .all(id)
  }

  /** Names of experiments that use a network or a data set. */
  namesUsing(column: 'network_id' | 'dataset_id', id: string): readonly string[] {
    return this.#db
      .prepare<[string], { name: string }>(`SELECT name FROM experiments WHERE ${column} = ? ORDER BY created_at`)
      .all(id)
      .map(({ name }) => name)
  }

  /** Brings up to date what lists show, after a migration or a change by another hand. */
  refresh(): void {
    this.#db.transaction(() => {
      const place = this.#db.prepare('UPDATE experiments SET provider = ? WHERE id = ?')
      const stale = `SELECT id FROM experiments WHERE status = 'queued' AND summary_is_current = 0`
      for (const id of this.#db.prepare<[], string>(stale).pluck().all()) place.run(this.#providerOf(id), id)
      refreshStaleSummaries(this.#db)
    })()
  }

  #stateOf(id: string): Pick<ExperimentRecord, 'name' | 'status'> {
    const row = this.#db
      .prepare<[string], Pick<ExperimentRecord, 'name' | 'status'>>('SELECT name, status FROM experiments WHERE id = ?')
      .get(id)
    if (row === undefined) throw notFound('experiment', id)
    return row
  }

  /** Where a queued experiment must run: a run that goes on stays where it was. */
  #providerOf(id: string): WaitsFor | null {
    const isRemote =
      this.#db.prepare<[string], string>('SELECT place FROM experiments WHERE id = ?').pluck().get(id) !== ''
    if (isRemote) return 'cluster'
    let provider: ProviderName | undefined
    // Of an unreadable one nothing is known; the queue finds out what is wrong when its turn comes.
    problemOf(() => {
      const latest = this.#runs.latest(id)
      const executor = continuesRun(latest) ? this.#runs.executorOf(latest.id) : this.executorOf(id)
      provider = executor?.provider
    })
    return provider ?? null
  }
}

function alreadyRun({ name }: Pick<ExperimentRecord, 'name'>): AppException {
  return new AppException({
    code: 'conflict',
    message: `${name} has run: its configuration stays what it was run with.`,
    remedy: 'Clone it and change the clone.',
  })
}

function conflict({ name, status }: Pick<ExperimentRecord, 'name' | 'status'>, action: ExperimentAction): AppException {
  return new AppException({
    code: 'conflict',
    message: `${name} is ${status}: ${action} is not possible from there.`,
    remedy: 'Look at its present state and choose again.',
  })
}
