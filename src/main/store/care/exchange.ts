/** Whole stores copied, and brought into one another. */
import { existsSync } from 'node:fs'
import { copyFile, cp, mkdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { AppException, toAppError } from '#shared/basics/result.ts'
import type { StoreFinding, StoreImport } from '#shared/protocol/commands/store-care.ts'
import { syncPath } from '../../files/durable-files.ts'
import { assertSha256 } from '../../files/sha256.ts'
import { removeDatabase } from '../database-files.ts'
import { damageFound } from '../database-damage.ts'
import { findStore } from '../found-store.ts'
import { datasetPath, forkPath, networkPath, runPath, storeLayout, type StoreLayout } from '../layout.ts'
import { migrate } from '../migrate.ts'
import { mergeStore } from '../repair/merge-store.ts'
import { columnOf } from '../repair/table-rows.ts'
import type { Database, Sqlite } from '../sqlite.ts'
import { newMark, writeMark } from '../store-mark.ts'
import { filesBelow } from './walk-files.ts'

interface OpenDatabase {
  readonly sqlite: Sqlite
  readonly db: Database
  readonly layout: StoreLayout
}

/**
 * Copies a store into a folder that is empty or not there, as a store of its own. Its mark is written last: a copy that was
 * ended has no mark that says it had its database. Errors: `already-exists` for a store, `not-a-store`.
 */
export async function exportStore(
  { db, layout }: OpenDatabase,
  folder: string,
): Promise<{ readonly files: number; readonly sizeBytes: number }> {
  const copy = storeLayout(folder)
  if (findStore(copy).state !== 'new') {
    throw new AppException({
      code: 'already-exists',
      message: 'There is a store in this folder already; nothing was written.',
      where: folder,
      remedy: 'Name an empty or a new folder.',
    })
  }
  await mkdir(folder, { recursive: true })
  const mark = newMark()
  writeMark(copy, mark)
  for (const name of ['networks', 'permutations', 'datasets', 'runs', 'forks'] as const) {
    if (existsSync(layout[name])) await cp(layout[name], copy[name], { recursive: true })
  }
  // After the files: what completes meanwhile has a row only where its files were copied, or is run again.
  await db.backup(copy.database)
  syncPath(copy.database)
  writeMark(copy, { ...mark, hasDatabase: true })
  const files = await filesBelow(folder)
  return { files: files.length, sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) }
}

/**
 * Brings in what another store has and this one has not: files first, then all rows or none. The other one is only read.
 * Errors: `not-found`, `store-corrupt` for a damaged one, `store-newer`.
 */
export async function importStore({ sqlite, db, layout }: OpenDatabase, folder: string): Promise<StoreImport> {
  const other = storeLayout(folder)
  const found = findStore(other)
  if (found.state === 'new') {
    throw new AppException({ code: 'not-found', message: 'There is no store in this folder.', where: folder })
  }
  const damage = damageFound(sqlite, other, found, true)
  if (damage !== undefined) {
    throw new AppException({
      code: 'store-corrupt',
      message: `The other store's database is damaged (${damage}).`,
      where: other.database,
      remedy: 'Repair it first: studio store repair --store DIR',
    })
  }
  const copy = join(layout.temporary, 'other.sqlite')
  const from = await openCopy(sqlite, other.database, copy)
  try {
    const findings = await copyFiles(from, db, { other, layout })
    return { ...db.transaction(() => mergeStore(from, db, 'other')).immediate(), findings }
  } finally {
    from.close()
    removeDatabase(copy)
  }
}

/** Of the present version. The other store may be open elsewhere: SQLite makes the copy. */
async function openCopy(sqlite: Sqlite, database: string, path: string): Promise<Database> {
  const original = new sqlite(database, { readonly: true })
  try {
    await original.backup(path)
  } finally {
    original.close()
  }
  const copy = new sqlite(path)
  copy.pragma('foreign_keys = OFF')
  migrate(copy)
  return copy
}

interface Folders {
  readonly other: StoreLayout
  readonly layout: StoreLayout
}

/** Returns what was left out: its rows come in all the same, and say what was measured. */
async function copyFiles(from: Database, into: Database, { other, layout }: Folders): Promise<readonly StoreFinding[]> {
  const findings: StoreFinding[] = []
  const attempt = async (path: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (thrown) {
      const { message, remedy = 'Repair the other store, then import it again.' } = toAppError(thrown)
      findings.push({ where: relative(other.folder, path), problem: message, remedy })
    }
  }
  await mkdir(layout.forks, { recursive: true })
  for (const [table, pathOf] of [
    ['networks', networkPath],
    ['forks', forkPath],
  ] as const) {
    for (const sha256 of new Set(missingIn(from, into, table, 'sha256'))) {
      const path = pathOf(other, sha256)
      await attempt(path, async () => {
        await assertSha256(path, sha256, 'Repair the other store, then import it again.')
        await copyFile(path, pathOf(layout, sha256))
        syncPath(pathOf(layout, sha256))
      })
    }
  }
  for (const sha256 of missingIn(from, into, 'datasets', 'sha256')) {
    const path = datasetPath(other, sha256)
    await attempt(path, () => cp(path, datasetPath(layout, sha256), { recursive: true }))
  }
  for (const id of missingIn(from, into, 'runs', 'id')) {
    if (existsSync(runPath(other, id))) {
      await attempt(runPath(other, id), () => cp(runPath(other, id), runPath(layout, id), { recursive: true }))
    }
  }
  return findings
}

function missingIn(from: Database, into: Database, table: string, column: string): readonly string[] {
  const known = new Set(columnOf(into, table, column))
  return columnOf(from, table, column).filter((value) => !known.has(value))
}
