/**
 * What a folder is, from its names and first bytes alone: nothing in it is opened by SQLite, changed or removed before
 * this is known. docs/reliability.md has the same as a table.
 */
import { readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { AppException } from '#shared/basics/result.ts'
import { isBackupName } from './backup-names.ts'
import { applicationDataFolder, type StoreLayout } from './layout.ts'
import { pendingDatabase } from './put-in-place.ts'
import { readMark, type StoreMark } from './store-mark.ts'

export type FoundStore =
  /** A folder that is missing, or holds nothing of anybody: a store can be made in it. */
  | { readonly state: 'new'; readonly mark?: StoreMark }
  /** A store with its database; without a mark where an earlier studio made it. */
  | { readonly state: 'whole'; readonly mark?: StoreMark }
  /** A store whose database is missing or has no content. */
  | { readonly state: 'lost'; readonly mark?: StoreMark; readonly reason: string }

/** Throws `not-a-store` for a folder with files of somebody else or an unfinished copy, `store-newer` for the mark of a newer studio. */
export function findStore(layout: StoreLayout): FoundStore {
  const mark = readMark(layout)
  if (mark?.isUnfinishedCopy === true) throw unfinishedCopy(layout)
  const marked = mark === undefined ? {} : { mark }
  const size = statSync(layout.database, { throwIfNoEntry: false })?.size
  if (pendingDatabase(layout) !== undefined) return { state: 'whole', ...marked }
  if (mark?.hasDatabase === true) {
    if (size === undefined) return { state: 'lost', mark, reason: 'the file is missing' }
    return size === 0 ? { state: 'lost', mark, reason: 'the file is empty' } : { state: 'whole', mark }
  }
  if (size !== undefined && size > 0) return { state: 'whole', ...marked }
  // A kill while a store was being made leaves an empty database and nothing beside it.
  if (hasContent(layout)) {
    const reason = size === undefined ? 'the file is missing' : 'the file is empty'
    return { state: 'lost', ...marked, reason: `${reason}, and there are files of a store beside it` }
  }
  if (mark === undefined) assertNobodysFolder(layout)
  return { state: 'new', ...marked }
}

function unfinishedCopy({ folder }: StoreLayout): AppException {
  return new AppException({
    code: 'not-a-store',
    message: 'The folder holds a copy of a store that was not finished.',
    where: folder,
    remedy: 'Copy the store into it again (studio store export DIR), or remove the folder.',
  })
}

/** Files that only a store has. */
function hasContent(layout: StoreLayout): boolean {
  return (
    namesIn(layout.backups).some(isBackupName) ||
    namesIn(layout.runs).some((name) => name.startsWith('run')) ||
    namesIn(layout.networks).some((name) => /^[0-9a-f]{64}\.safetensors$/.test(name)) ||
    namesIn(layout.datasets).some((name) => /^[0-9a-f]{64}$/.test(name)) ||
    namesIn(layout.damaged).length > 0
  )
}

/** Left by systems in any folder. */
const systemNames = new Set(['.DS_Store', 'Thumbs.db', 'desktop.ini', 'lost+found'])

function assertNobodysFolder(layout: StoreLayout): void {
  // On macOS and Windows the folder of the application's own data, in which Chromium keeps files too.
  if (layout.folder === applicationDataFolder()) return
  const { database, lock, owner, handover, log } = layout
  const ownFiles = new Set([database, lock, owner, handover, log].map((path) => basename(path)))
  const isOwn = (name: string) => [...ownFiles].some((own) => name === own || name.startsWith(`${own}-`))
  const foreign = namesIn(layout.folder).filter((name) => {
    if (systemNames.has(name) || isOwn(name) || name === `${basename(log)}.old`) return false
    const path = join(layout.folder, name)
    // A store being made has these folders before there is anything in them.
    return !statSync(path).isDirectory() || namesIn(path).length > 0 || !isStoreFolder(layout, path)
  })
  if (foreign.length === 0) return
  const shown = foreign.slice(0, 3).join(', ')
  const more = foreign.length > 3 ? ` and ${foreign.length - 3} more` : ''
  throw new AppException({
    code: 'not-a-store',
    message: `The folder is no store of the studio, and it is not empty: it holds ${shown}${more}. Nothing was changed.`,
    where: layout.folder,
    remedy: 'Name an empty or a new folder, or the folder of a store (it holds studio.sqlite).',
  })
}

function isStoreFolder(layout: StoreLayout, path: string): boolean {
  const { networks, permutations, datasets, runs, forks, backups, downloads, temporary, damaged } = layout
  return [networks, permutations, datasets, runs, forks, backups, downloads, temporary, damaged].includes(path)
}

/** None in a folder that is not there. Other refusals of the system are thrown. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return []
    throw cause
  }
}
