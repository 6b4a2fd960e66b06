import type { Preprocessing } from '#shared/preprocessing.ts'
import type { LayerStatistics, NetworkOrigin, NetworkRecord } from '#shared/records.ts'
import { nameTaken, notFound } from './errors.ts'
import type { Database } from './sqlite.ts'

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

export class Networks {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
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

  /** Throws `not-found`. */
  get(id: string): NetworkRecord {
    const record = this.find(id)
    if (record === undefined) throw notFound('network', id)
    return record
  }

  find(id: string): NetworkRecord | undefined {
    const row = this.#db.prepare<[string], Row>('SELECT * FROM networks WHERE id = ?').get(id)
    return row === undefined ? undefined : toRecord(row)
  }

  findByContent(sha256: string): NetworkRecord | undefined {
    const row = this.#db.prepare<[string], Row>('SELECT * FROM networks WHERE sha256 = ?').get(sha256)
    return row === undefined ? undefined : toRecord(row)
  }

  /** By name. */
  list(): readonly NetworkRecord[] {
    return this.#db.prepare<[], Row>('SELECT * FROM networks ORDER BY name COLLATE NOCASE').all().map(toRecord)
  }

  layers(id: string): readonly LayerStatistics[] {
    const row = this.#db.prepare<[string], Row>('SELECT * FROM networks WHERE id = ?').get(id)
    if (row === undefined) throw notFound('network', id)
    // Written by `insert` from values of this type.
    return JSON.parse(row.layers) as readonly LayerStatistics[]
  }

  /** Throws `not-found`, `already-exists`. */
  rename(id: string, name: string): NetworkRecord {
    const record = this.get(id)
    if (record.name === name) return record
    this.assertNameFree(name)
    this.#db.prepare('UPDATE networks SET name = ? WHERE id = ?').run(name, id)
    return this.get(id)
  }

  remove(id: string): void {
    this.#db.prepare('DELETE FROM networks WHERE id = ?').run(id)
  }

  assertNameFree(name: string): void {
    const isTaken = this.#db.prepare('SELECT 1 FROM networks WHERE name = ?').get(name) !== undefined
    if (isTaken) throw nameTaken('network', name)
  }
}

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
    // Both written by `insert` from values of these types.
    preprocessing: JSON.parse(row.preprocessing) as Preprocessing,
    origin: JSON.parse(row.origin) as NetworkOrigin,
    createdAt: row.created_at,
  }
}
