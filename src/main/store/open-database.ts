import { copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs'
import { basename, join } from 'node:path'
import { AppException } from '#shared/basics/result.ts'
import { makeBackup, newestGoodBackup, quickCheck } from './backups.ts'
import type { StoreLayout } from './layout.ts'
import { vanishedOwner } from './lock.ts'
import { assertNotNewer, migrate, readVersion, schemaVersion } from './migrations.ts'
import type { Database, Sqlite } from './sqlite.ts'

export interface OpenedDatabase {
  readonly db: Database
  /** What the user must be told, in whole sentences: a damaged store and what was restored. */
  readonly notices: readonly string[]
}

/**
 * Opens, checks and migrates the database of a store this process owns. A damaged one is moved aside, never deleted, and
 * the newest good backup takes its place. Errors: `store-newer`, `store-corrupt` (damaged and no good backup).
 */
export async function openDatabase(
  sqlite: Sqlite,
  layout: StoreLayout,
  options: { readonly isAfterUncleanEnd: boolean; readonly now: string },
): Promise<OpenedDatabase> {
  const notices: string[] = []
  let db: Database
  try {
    db = connect(sqlite, layout, options.isAfterUncleanEnd)
  } catch (cause) {
    if (!(cause instanceof sqlite.SqliteError) || !isDamage(cause.code)) throw cause
    notices.push(restore(sqlite, layout, options.now, cause.message))
    db = connect(sqlite, layout, true)
  }
  try {
    const version = readVersion(db)
    if (version > 0 && version < schemaVersion) await makeBackup(db, layout, options.now)
    migrate(db)
  } catch (cause) {
    db.close()
    throw cause
  }
  return { db, notices }
}

/**
 * Opens the database of a store that another process may own and write meanwhile: every statement sees what was
 * committed last. Nothing is locked, checked, migrated or restored. A store that is not there yet reads as an empty one.
 * Errors: `store-older`, `store-newer`, `store-corrupt`, `file-unreadable`.
 */
export function openDatabaseForReading(sqlite: Sqlite, layout: StoreLayout): OpenedDatabase {
  if (!existsSync(layout.database)) {
    return { db: emptyDatabase(sqlite), notices: [`There is no store in ${layout.folder} yet.`] }
  }
  let db: Database | undefined
  try {
    db = new sqlite(layout.database, { readonly: true, fileMustExist: true })
    db.pragma('query_only = ON')
    // Its owner may be bringing what a crash left in the log back into order.
    db.pragma('busy_timeout = 5000')
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
  assertNotNewer(db)
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

function unreadable(layout: StoreLayout, cause: InstanceType<Sqlite['SqliteError']>): AppException {
  const where = layout.database
  if (isDamage(cause.code)) {
    const message = `The store's database is damaged (${cause.message}).`
    const remedy = 'Open the store in a window or with: studio store upgrade. That restores the newest good backup.'
    return new AppException({ code: 'store-corrupt', message, where, remedy }, { cause })
  }
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

function connect(sqlite: Sqlite, layout: StoreLayout, isChecked: boolean): Database {
  const db = new sqlite(layout.database)
  try {
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    db.pragma('foreign_keys = ON')
    db.pragma('busy_timeout = 5000')
    if (process.platform === 'darwin') db.pragma('checkpoint_fullfsync = ON')
    // Reads the schema: a file that is no database says so here.
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
    const problem = isChecked ? quickCheck(db) : undefined
    if (problem !== undefined) throw new sqlite.SqliteError(problem, 'SQLITE_CORRUPT')
    return db
  } catch (cause) {
    db.close()
    throw cause
  }
}

function isDamage(code: string): boolean {
  return code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB'
}

/** Puts the newest good backup in place of the damaged database; returns what to tell the user. */
function restore(sqlite: Sqlite, layout: StoreLayout, now: string, reason: string): string {
  const backup = newestGoodBackup(sqlite, layout)
  if (backup === undefined) {
    throw new AppException({
      code: 'store-corrupt',
      message: `The store's database is damaged (${reason}) and there is no good backup of it.`,
      where: layout.database,
      remedy: 'Move the file away to start an empty store; networks and checkpoints beside it are kept.',
    })
  }
  const aside = join(layout.damaged, now.replaceAll(/[:.]/g, '-'))
  mkdirSync(aside, { recursive: true })
  for (const suffix of ['', '-wal', '-shm']) {
    const path = layout.database + suffix
    if (existsSync(path)) renameSync(path, join(aside, basename(path)))
  }
  copyFileSync(backup, layout.database)
  return `The store's database was damaged (${reason}). It was moved to ${aside}, and the backup ${basename(backup)} was restored.`
}
