import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { renameDurably, syncPath } from '../files/durable-files.ts'
import { backupName, isBackupName, newestFirst, parseBackupName, type BackupFile } from './backup-names.ts'
import { expiredBackups } from './backup-retention.ts'
import { isDamage, quickCheck } from './database-check.ts'
import { removeDatabase } from './database-files.ts'
import type { StoreLayout } from './layout.ts'
import type { Database, Sqlite } from './sqlite.ts'

/** Backups of a store, the last one made first. Other files in the folder are not ours and are left alone. */
export function listBackups(layout: StoreLayout): readonly BackupFile[] {
  mkdirSync(layout.backups, { recursive: true })
  return newestFirst(
    readdirSync(layout.backups).flatMap((name) => {
      const backup = parseBackupName(name)
      return backup === undefined ? [] : [backup]
    }),
  )
}

/**
 * Copies the open database, which may go on being written, and removes backups that expired. The copy has its name only
 * once it is whole and on disk. A database without content is not copied where there are backups: nothing may push those
 * out. Undefined then. `now` is ISO 8601.
 */
export async function makeBackup(db: Database, layout: StoreLayout, now: string): Promise<string | undefined> {
  const earlier = listBackups(layout)
  if (earlier.length > 0 && isWithoutContent(db)) return undefined
  const path = join(layout.backups, backupName(nextCounter(db, earlier), now))
  const temporary = `${path}.part`
  try {
    await db.backup(temporary)
    syncPath(temporary)
    renameDurably(temporary, path)
  } finally {
    removeDatabase(temporary)
  }
  for (const { name } of expiredBackups(listBackups(layout))) rmSync(join(layout.backups, name), { force: true })
  return path
}

/** Removes copies that were not whole when their process was killed. Only while nobody makes one. */
export function removeUnfinishedBackups(layout: StoreLayout): void {
  if (!existsSync(layout.backups)) return
  const begun = readdirSync(layout.backups).map((name) => /^(.+)\.part(?:-journal|-wal|-shm)?$/.exec(name)?.[1])
  for (const name of new Set(begun)) {
    if (name !== undefined && isBackupName(name)) removeDatabase(`${join(layout.backups, name)}.part`)
  }
}

/** Path of the last backup made that SQLite finds whole, or undefined. */
export function newestGoodBackup(sqlite: Sqlite, layout: StoreLayout): string | undefined {
  return listBackups(layout)
    .map(({ name }) => join(layout.backups, name))
    .find((path) => isWhole(sqlite, path))
}

/** One more than the database and the names of its backups know of: a restored database goes on behind all of them. */
function nextCounter(db: Database, earlier: readonly BackupFile[]): number {
  const known = hasCounter(db) ? Number(db.prepare(selectCounter).pluck().get() ?? 0) : 0
  const next = Math.max(known, ...earlier.map(({ counter }) => counter)) + 1
  if (hasCounter(db)) db.prepare(`INSERT OR REPLACE INTO counters VALUES ('backups', ?)`).run(next)
  return next
}

const selectCounter = `SELECT value FROM counters WHERE name = 'backups'`

/** Not before the migration that counts them, which is itself preceded by a backup. */
function hasCounter(db: Database): boolean {
  return db.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'counters'`).get() !== undefined
}

function isWithoutContent(db: Database): boolean {
  return ['networks', 'datasets', 'experiments'].every(
    (table) => db.prepare(`SELECT 1 FROM ${table} LIMIT 1`).get() === undefined,
  )
}

function isWhole(sqlite: Sqlite, path: string): boolean {
  let db: Database | undefined
  try {
    db = new sqlite(path, { readonly: true })
    return quickCheck(db) === undefined && Number(db.pragma('user_version', { simple: true })) > 0
  } catch (cause) {
    if (cause instanceof sqlite.SqliteError && isDamage(cause.code)) return false
    throw cause
  } finally {
    db?.close()
  }
}
