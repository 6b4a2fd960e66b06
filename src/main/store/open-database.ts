import { copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs'
import { basename, join } from 'node:path'
import { AppException } from '#shared/result.ts'
import { makeBackup, newestGoodBackup, quickCheck } from './backups.ts'
import type { StoreLayout } from './layout.ts'
import { migrate, readVersion, schemaVersion } from './migrations.ts'
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
