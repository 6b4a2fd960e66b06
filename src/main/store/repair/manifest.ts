/**
 * What the database says of a finished run, of a network or of a data set, in a file beside its files: rows as they are,
 * with the version of the schema they have, so that a store can be put together again when its database is lost.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AppException } from '#shared/basics/result.ts'
import { migrate } from '../migrate.ts'
import { schemaVersion } from '../migrations.ts'
import type { Database, Sqlite } from '../sqlite.ts'
import { experimentTables, insertRow, rowsWhere, runTables, textCell, type Cell, type StoredRow } from './table-rows.ts'

const FORMAT = 'nern-studio-manifest'

const infinite = z.enum(['Infinity', '-Infinity'])
/** As JSON has neither bytes nor infinite numbers, these are told by name. */
const cellSchema = z.union([
  z.string(),
  z.number(),
  z.null(),
  z.strictObject({ base64: z.string() }),
  z.strictObject({ real: infinite }),
])
type EncodedCell = z.infer<typeof cellSchema>
const contentSchema = z.strictObject({
  format: z.literal(FORMAT),
  schemaVersion: z.int().min(14),
  /** Of each table its columns, and its rows in that order. */
  tables: z.record(z.string(), z.strictObject({ columns: z.array(z.string()), rows: z.array(z.array(cellSchema)) })),
  /** Files beside it. */
  files: z.array(z.strictObject({ name: z.string(), sizeBytes: z.int(), sha256: z.string() })),
})
const manifestSchema = z.strictObject({ content: contentSchema, sha256: z.string() })

type Content = z.infer<typeof contentSchema>
/** A file beside a manifest, as it was written. */
export type ManifestFile = Content['files'][number]
type Tables = Readonly<Record<string, readonly StoredRow[]>>

/** What there is of a completed run; undefined for one that did not complete. */
export function tablesOfRun(db: Database, runId: string): Tables | undefined {
  const [run] = rowsWhere(db, 'runs', `id = ? AND status = 'completed'`, runId)
  if (run === undefined) return undefined
  const [experiment] = rowsWhere(db, 'experiments', 'id = ?', textCell(run, 'experiment_id'))
  if (experiment === undefined) return undefined
  const id = textCell(experiment, 'id')
  const series = rowsWhere(db, 'series', 'run_id = ?', runId)
  return {
    networks: rowsWhere(db, 'networks', 'id = ?', textCell(experiment, 'network_id')),
    datasets: rowsWhere(db, 'datasets', 'id = ?', textCell(experiment, 'dataset_id')),
    batches: rowsWhere(db, 'batches', 'id = ?', textCell(experiment, 'batch_id')),
    experiments: [experiment],
    ...Object.fromEntries(experimentTables(db).map((table) => [table, rowsOfExperiment(db, table, id)])),
    runs: [run],
    series,
    points: series.flatMap((row) => rowsWhere(db, 'points', 'series_id = ?', row['id'] ?? null)),
    ...Object.fromEntries(
      runTables(db)
        // A finished run has no checkpoints.
        .filter((table) => table !== 'checkpoints')
        .map((table) => [table, rowsWhere(db, table, 'run_id = ?', runId)]),
    ),
  }
}

/** What is derived of a configuration is derived again. */
function rowsOfExperiment(db: Database, table: string, id: string): readonly StoredRow[] {
  const rows = rowsWhere(db, table, 'experiment_id = ?', id)
  return table === 'experiment_configs' ? rows.map((row) => ({ ...row, present: null })) : rows
}

/** A network or data set with this content, and what was measured of it. */
export function tablesOfLibrary(db: Database, table: 'networks' | 'datasets', sha256: string): Tables {
  const rows = rowsWhere(db, table, 'sha256 = ?', sha256)
  const measured =
    table === 'networks' ? rows.flatMap((row) => rowsWhere(db, 'evaluations', 'network_id = ?', row['id'] ?? null)) : []
  const datasetIds = [...new Set(measured.map((row) => textCell(row, 'dataset_id')))]
  const datasets = datasetIds.flatMap((id) => rowsWhere(db, 'datasets', 'id = ?', id))
  return { datasets, [table]: rows, evaluations: measured }
}

export function encodeManifest(tables: Tables, files: readonly ManifestFile[]): string {
  const content: Content = {
    format: FORMAT,
    schemaVersion,
    tables: Object.fromEntries(
      Object.entries(tables).flatMap(([name, rows]) => {
        const [first] = rows
        if (first === undefined) return []
        const columns = Object.keys(first)
        return [[name, { columns, rows: rows.map((row) => columns.map((column) => encodeCell(row[column] ?? null))) }]]
      }),
    ),
    files: [...files],
  }
  return textOf(content)
}

