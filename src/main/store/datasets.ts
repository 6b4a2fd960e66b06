import { z } from 'zod'
import { datasetKinds, type DatasetRecord } from '#shared/protocol/records.ts'
import {
  classNamesSchema,
  imageCountsSchema,
  imageShapeSchema,
  skippedFilesSchema,
} from '#shared/experiment/results.ts'
import { nameTaken, notFound } from './errors.ts'
import { LibraryTrash } from './library-trash.ts'
import { readColumn, readValue } from './json-column.ts'
import { readableRows, type UnreadableRow } from './readable-rows.ts'
import type { Database } from './sqlite.ts'

const kindSchema = z.enum(datasetKinds)

interface Row {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly class_names: string
  readonly image_shape: string
  readonly counts: string
  readonly sha256: string
  readonly size_bytes: number
  readonly evidence: string
  readonly skipped: string
  readonly created_at: string
}

export class DatasetsTable {
  readonly #db: Database
  readonly trash: LibraryTrash

  constructor(db: Database) {
    this.#db = db
    this.trash = new LibraryTrash(db, 'datasets', 'data set')
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

  /** Throws `not-found`, `record-unreadable`. */
  get(id: string): DatasetRecord {
    const row = this.#row(id)
    if (row === undefined) throw notFound('data set', id)
    return toRecord(row)
  }

  /** Undefined where there is none that can be read, or it is in the trash. */
  find(id: string): DatasetRecord | undefined {
    const row = this.#row(id)
    return row === undefined ? undefined : readableRows([row], toRecord).records[0]
  }

  /** Not in the trash. */
  findByContent(sha256: string): DatasetRecord | undefined {
    const row = this.#db
      .prepare<[string], Row>('SELECT * FROM datasets WHERE sha256 = ? AND trashed_at IS NULL')
      .get(sha256)
    return row === undefined ? undefined : toRecord(row)
  }

  /** Those that can be read and are not in the trash, by name. */
  list(): readonly DatasetRecord[] {
    return this.#rows('IS NULL').records
  }

  /** Those in the trash that can be read, by name. */
  trashed(): readonly DatasetRecord[] {
    return this.#rows('IS NOT NULL').records
  }

  /** Of all, readable or not: what is taken. */
  names(): readonly string[] {
    return this.#db.prepare<[], string>('SELECT name FROM datasets').pluck().all()
  }

  /** What names one and its files, readable or not. Throws `not-found`. */
  identity(id: string): { readonly name: string; readonly sha256: string } {
    const row = this.#db
      .prepare<[string], { name: string; sha256: string }>('SELECT name, sha256 FROM datasets WHERE id = ?')
      .get(id)
    if (row === undefined) throw notFound('data set', id)
    return row
  }

  /** What stands in the table and cannot be read. */
  unreadable(): readonly UnreadableRow[] {
    return this.#rows('IS NULL').unreadable
  }

  /** Throws `not-found`, `already-exists`. */
  rename(id: string, name: string): DatasetRecord {
    const record = this.get(id)
    if (record.name === name) return record
    this.assertNameFree(name)
    this.#db.prepare('UPDATE datasets SET name = ? WHERE id = ?').run(name, id)
    return this.get(id)
  }

  /** For good. */
  remove(id: string): void {
    this.#db.prepare('DELETE FROM datasets WHERE id = ?').run(id)
  }

  assertNameFree(name: string): void {
    const isTaken = this.#db.prepare('SELECT 1 FROM datasets WHERE name = ?').get(name) !== undefined
    if (isTaken) throw nameTaken('data set', name)
  }

  #row(id: string): Row | undefined {
    return this.#db.prepare<[string], Row>('SELECT * FROM datasets WHERE id = ? AND trashed_at IS NULL').get(id)
  }

  #rows(trashedAt: 'IS NULL' | 'IS NOT NULL') {
    const sql = `SELECT * FROM datasets WHERE trashed_at ${trashedAt} ORDER BY name COLLATE NOCASE`
    return readableRows(this.#db.prepare<[], Row>(sql).all(), toRecord)
  }
}

/** Throws `record-unreadable`. */
function toRecord(row: Row): DatasetRecord {
  return {
    id: row.id,
    name: row.name,
    kind: readValue(kindSchema, row.kind, `The kind of ${row.name}`),
    classNames: readColumn(classNamesSchema, row.class_names, `The list of classes of ${row.name}`),
    imageShape: readColumn(imageShapeSchema, row.image_shape, `The shape of the images of ${row.name}`),
    counts: readColumn(imageCountsSchema, row.counts, `The number of images of ${row.name}`),
    sha256: row.sha256,
    sizeBytes: row.size_bytes,
    evidence: row.evidence,
    skipped: readColumn(skippedFilesSchema, row.skipped, `The list of files left out of ${row.name}`),
    createdAt: row.created_at,
  }
}
