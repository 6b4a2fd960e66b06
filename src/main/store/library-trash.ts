import { AppException } from '#shared/basics/result.ts'
import { notFound } from './errors.ts'
import type { Database } from './sqlite.ts'

/** What was taken out of the library and can be put back: rows and files stay as they are, lists leave them out. */
export class LibraryTrash {
  readonly #db: Database
  readonly #table: 'networks' | 'datasets'
  readonly #kind: string

  /** @param kind what people call one of the table */
  constructor(db: Database, table: 'networks' | 'datasets', kind: string) {
    this.#db = db
    this.#table = table
    this.#kind = kind
  }

  /** `now` is ISO 8601. Throws `not-found`. */
  put(id: string, now: string): void {
    const sql = `UPDATE ${this.#table} SET trashed_at = coalesce(trashed_at, ?) WHERE id = ?`
    this.#assertFound(this.#db.prepare(sql).run(now, id).changes, id)
  }

  /** Does nothing for what is not in it. Throws `not-found`. */
  restore(id: string): void {
    this.#assertFound(this.#db.prepare(`UPDATE ${this.#table} SET trashed_at = NULL WHERE id = ?`).run(id).changes, id)
  }

  /** For files that are imported again: what was known of them is known again. */
  restoreContent(sha256: string): void {
    this.#db.prepare(`UPDATE ${this.#table} SET trashed_at = NULL WHERE sha256 = ?`).run(sha256)
  }

  /** Throws `conflict` for what is not in it. */
  assertHolds(id: string, name: string): void {
    const sql = `SELECT 1 FROM ${this.#table} WHERE id = ? AND trashed_at IS NOT NULL`
    if (this.#db.prepare(sql).get(id) !== undefined) return
    throw new AppException({
      code: 'conflict',
      message: `The ${this.#kind} ${name} is not in the trash. Nothing was deleted.`,
      remedy: 'Move it to the trash first.',
    })
  }

  #assertFound(changes: number, id: string): void {
    if (changes === 0) throw notFound(this.#kind, id)
  }
}
