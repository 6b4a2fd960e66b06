import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { z } from 'zod'
import { AppException } from '#shared/basics/result.ts'
import { writeDurably } from '../files/durable-files.ts'
import type { StoreLayout } from './layout.ts'
import type { Sqlite } from './sqlite.ts'

const ownerSchema = z.object({ pid: z.int(), program: z.string(), since: z.string() })
export type StoreOwner = z.infer<typeof ownerSchema>

export interface StoreLock {
  /** The owner before us never let go: it was killed or the machine went down. */
  readonly isAfterUncleanEnd: boolean
  release(): void
}

/**
 * Makes this process the owner of a store. The lock itself is the operating system's, taken by SQLite on a file of its
 * own: it ends with the process, however that ends, so a dead owner never blocks and two cannot take over at once.
 * owner.json only says who it is. Errors: `store-locked` with the owner's name and pid.
 */
export function acquireStoreLock(sqlite: Sqlite, layout: StoreLayout, owner: StoreOwner): StoreLock {
  mkdirSync(layout.folder, { recursive: true })
  const lock = new sqlite(layout.lock, { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    lock.close()
    if (cause instanceof sqlite.SqliteError && cause.code.startsWith('SQLITE_BUSY')) throw lockedError(layout)
    throw cause
  }
  const isAfterUncleanEnd = readOwner(layout) !== undefined
  // On disk before anything else is done: the next owner decides by it whether to look for damage.
  writeDurably(layout.owner, JSON.stringify(owner))
  return {
    isAfterUncleanEnd,
    release() {
      if (!lock.open) return
      rmSync(layout.owner, { force: true })
      lock.close()
    },
  }
}

/** Who owned the store last and is gone without having let go of it; undefined where nobody did that. */
export function vanishedOwner(layout: StoreLayout): StoreOwner | undefined {
  const owner = readOwner(layout)
  return owner === undefined || isRunning(owner.pid) ? undefined : owner
}

function isRunning(pid: number): boolean {
  try {
    // Signal 0 reaches nobody: it only asks whether the process is there.
    process.kill(pid, 0)
    return true
  } catch (cause) {
    // Somebody else's process is there as well.
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM'
  }
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
