import { basename } from 'node:path'
import { AppException } from '#shared/basics/result.ts'
import { assertReadable, isDamage, quickCheck } from './database-check.ts'
import type { FoundStore } from './found-store.ts'
import type { StoreLayout } from './layout.ts'
import { assertNotNewer } from './migrate.ts'
import type { Database, Sqlite } from './sqlite.ts'

/**
 * What is wrong with the database of a store, a part of a sentence, or undefined. A thorough look reads all of it. Errors:
 * `store-newer`, `not-a-store`, `SqliteError`.
 */
export function damageFound(
  sqlite: Sqlite,
  layout: StoreLayout,
  found: FoundStore,
  isThorough: boolean,
): string | undefined {
  switch (found.state) {
    case 'new':
      return undefined
    case 'lost':
      return found.reason
    case 'whole':
      return damageOf(sqlite, layout, found, isThorough)
  }
}

/** By a connection that cannot write: another one would clear away the log of a damaged database on closing. */
function damageOf(sqlite: Sqlite, layout: StoreLayout, { mark }: FoundStore, isThorough: boolean): string | undefined {
  let db: Database | undefined
  try {
    db = new sqlite(layout.database, { readonly: true })
    assertNotNewer(db)
    if (mark === undefined) assertOwnTables(db)
    assertReadable(sqlite, db)
    return isThorough ? quickCheck(db) : undefined
  } catch (cause) {
    if (cause instanceof sqlite.SqliteError && isDamage(cause.code)) return cause.message
    throw cause
  } finally {
    db?.close()
  }
}

/**
 * A store of an earlier studio has no mark: it is known by the tables of its database, and another program may have a
 * file of that name. Throws `not-a-store`.
 */
function assertOwnTables(db: Database): void {
  const tables = db.prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all()
  if (tables.length === 0 || tables.includes('experiments')) return
  throw new AppException({
    code: 'not-a-store',
    message: `${basename(db.name)} in this folder is the database of another program. Nothing was changed.`,
    where: db.name,
    remedy: 'Name an empty or a new folder, or the folder of a store.',
  })
}