export interface Manifest {
  readonly files: readonly ManifestFile[]
  /** Of the schema that its rows have. */
  readonly schemaVersion: number
  /** Puts its rows into an empty database of that version; references are not looked at. */
  readonly fill: (db: Database) => void
  /** A column of the first row of a table, where that is a text. */
  readonly textOf: (table: string, column: string) => string | undefined
}

/** @param where of the file, for messages. Errors: `file-corrupt`, `file-unsupported` for one of a newer studio. */
export function parseManifest(text: string, where: string): Manifest {
  const { schemaVersion: version, tables, files } = contentOf(text, where)
  return {
    files,
    schemaVersion: version,
    textOf(table, column) {
      const found = tables[table]
      const cell = found?.rows[0]?.[found.columns.indexOf(column)]
      return typeof cell === 'string' ? cell : undefined
    },
    fill(db) {
      db.pragma('foreign_keys = OFF')
      db.transaction(() => {
        for (const [name, { columns, rows }] of Object.entries(tables)) {
          for (const cells of rows) {
            insertRow(
              db,
              name,
              Object.fromEntries(columns.map((column, at) => [column, decodeCell(cells[at] ?? null)])),
            )
          }
        }
      })()
    },
  }
}

/** Makes of manifests databases of their own, in memory; whoever asked closes them. */
export class ManifestDatabases {
  readonly #sqlite: Sqlite
  /** Empty ones by version: migrating each anew would take most of the time. */
  readonly #empty = new Map<number, Buffer>()

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite
  }

  /** Of the present version. */
  open(manifest: Manifest): Database {
    const db = new this.#sqlite(this.#emptyOf(manifest.schemaVersion))
    manifest.fill(db)
    migrate(db)
    return db
  }

  #emptyOf(version: number): Buffer {
    let bytes = this.#empty.get(version)
    if (bytes === undefined) {
      const db = new this.#sqlite(':memory:')
      migrate(db, version)
      bytes = db.serialize()
      db.close()
      this.#empty.set(version, bytes)
    }
    return bytes
  }
}

/** Columns of an experiment that people change when its runs are done. */
const changingColumns = ['name', 'tags', 'notes', 'is_starred', 'is_archived']

/**
 * A manifest with what people changed of its experiment since it was written; all else stays, as the copy that it is. Errors
 * as `parseManifest`.
 */
export function renewedManifest(text: string, where: string, experiment: StoredRow): string {
  const content = contentOf(text, where)
  const { columns = [], rows: [written] = [] } = content.tables['experiments'] ?? {}
  if (written === undefined) return text
  const row = written.map((cell, at) => {
    const column = columns[at] ?? ''
    return changingColumns.includes(column) ? encodeCell(experiment[column] ?? null) : cell
  })
  const renewed: Content = { ...content, tables: { ...content.tables, experiments: { columns, rows: [row] } } }
  return textOf(renewed)
}

function contentOf(text: string, where: string): Content {
  const parsed = manifestSchema.safeParse(jsonOf(text))
  if (!parsed.success || digestOf(parsed.data.content) !== parsed.data.sha256) {
    throw new AppException({
      code: 'file-corrupt',
      message: 'The manifest is not what was written.',
      where,
      remedy: 'What it says is in the database as well; the next check of the store writes it again.',
    })
  }
  const { content } = parsed.data
  if (content.schemaVersion > schemaVersion) {
    throw new AppException({
      code: 'file-unsupported',
      message: `The manifest has version ${content.schemaVersion}; this studio reads versions up to ${schemaVersion}.`,
      where,
      remedy: 'Update the studio.',
    })
  }
  return content
}

function textOf(content: Content): string {
  return `${JSON.stringify({ content, sha256: digestOf(content) })}\n`
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function digestOf(content: Content): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex')
}

function encodeCell(cell: Cell): EncodedCell {
  if (cell instanceof Uint8Array) return { base64: Buffer.from(cell).toString('base64') }
  if (cell === Infinity) return { real: 'Infinity' }
  if (cell === -Infinity) return { real: '-Infinity' }
  return typeof cell === 'bigint' ? Number(cell) : cell
}

function decodeCell(cell: EncodedCell): Cell {
  if (typeof cell !== 'object' || cell === null) return cell
  return 'base64' in cell ? Buffer.from(cell.base64, 'base64') : Number(cell.real)
}
