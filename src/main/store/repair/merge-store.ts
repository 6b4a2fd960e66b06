/**
 * Rows of one database brought into another: of a manifest or a backup into a repaired database, of another store into
 * this one. What is there stays; what is missing comes in with all that hangs on it.
 */
import { isDeepStrictEqual } from 'node:util'
import { uniqueName } from '../../library/unique-name.ts'
import { rowChecksum } from '../row-checksum.ts'
import type { Database } from '../sqlite.ts'
import { columnOf, experimentTables, insertRow, rowsWhere, runTables, textCell, type StoredRow } from './table-rows.ts'

/**
 * Where rows come from. A `manifest` has a digest: where it differs, it is right. A `backup` is an earlier state of the same
 * store. Of an `other` store, what waits or runs there comes in as paused, and settings and views stay behind.
 */
export type MergeSource = 'manifest' | 'backup' | 'other'

/** What came in. */
export interface MergeCounts {
  readonly networks: number
  readonly datasets: number
  readonly experiments: number
  readonly runs: number
}

/** Both databases have the present version. Belongs into a transaction of `into`. */
export function mergeStore(from: Database, into: Database, source: MergeSource): MergeCounts {
  const networks = new LibraryMerge(from, into, 'networks')
  const datasets = new LibraryMerge(from, into, 'datasets')
  const counts = { networks: networks.run(), datasets: datasets.run(), experiments: 0, runs: 0 }
  for (const row of rowsWhere(from, 'batches', 'true')) insertRow(into, 'batches', row)
  const mapped = (row: StoredRow): StoredRow => ({
    ...row,
    ...('network_id' in row ? { network_id: networks.idOf(row['network_id']) } : {}),
    ...('dataset_id' in row ? { dataset_id: datasets.idOf(row['dataset_id']) } : {}),
    ...('result' in row ? renamedResult(networks.renameIn(textCell(row, 'result'))) : {}),
  })
  for (const experiment of rowsWhere(from, 'experiments', 'true ORDER BY number')) {
    if (addExperiment(from, into, mapped(experiment), source)) counts.experiments++
  }
  for (const row of rowsWhere(from, 'forks', 'true')) insertRow(into, 'forks', row)
  for (const run of rowsWhere(from, 'runs', 'true ORDER BY experiment_id, attempt')) {
    if (addRun(from, into, run, { source, mapped })) counts.runs++
  }
  for (const row of rowsWhere(from, 'evaluations', 'network_id IS NOT NULL'))
    insertRow(into, 'evaluations', mapped(row))
  if (source !== 'other') {
    for (const table of ['settings', 'views', 'stage_times', 'clusters'] as const) {
      for (const row of rowsWhere(from, table, 'true')) insertRow(into, table, row)
    }
  }
  return counts
}

function renamedResult(result: string): StoredRow {
  return { result, checksum: rowChecksum([result]) }
}

/** Networks or data sets: the same content is the same one, whatever its id and name. */
class LibraryMerge {
  readonly #from: Database
  readonly #into: Database
  readonly #table: 'networks' | 'datasets'
  /** Ids of those that are there under another one. */
  readonly #ids = new Map<string, string>()

  constructor(from: Database, into: Database, table: 'networks' | 'datasets') {
    this.#from = from
    this.#into = into
    this.#table = table
  }

