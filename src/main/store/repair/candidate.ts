/**
 * A repaired database, made beside the store: what a way keeps is counted in what it gives. Nothing of the store is
 * changed; `put-in-place.ts` makes it the store's database.
 */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { formatAmount } from '#shared/basics/format.ts'
import { AppException } from '#shared/basics/result.ts'
import type { RepairWay, StoreCounts } from '#shared/protocol/commands/store-repair.ts'
import { newestGoodBackup } from '../backups.ts'
import { quickCheck } from '../database-check.ts'
import { removeDatabase } from '../database-files.ts'
import type { StoreLayout } from '../layout.ts'
import { migrate } from '../migrate.ts'
import type { Database, Sqlite } from '../sqlite.ts'
import { adoptManifests, type Adopted } from './adopt-manifests.ts'
import { countStore } from './count-store.ts'
import { mendReferences } from './references.ts'
import { mergeStore } from './merge-store.ts'
import { salvageRows } from './salvage.ts'

export interface RepairedDatabase {
  /** Of the repaired database. */
  readonly path: string
  readonly keeps: StoreCounts
  readonly notes: readonly string[]
}

/** @param backup path of the one to restore; by default the newest good one. Errors: `store-corrupt`, `not-found`. */
export function makeCandidate(sqlite: Sqlite, layout: StoreLayout, way: RepairWay, backup?: string): RepairedDatabase {
  mkdirSync(layout.temporary, { recursive: true })
  const path = join(layout.temporary, `${way}.sqlite`)
  removeDatabase(path)
  const notes: string[] = []
  if (way === 'restore') {
    const source = backup ?? newestGoodBackup(sqlite, layout)
    if (source === undefined) throw impossible(layout, 'There is no good backup.')
    copyFileSync(source, path)
    notes.push(`It begins with the backup ${basename(source)}.`)
  }
  const db = new sqlite(path)
  try {
    // Nobody else reads it, and until it is put in its place nobody needs it.
    db.pragma('journal_mode = MEMORY')
    db.pragma('synchronous = OFF')
    db.pragma('foreign_keys = OFF')
    if (way === 'salvage') notes.push(...salvage(sqlite, layout, db))
    migrate(db)
    const adopted = adoptManifests(sqlite, layout, db)
    notes.push(...adoptionNotes(adopted))
    mendReferences(db)
    const problem = quickCheck(db)
    if (problem !== undefined) throw impossible(layout, `The repaired database is not whole (${problem}).`)
    return { path, keeps: countStore(db), notes }
  } finally {
    db.close()
  }
}

function salvage(sqlite: Sqlite, layout: StoreLayout, db: Database): readonly string[] {
  if (!existsSync(layout.database)) throw impossible(layout, 'There is no database to read rows from.')
  let damagedTables: readonly string[]
  try {
    damagedTables = salvageRows(sqlite, layout.database, db).damagedTables
  } catch (cause) {
    if (!(cause instanceof sqlite.SqliteError)) throw cause
    throw impossible(layout, `Nothing of the damaged database can be read (${cause.message}).`)
  }
  if (db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'experiments'`).get() === undefined) {
    throw impossible(layout, 'The database has no tables.')
  }
  if (damagedTables.length === 0) return ['Every row of the damaged database could be read.']
  const note = `Not every row could be read of: ${damagedTables.join(', ')}.`
  const backup = newestGoodBackup(sqlite, layout)
  if (backup === undefined) return [note]
  migrate(db)
  const came = mergeBackup(sqlite, layout, backup, db)
  return [note, `What is missing was taken from the backup ${basename(backup)}: ${formatAmount(came, 'experiment')}.`]
}

/** Of the backup what the rest does not have; a copy is migrated for it. Returns the number of experiments. */
function mergeBackup(sqlite: Sqlite, layout: StoreLayout, backup: string, into: Database): number {
  const path = join(layout.temporary, 'backup.sqlite')
  removeDatabase(path)
  copyFileSync(backup, path)
  const from = new sqlite(path)
  try {
    migrate(from)
    return into.transaction(() => mergeStore(from, into, 'backup'))().experiments
  } finally {
    from.close()
    removeDatabase(path)
  }
}

function adoptionNotes({ networks, datasets, experiments, runs, unreadable }: Adopted): readonly string[] {
  const found = [
    [networks, 'network'],
    [datasets, 'data set'],
    [experiments, 'experiment'],
    [runs, 'run'],
  ] as const
  const added = found.filter(([count]) => count > 0).map(([count, noun]) => formatAmount(count, noun))
  return [
    ...(added.length === 0 ? [] : [`From the manifests beside the files come ${added.join(', ')}.`]),
    ...unreadable.map((text) => `Left out: ${text}`),
  ]
}

function impossible(layout: StoreLayout, message: string): AppException {
  return new AppException({ code: 'store-corrupt', message, where: layout.folder })
}
