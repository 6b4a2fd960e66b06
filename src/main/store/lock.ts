import { mkdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs'
import { z } from 'zod'
import { AppException } from '#shared/basics/result.ts'
import { isRunning } from '../basics/is-running.ts'
import { writeDurably } from '../files/durable-files.ts'
import type { StoreLayout } from './layout.ts'
import { processIdentity } from './running-process.ts'
import type { Database, Sqlite } from './sqlite.ts'

const ownerSchema = z.object({
  pid: z.int(),
  program: z.string(),
  since: z.string(),
  /** Tells its process from a later one of the same number; absent where the system does not say. */
  process: z.string().exactOptional(),
  /** Tells the folder from copies of it. */
  folder: z.string().exactOptional(),
})
export type StoreOwner = z.infer<typeof ownerSchema>

export interface StoreLock {
  /** The owner before us never let go: it was killed or the machine went down. */
  readonly isAfterUncleanEnd: boolean
  release(): void
  /** Lets go without having opened the store: the next owner looks for damage as thoroughly as this one. */
  giveUp(): void
}

/**
 * Makes this process the owner of a store. The lock itself is the operating system's, taken by SQLite on a file of its
 * own: it ends with the process, however that ends, so a dead owner never blocks and two cannot take over at once.
 * owner.json says who it is; where it names a process that runs, a lock that somebody has removed or overwritten lets nobody
 * in. Errors: `store-locked` with the owner's name and pid.
 */
export function acquireStoreLock(sqlite: Sqlite, layout: StoreLayout, owner: StoreOwner): StoreLock {
  mkdirSync(layout.folder, { recursive: true })
  const lock = lockFile(sqlite, layout)
  const last = readOwner(layout)
  const folder = folderIdentity(layout)
  if (last !== undefined && last.folder === folder && isSameProcess(last)) {
    lock.close()
    throw lockedError(layout)
  }
  const isAfterUncleanEnd = last !== undefined
  // On disk before anything else is done: the next owner decides by it whether to look for damage.
  const identity = processIdentity(owner.pid)
  const record = { ...owner, folder, ...(identity === undefined ? {} : { process: identity }) }
  writeDurably(layout.owner, JSON.stringify(record))
  const letGo = (before: StoreOwner | undefined): void => {
    if (!lock.open) return
    if (before === undefined) rmSync(layout.owner, { force: true })
    else writeDurably(layout.owner, JSON.stringify(before))
    lock.close()
  }
  return { isAfterUncleanEnd, release: () => letGo(undefined), giveUp: () => letGo(last) }
}

/** Open, with a transaction that keeps everybody else out until it is closed. */
function lockFile(sqlite: Sqlite, layout: StoreLayout): Database {
  for (let isSecond = false; ; isSecond = true) {
    const lock = new sqlite(layout.lock, { timeout: 0 })
    try {
      lock.exec('BEGIN EXCLUSIVE')
      return lock
    } catch (cause) {
      lock.close()
      if (!(cause instanceof sqlite.SqliteError)) throw cause
      if (cause.code.startsWith('SQLITE_BUSY')) throw lockedError(layout)
      if (isSecond || (cause.code !== 'SQLITE_NOTADB' && !cause.code.startsWith('SQLITE_CORRUPT'))) throw cause
      // SQLite reads it only where nobody holds it. Nothing is ever in it; emptied, not replaced, it stays the same for all.
      truncateSync(layout.lock)
    }
  }
}

function folderIdentity(layout: StoreLayout): string {
  const { dev, ino } = statSync(layout.folder, { bigint: true })
  return `${dev}:${ino}`
}

/** False where that is not known: the lock alone decides then. */
function isSameProcess(owner: StoreOwner): boolean {
  return owner.process !== undefined && processIdentity(owner.pid) === owner.process
}

/** Who owned the store last and is gone without having let go of it; undefined where nobody did that. */
export function vanishedOwner(layout: StoreLayout): StoreOwner | undefined {
  const owner = readOwner(layout)
  return owner === undefined || isRunning(owner.pid) ? undefined : owner
}

function lockedError(layout: StoreLayout): AppException {
  const owner = readOwner(layout)
  const who = owner === undefined ? 'another process' : `${owner.program} (process ${owner.pid}, since ${owner.since})`
  return new AppException({
    code: 'store-locked',
    message: `The store is in use by ${who}.`,
    where: layout.folder,
    remedy: 'Close it first, or use another store (--store DIR).',
  })
}

/** Undefined when nobody said; the file may be half written after a crash. */
function readOwner(layout: StoreLayout): StoreOwner | undefined {
  try {
    return ownerSchema.parse(JSON.parse(readFileSync(layout.owner, 'utf8')))
  } catch {
    // Only a message is made of it: missing or unreadable means unknown.
    return undefined
  }
}