  /** Returns how many came in. */
  run(): number {
    let added = 0
    for (const row of rowsWhere(this.#from, this.#table, 'true ORDER BY created_at, id')) {
      const [known] = rowsWhere(this.#into, this.#table, 'sha256 = ?', textCell(row, 'sha256'))
      const id = textCell(row, 'id')
      if (known !== undefined) this.#ids.set(id, textCell(known, 'id'))
      else if (insertRow(this.#into, this.#table, { ...row, name: this.#freeName(textCell(row, 'name')) })) added++
    }
    return added
  }

  idOf(id: unknown): string | null {
    return typeof id === 'string' ? (this.#ids.get(id) ?? id) : null
  }

  /** Results name the network they made. */
  renameIn(text: string): string {
    return [...this.#ids].reduce((renamed, [from, to]) => renamed.replaceAll(from, to), text)
  }

  #freeName(wanted: string): string {
    return uniqueName(wanted, columnOf(this.#into, this.#table, 'name'))
  }
}

/** Whether it is new. One that is there and has not ended takes over that it has, with the run that did it. */
function addExperiment(from: Database, into: Database, row: StoredRow, source: MergeSource): boolean {
  const id = textCell(row, 'id')
  const [known] = rowsWhere(into, 'experiments', 'id = ?', id)
  if (known !== undefined) {
    if (row['status'] === 'completed' && known['status'] !== 'completed') {
      into
        .prepare(
          `UPDATE experiments SET status = 'completed', queue_order = NULL, provider = NULL, latest_run_id = ?,
             updated_at = ?, summary_is_current = 0 WHERE id = ?`,
        )
        .run(row['latest_run_id'] ?? null, row['updated_at'] ?? '', id)
    }
    addRowsOf(from, into, id)
    return false
  }
  const isTaken = rowsWhere(into, 'experiments', 'number = ?', row['number'] ?? null).length > 0
  const number = isTaken
    ? into.prepare<[], number>('SELECT coalesce(max(number), 0) + 1 FROM experiments').pluck().get()
    : row['number']
  const isUnfinished = row['status'] === 'queued' || row['status'] === 'running'
  const status = source === 'other' && isUnfinished ? { status: 'paused', queue_order: null, provider: null } : {}
  if (!insertRow(into, 'experiments', { ...row, number: number ?? 1, summary_is_current: 0, ...status })) return false
  addRowsOf(from, into, id)
  return true
}

/** Its configuration, and what else belongs to it and to no run. */
function addRowsOf(from: Database, into: Database, experimentId: string): void {
  for (const table of experimentTables(into)) {
    for (const row of rowsWhere(from, table, 'experiment_id = ?', experimentId)) insertRow(into, table, row)
  }
}

interface RunMerge {
  readonly source: MergeSource
  /** A row with the ids that networks and data sets have here. */
  readonly mapped: (row: StoredRow) => StoredRow
}

/** Whether it is new, had not ended there, or has lost something there that it has here. */
function addRun(from: Database, into: Database, row: StoredRow, merge: RunMerge): boolean {
  const id = textCell(row, 'id')
  const [known] = rowsWhere(into, 'runs', 'id = ?', id)
  if (known !== undefined && row['status'] !== 'completed') return false
  if (known?.['status'] === 'completed') return mendRun(from, into, id, merge)
  const experimentId = textCell(row, 'experiment_id')
  if (rowsWhere(into, 'experiments', 'id = ?', experimentId).length === 0) return false
  const others = rowsWhere(into, 'runs', 'experiment_id = ? AND attempt = ?', experimentId, row['attempt'] ?? 0)
  for (const other of [id, ...others.map((run) => textCell(run, 'id'))]) removeRun(into, other)
  insertRow(into, 'runs', row)
  for (const table of runTables(into)) replaceRows(from, into, table, id, merge)
  replaceSeries(from, into, id)
  return true
}

/** Of a completed run that is there what was lost, or is not what was written. */
function mendRun(from: Database, into: Database, id: string, merge: RunMerge): boolean {
  const wrong = merge.source === 'manifest' ? differencesOfRun(from, into, id, merge.mapped) : []
  let isMended = false
  for (const table of runTables(into)) {
    if (countOf(from, table, id) <= countOf(into, table, id) && !wrong.includes(partOf(table))) continue
    replaceRows(from, into, table, id, merge)
    isMended = true
  }
  if (wrong.includes(CONFIGURATION)) {
    into
      .prepare(
        `UPDATE experiment_configs SET config = ? WHERE experiment_id = (SELECT experiment_id FROM runs WHERE id = ?)`,
      )
      .run(configOfRun(from, id) ?? '', id)
    isMended = true
  }
  const [here, there] = [from, into].map((db) => sumOfPoints(db, id).count)
  if ((here ?? 0) <= (there ?? 0) && !wrong.includes(METRICS)) return isMended
  replaceSeries(from, into, id)
  return true
}

const METRICS = 'metrics'
const CONFIGURATION = 'configuration'

/** What people call that which a table has of a run. */
function partOf(table: string): string {
  return table === 'run_results' ? 'result' : table.replaceAll('_', ' ')
}

/** Tables to which something may be added when a run is done: more is no difference. */
const growingTables: ReadonlySet<string> = new Set(['evaluations', 'layer_effects'])

/** What a database says of a completed run otherwise than another, which is trusted. */
export function differencesOfRun(
  trusted: Database,
  db: Database,
  runId: string,
  mapped: RunMerge['mapped'] = (row) => row,
): readonly string[] {
  const tables = runTables(trusted).filter((table) => table !== 'checkpoints' && !isSameTable(table))
  const sums = [trusted, db].map((from) => sumOfPoints(from, runId))
  const configs = [trusted, db].map((from) => configOfRun(from, runId))
  return [
    ...tables.map(partOf),
    ...(isDeepStrictEqual(sums[0], sums[1]) ? [] : [METRICS]),
    ...(configs[0] === undefined || configs[0] === configs[1] ? [] : [CONFIGURATION]),
  ]

  function isSameTable(table: string): boolean {
    const [written = [], found = []] = [trusted, db].map((from) =>
      rowsWhere(from, table, 'run_id = ?', runId).map((row) => withoutLibraryIds(withoutNumber(mapped(row)))),
    )
    if (!growingTables.has(table)) return isDeepStrictEqual(written, found)
    return written.every((row) => found.some((other) => isDeepStrictEqual(row, other)))
  }
}

/** It stays as it was when the run began. */
function configOfRun(db: Database, runId: string): string | undefined {
  return db
    .prepare<[string], string>(
      'SELECT config FROM runs JOIN experiment_configs USING (experiment_id) WHERE runs.id = ?',
    )
    .pluck()
    .get(runId)
}

/** Networks and data sets have other ids in a store that the run came into. */
function withoutLibraryIds({ network_id: _network, dataset_id: _dataset, ...rest }: StoredRow): StoredRow {
  return rest
}

/** Lines of a log are numbered by the database they are in. */
function withoutNumber(row: StoredRow): StoredRow {
  const { id, ...rest } = row
  return typeof id === 'string' ? row : rest
}

function countOf(db: Database, table: string, runId: string): number {
  return Number(
    db.prepare<[string], number>(`SELECT count(*) FROM "${table}" WHERE run_id = ?`).pluck().get(runId) ?? 0,
  )
}

/** What differs when a point is lost or changed. */
function sumOfPoints(db: Database, runId: string): { readonly count: number } {
  const sums = db
    .prepare<[string], { count: number }>(
      `SELECT count(*) AS count, total(step) AS steps, total(elapsed_ms) AS times, total(value) AS sum
       FROM series JOIN points ON series_id = series.id WHERE run_id = ?`,
    )
    .get(runId)
  return sums ?? { count: 0 }
}

function replaceRows(from: Database, into: Database, table: string, runId: string, { mapped }: RunMerge): void {
  const rows = rowsWhere(from, table, 'run_id = ?', runId)
  if (table === 'evaluations') {
    for (const row of rows) into.prepare('DELETE FROM evaluations WHERE id = ?').run(textCell(row, 'id'))
  } else if (!growingTables.has(table)) into.prepare(`DELETE FROM ${table} WHERE run_id = ?`).run(runId)
  for (const row of rows) insertRow(into, table, withoutNumber(mapped(row)))
}

function replaceSeries(from: Database, into: Database, runId: string): void {
  removeSeries(into, runId)
  for (const { id = 0, ...series } of rowsWhere(from, 'series', 'run_id = ?', runId)) {
    insertRow(into, 'series', series)
    const [added] = rowsWhere(into, 'series', 'run_id = ? AND name = ?', runId, textCell(series, 'name'))
    for (const point of rowsWhere(from, 'points', 'series_id = ?', id)) {
      insertRow(into, 'points', { ...point, series_id: added?.['id'] ?? null })
    }
  }
}

/** One by one: references are not looked at meanwhile, so that nothing goes with its run by itself. */
function removeRun(db: Database, runId: string): void {
  removeSeries(db, runId)
  for (const table of runTables(db)) db.prepare(`DELETE FROM ${table} WHERE run_id = ?`).run(runId)
  db.prepare('DELETE FROM runs WHERE id = ?').run(runId)
}

function removeSeries(db: Database, runId: string): void {
  db.prepare('DELETE FROM points WHERE series_id IN (SELECT id FROM series WHERE run_id = ?)').run(runId)
  db.prepare('DELETE FROM series WHERE run_id = ?').run(runId)
}
