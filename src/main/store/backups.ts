import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expiredBackups, type BackupFile } from './backup-retention.ts'
import type { StoreLayout } from './layout.ts'
import type { Database, Sqlite } from './sqlite.ts'

const namePattern = /^studio-(\d{4}-\d{2}-\d{2})T(\d{2})-(\d{2})-(\d{2})-(\d{3})Z\.sqlite$/

/** Backups of a store, newest first. Other files in the folder are not ours and are left alone. */
export function listBackups(layout: StoreLayout): readonly BackupFile[] {
  mkdirSync(layout.backups, { recursive: true })
  return readdirSync(layout.backups)
    .flatMap((name) => {
      const match = namePattern.exec(name)
      if (match === null) return []
      const [, day, hour, minute, second, millisecond] = match
      return [{ name, createdAt: `${day}T${hour}:${minute}:${second}.${millisecond}Z` }]
    })
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt))
}

/** Copies the open database, which may go on being written, and removes backups that expired. `now` is ISO 8601. */
export async function makeBackup(db: Database, layout: StoreLayout, now: string): Promise<string> {
  mkdirSync(layout.backups, { recursive: true })
  // Colons are not allowed in file names on Windows.
  const path = join(layout.backups, `studio-${now.replaceAll(/[:.]/g, '-')}.sqlite`)
  const temporary = `${path}.part`
  await db.backup(temporary)
  renameSync(temporary, path)
  for (const { name } of expiredBackups(listBackups(layout), now)) rmSync(join(layout.backups, name), { force: true })
  return path
}

/** Path of the newest backup that SQLite finds whole, or undefined. */
export function newestGoodBackup(sqlite: Sqlite, layout: StoreLayout): string | undefined {
  return listBackups(layout)
    .map(({ name }) => join(layout.backups, name))
    .find((path) => isWhole(sqlite, path))
}

function isWhole(sqlite: Sqlite, path: string): boolean {
  let db: Database | undefined
  try {
    db = new sqlite(path, { readonly: true })
    return quickCheck(db) === undefined
  } catch (cause) {
    if (cause instanceof sqlite.SqliteError) return false
    throw cause
  } finally {
    db?.close()
  }
}

/** What SQLite says is wrong, or undefined when it finds nothing. */
export function quickCheck(db: Database): string | undefined {
  const found = String(db.pragma('quick_check(1)', { simple: true }))
  return found === 'ok' ? undefined : found
}
