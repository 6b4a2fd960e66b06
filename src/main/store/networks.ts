import { z } from 'zod'
import { preprocessingSchema } from '#shared/network/preprocessing.ts'
import { layerStatisticsSchema, type LayerStatistics, type NetworkRecord } from '#shared/protocol/records.ts'
import { networkOriginSchema } from '#shared/experiment/results.ts'
import { nameTaken, notFound } from './errors.ts'
import { LibraryTrash } from './library-trash.ts'
import { readColumn } from './json-column.ts'
import { readableRows, type UnreadableRow } from './readable-rows.ts'
import type { Database } from './sqlite.ts'

const layersSchema = z.array(layerStatisticsSchema).readonly()

interface Row {
  readonly id: string
  readonly name: string
  readonly architecture: string
  readonly title: string
  readonly classes: number
  readonly sha256: string
  readonly size_bytes: number
  readonly parameters: number
  readonly represented_weights: number
  readonly kernels: number
  readonly preprocessing: string
  readonly origin: string
  readonly layers: string
  readonly created_at: string
}

export class NetworksTable {
  readonly #db: Database
  readonly trash: LibraryTrash

  constructor(db: Database) {
    this.#db = db
    this.trash = new LibraryTrash(db, 'networks', 'network')
  }

  /** Throws `already-exists` when the name is taken. */
  insert(record: NetworkRecord, layers: readonly LayerStatistics[]): void {
    this.assertNameFree(record.name)
    this.#db
      .prepare(
        `INSERT INTO networks (id, name, architecture, title, classes, sha256, size_bytes, parameters,
           represented_weights, kernels, preprocessing, origin, layers, created_at)
         VALUES (@id, @name, @architecture, @title, @classes, @sha256, @sizeBytes, @parameters,
           @representedWeights, @kernels, @preprocessing, @origin, @layers, @createdAt)`,
      )
      .run({
        ...record,
        preprocessing: JSON.stringify(record.preprocessing),
        origin: JSON.stringify(record.origin),
        layers: JSON.stringify(layers),
      })
  }

  /** Throws `not-found`, `record-unreadable`. */
  get(id: string): NetworkRecord {
    const row = this.#row(id)
    if (row === undefined) throw notFound('network', id)
    return toRecord(row)
  }

  /** Undefined where there is none that can be read, or it is in the trash. */
  find(id: string): NetworkRecord | undefined {
    const row = this.#row(id)
    return row === undefined ? undefined : readableRows([row], toRecord).records[0]
  }

  /** Not in the trash. */
  findByContent(sha256: string): NetworkRecord | undefined {
    const row = this.#db
      .prepare<[string], Row>('SELECT * FROM networks WHERE sha256 = ? AND trashed_at IS NULL')
      .get(sha256)
    return row === undefined ? undefined : toRecord(row)
  }

  /** Those that can be read and are not in the trash, by name. */
  list(): readonly NetworkRecord[] {
    return this.#rows('IS NULL').records
  }

  /** Those in the trash that can be read, by name. */
  trashed(): readonly NetworkRecord[] {
    return this.#rows('IS NOT NULL').records
  }

  /** Of all, readable or not: what is taken. */
  names(): readonly string[] {
    return this.#db.prepare<[], string>('SELECT name FROM networks').pluck().all()
  }

  /** What names one and its files, readable or not. Throws `not-found`. */
  identity(id: string): { readonly name: string; readonly sha256: string } {
    const row = this.#db
      .prepare<[string], { name: string; sha256: string }>('SELECT name, sha256 FROM networks WHERE id = ?')
      .get(id)
    if (row === undefined) throw notFound('network', id)
    return row
  }

  /** What stands in the table and cannot be read. */
  unreadable(): readonly UnreadableRow[] {
    return this.#rows('IS NULL').unreadable
  }

  layers(id: string): readonly LayerStatistics[] {
    const row = this.#row(id)
    if (row === undefined) throw notFound('network', id)
    return readColumn(layersSchema, row.layers, `The list of layers of ${row.name}`)
  }

  /** Throws `not-found`, `already-exists`. */
  rename(id: string, name: string): NetworkRecord {
    const record = this.get(id)
    if (record.name === name) return record
    this.assertNameFree(name)
    this.#db.prepare('UPDATE networks SET name = ? WHERE id = ?').run(name, id)
    return this.get(id)
  }

  /** For good. */
  remove(id: string): void {
    this.#db.prepare('DELETE FROM networks WHERE id = ?').run(id)
  }

  assertNameFree(name: string): void {
    const isTaken = this.#db.prepare('SELECT 1 FROM networks WHERE name = ?').get(name) !== undefined
    if (isTaken) throw nameTaken('network', name)
  }

  #row(id: string): Row | undefined {
    return this.#db.prepare<[string], Row>('SELECT * FROM networks WHERE id = ? AND trashed_at IS NULL').get(id)
  }

  #rows(trashedAt: 'IS NULL' | 'IS NOT NULL') {
    const sql = `SELECT * FROM networks WHERE trashed_at ${trashedAt} ORDER BY name COLLATE NOCASE`
    return readableRows(this.#db.prepare<[], Row>(sql).all(), toRecord)
  }
}

/** Throws `record-unreadable`. */
function toRecord(row: Row): NetworkRecord {
  return {
    id: row.id,
    name: row.name,
    architecture: row.architecture,
    title: row.title,
    classes: row.classes,
    sha256: row.sha256,
    sizeBytes: row.size_bytes,
    parameters: row.parameters,
    representedWeights: row.represented_weights,
    kernels: row.kernels,
    preprocessing: readColumn(preprocessingSchema, row.preprocessing, `The preprocessing of ${row.name}`),
    origin: readColumn(networkOriginSchema, row.origin, `The origin of ${row.name}`),
    createdAt: row.created_at,
  }
}
