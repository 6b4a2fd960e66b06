/** Whole stores copied, and brought into one another. */
import { existsSync, statSync } from 'node:fs'
import { cp, mkdir, rm } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { AppException, toAppError } from '#shared/basics/result.ts'
import type { StoreFinding, StoreImport } from '#shared/protocol/commands/store-care.ts'
import { commitRename, flushFile } from '../../files/atomic-write.ts'
import { assertImageCache } from '../../files/image-cache-digest.ts'
import { assertSha256 } from '../../files/sha256.ts'
import { removeDatabase } from '../database-files.ts'
import { damageFound } from '../database-damage.ts'
import { findStore } from '../found-store.ts'
import { datasetPath, forkPath, networkPath, runPath, storeLayout, type StoreLayout } from '../layout.ts'
import { migrate } from '../migrate.ts'
import { Manifests } from '../repair/manifests.ts'
import { mergeStore } from '../repair/merge-store.ts'
import { columnOf } from '../repair/table-rows.ts'
import type { Database, Sqlite } from '../sqlite.ts'
import { newMark, readMark, writeMark } from '../store-mark.ts'
import { filesBelow } from './walk-files.ts'

interface OpenDatabase {
  readonly sqlite: Sqlite
  readonly db: Database
  readonly layout: StoreLayout
}

const copiedFolders = ['networks', 'permutations', 'datasets', 'runs', 'forks'] as const

/**
 * Copies a store into a folder that is empty or not there, as a store of its own; one that an earlier copy did not finish is
 * begun anew. Until all of it is on the disk the mark says that it is unfinished. Errors: `already-exists` for a store,
 * `not-a-store`.
 */
export async function exportStore(
  { db, layout }: OpenDatabase,
  folder: string,
): Promise<{ readonly files: number; readonly sizeBytes: number }> {
  const copy = storeLayout(folder)
  const isUnfinished = readMark(copy)?.isUnfinishedCopy === true
  if (!isUnfinished && findStore(copy).state !== 'new') {
    throw new AppException({
      code: 'already-exists',
      message: 'There is a store in this folder already; nothing was written.',
      where: folder,
      remedy: 'Name an empty or a new folder.',
    })
  }
  await mkdir(folder, { recursive: true })
  const mark = newMark()
  writeMark(copy, { ...mark, isUnfinishedCopy: true })
  for (const name of copiedFolders) {
    await rm(copy[name], { recursive: true, force: true })
    if (existsSync(layout[name])) await cp(layout[name], copy[name], { recursive: true })
  }
  // A log of the copy before must not be applied to this one.
  removeDatabase(copy.database)
  // After the files: what completes meanwhile has a row only where its files were copied, or is run again.
  await db.backup(copy.database)
  const files = await filesBelow(folder)
  for (const { path } of files) await flushFile(path)
  writeMark(copy, { ...mark, hasDatabase: true })
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
    const findings = await copyFiles(from, { other, layout })
    const runs = missingIn(from, db, 'runs', 'id')
    const counts = db.transaction(() => mergeStore(from, db, 'other')).immediate()
    // Beside its files a run that came in says what it is called here.
    const manifests = new Manifests(db, layout)
    for (const id of runs) await manifests.ofRun(id)
    await manifests.writeMissing()
    return { ...counts, findings }
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

/**
 * Copies what is not there, also of records that came in before without their files. Each gets its name when it is whole.
 * Returns what was left out because it is damaged there: its rows come in all the same, and say what was measured. Throws
 * where this store cannot be written.
 */
async function copyFiles(from: Database, { other, layout }: Folders): Promise<readonly StoreFinding[]> {
  const findings: StoreFinding[] = []
  const remedy = 'Repair the other store, then import it again.'
  const bring = async (source: string, target: string, assertWhole: () => Promise<void>): Promise<void> => {
    if (existsSync(target)) return
    try {
      await assertWhole()
    } catch (thrown) {
      findings.push({ where: relative(other.folder, source), problem: toAppError(thrown).message, remedy })
      return
    }
    const temporary = join(layout.temporary, basename(target))
    await cp(source, temporary, { recursive: true })
    const copied = statSync(temporary).isDirectory() ? await filesBelow(temporary) : [{ path: temporary }]
    for (const { path } of copied) await flushFile(path)
    await commitRename(temporary, target)
  }
  await mkdir(layout.forks, { recursive: true })
  for (const [table, pathOf] of [
    ['networks', networkPath],
    ['forks', forkPath],
  ] as const) {
    for (const sha256 of new Set(columnOf(from, table, 'sha256'))) {
      const source = pathOf(other, sha256)
      await bring(source, pathOf(layout, sha256), () => assertSha256(source, sha256, remedy))
    }
  }
  for (const sha256 of columnOf(from, 'datasets', 'sha256')) {
    const source = datasetPath(other, sha256)
    await bring(source, datasetPath(layout, sha256), () => assertImageCache(source, sha256))
  }
  for (const id of columnOf(from, 'runs', 'id')) {
    // What is in it is looked at when it is used.
    if (existsSync(runPath(other, id))) await bring(runPath(other, id), runPath(layout, id), () => Promise.resolve())
  }
  return findings
}

function missingIn(from: Database, into: Database, table: string, column: string): readonly string[] {
  const known = new Set(columnOf(into, table, column))
  return columnOf(from, table, column).filter((value) => !known.has(value))
}
