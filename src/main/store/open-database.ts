import { AppException } from '#shared/basics/result.ts'
import { makeBackup } from './backups.ts'
import { assertReadable, isDamage } from './database-check.ts'
import { damageFound } from './database-damage.ts'
import { findStore, type FoundStore } from './found-store.ts'
import type { StoreLayout } from './layout.ts'
import { vanishedOwner } from './lock.ts'
import { assertNotNewer, migrate, readVersion } from './migrate.ts'
import { schemaVersion } from './migrations.ts'
import { finishPutInPlace } from './put-in-place.ts'
import type { Database, Sqlite } from './sqlite.ts'

export interface OpenedDatabase {
  readonly db: Database
  /** What the user must be told, in whole sentences: a damaged store and what was restored. */
  readonly notices: readonly string[]
}

/**
 * Opens, checks and migrates the database of a store this process owns. A damaged one is left as it is: what can be kept
 * of it, and how, is for its user to see (`repair/store-repair.ts`). Errors: `store-newer`, `store-corrupt`, `not-a-store`.
 */
export async function openDatabase(
  sqlite: Sqlite,
  layout: StoreLayout,
  options: { readonly found: FoundStore; readonly isAfterUncleanEnd: boolean; readonly now: string },
): Promise<OpenedDatabase> {
  const { found, isAfterUncleanEnd, now } = options
  finishPutInPlace(layout)
  const damage = damageFound(sqlite, layout, found, isAfterUncleanEnd)
  if (damage !== undefined) throw damaged(layout, damage)
  const db = connect(sqlite, layout)
  try {
    const version = readVersion(db)
    if (version > 0 && version < schemaVersion) await makeBackup(db, layout, now)
    migrate(db)
  } catch (cause) {
    db.close()
    throw cause
  }
  return { db, notices: [] }
}

/**
 * Opens the database of a store that another process may own and write meanwhile: every statement sees what was
 * committed last. Nothing is locked, checked, migrated or restored. A store that is not there yet reads as an empty one.
 * Errors: `not-a-store`, `store-older`, `store-newer`, `store-corrupt`, `file-unreadable`.
 */
export function openDatabaseForReading(sqlite: Sqlite, layout: StoreLayout): OpenedDatabase {
  const found = findStore(layout)
  if (found.state === 'new') {
    return { db: emptyDatabase(sqlite), notices: [`There is no store in ${layout.folder} yet.`] }
  }
  let db: Database | undefined
  try {
    if (found.state === 'lost') throw new sqlite.SqliteError(found.reason, 'SQLITE_CORRUPT')
    db = new sqlite(layout.database, { readonly: true, fileMustExist: true })
    db.pragma('query_only = ON')
    // Its owner may be bringing what a crash left in the log back into order.
    db.pragma('busy_timeout = 5000')
    assertNotNewer(db)
    assertReadable(sqlite, db)
    assertPresentVersion(db)
    return { db, notices: noticesForReader(layout) }
  } catch (cause) {
    db?.close()
    throw cause instanceof sqlite.SqliteError ? unreadable(layout, cause) : cause
  }
}

function emptyDatabase(sqlite: Sqlite): Database {
  const db = new sqlite(':memory:')
  migrate(db)
  db.pragma('query_only = ON')
  return db
}

function assertPresentVersion(db: Database): void {
  const version = readVersion(db)
  if (version === schemaVersion) return
  throw new AppException({
    code: 'store-older',
    message: `The store has version ${version}; this studio reads version ${schemaVersion}.`,
    where: db.name,
    remedy: 'Bring it up to date with: studio store upgrade (a backup is made first).',
  })
}

function noticesForReader(layout: StoreLayout): readonly string[] {
  const owner = vanishedOwner(layout)
  if (owner === undefined) return []
  return [
    `${owner.program} (process ${owner.pid}) ended without closing the store: what is shown as running waits in the queue ` +
      'as soon as a window or a command that writes opens it.',
  ]
}

function damaged({ database }: StoreLayout, reason: string): AppException {
  return new AppException({
    code: 'store-corrupt',
    message: `The store's database is damaged (${reason}). Nothing was changed.`,
    where: database,
    remedy: 'A window shows what can be kept, and so does: studio store repair --dry-run',
  })
}

function unreadable(layout: StoreLayout, cause: InstanceType<Sqlite['SqliteError']>): AppException {
  const where = layout.database
  if (isDamage(cause.code)) return damaged(layout, cause.message)
  return new AppException(
    {
      code: 'file-unreadable',
      message: `The store's database cannot be read (${cause.message}).`,
      where,
      remedy: 'Reading takes the right to write into its folder, too: SQLite keeps an index beside the database.',
    },
    { cause },
  )
}

function connect(sqlite: Sqlite, layout: StoreLayout): Database {
  const db = new sqlite(layout.database)
  try {
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    db.pragma('foreign_keys = ON')
    db.pragma('busy_timeout = 5000')
    if (process.platform === 'darwin') db.pragma('checkpoint_fullfsync = ON')
    return db
  } catch (cause) {
    db.close()
    throw cause
  }
}
