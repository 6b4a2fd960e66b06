import type { DatasetRecord } from '#shared/records.ts'
import { nameTaken, notFound } from './errors.ts'
import type { Database } from './sqlite.ts'

interface Row {
  readonly id: string
  readonly name: string
  readonly kind: DatasetRecord['kind']
  readonly class_names: string
  readonly image_shape: string
  readonly counts: string
  readonly sha256: string
  readonly size_bytes: number
  readonly evidence: string
  readonly skipped: string
  readonly created_at: string
}

export class Datasets {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** Throws `already-exists` when the name is taken. */
  insert(record: DatasetRecord): void {
    this.assertNameFree(record.name)
    this.#db
      .prepare(
        `INSERT INTO datasets (id, name, kind, class_names, image_shape, counts, sha256, size_bytes, evidence, skipped,
           created_at)
         VALUES (@id, @name, @kind, @classNames, @imageShape, @counts, @sha256, @sizeBytes, @evidence, @skipped, @createdAt)`,
      )
      .run({
        ...record,
        classNames: JSON.stringify(record.classNames),
        imageShape: JSON.stringify(record.imageShape),
        counts: JSON.stringify(record.counts),
        skipped: JSON.stringify(record.skipped),
      })
  }

  /** Throws `not-found`. */
  get(id: string): DatasetRecord {
    const record = this.find(id)
    if (record === undefined) throw notFound('data set', id)
    return record
  }

  find(id: string): DatasetRecord | undefined {
    const row = this.#db.prepare<[string], Row>('SELECT * FROM datasets WHERE id = ?').get(id)
    return row === undefined ? undefined : toRecord(row)
  }

  findByContent(sha256: string): DatasetRecord | undefined {
    const row = this.#db.prepare<[string], Row>('SELECT * FROM datasets WHERE sha256 = ?').get(sha256)
    return row === undefined ? undefined : toRecord(row)
  }

  /** By name. */
  list(): readonly DatasetRecord[] {
    return this.#db.prepare<[], Row>('SELECT * FROM datasets ORDER BY name COLLATE NOCASE').all().map(toRecord)
  }

  /** Throws `not-found`, `already-exists`. */
  rename(id: string, name: string): DatasetRecord {
    const record = this.get(id)
    if (record.name === name) return record
    this.assertNameFree(name)
    this.#db.prepare('UPDATE datasets SET name = ? WHERE id = ?').run(name, id)
    return this.get(id)
  }

  remove(id: string): void {
    this.#db.prepare('DELETE FROM datasets WHERE id = ?').run(id)
  }

  assertNameFree(name: string): void {
    const isTaken = this.#db.prepare('SELECT 1 FROM datasets WHERE name = ?').get(name) !== undefined
    if (isTaken) throw nameTaken('data set', name)
  }
}

function toRecord(row: Row): DatasetRecord {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    // The four were written by `insert` from values of these types.
    classNames: JSON.parse(row.class_names) as DatasetRecord['classNames'],
    imageShape: JSON.parse(row.image_shape) as DatasetRecord['imageShape'],
    counts: JSON.parse(row.counts) as DatasetRecord['counts'],
    sha256: row.sha256,
    sizeBytes: row.size_bytes,
    evidence: row.evidence,
    skipped: JSON.parse(row.skipped) as DatasetRecord['skipped'],
    createdAt: row.created_at,
  }
}
