/**
 * Files whose state a power cut must not undo, written before anything else goes on: a store is opened in one go, and
 * nobody waits meanwhile. (`atomic-write.ts` does the same without blocking, for what is written while a studio works.)
 */
import { closeSync, copyFileSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { abandonedNames, unfinishedPath } from './unfinished.ts'

/**
 * All of a file, or the one before it: a temporary name, fsync, rename, fsync of the folder. What a killed process had begun
 * of it is removed.
 */
export function writeDurably(path: string, text: string): void {
  const temporary = unfinishedPath(path)
  try {
    const file = openSync(temporary, 'w')
    try {
      writeSync(file, text)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameDurably(temporary, path)
    const folder = dirname(path)
    for (const name of abandonedNames(readdirSync(folder), path)) rmSync(join(folder, name), { force: true })
  } catch (cause) {
    rmSync(temporary, { force: true })
    throw cause
  }
}

/** A copy of a file that is on disk, under a name nobody reads yet. */
export function copyDurably(from: string, to: string): void {
  copyFileSync(from, to)
  syncPath(to)
}

/** Under its new name for good; a file of that name is replaced. */
export function renameDurably(from: string, to: string): void {
  renameSync(from, to)
  syncFolderNow(dirname(to))
  if (dirname(from) !== dirname(to)) syncFolderNow(dirname(from))
}

/** What was written to a file reaches the disk. */
export function syncPath(path: string): void {
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Makes renames and removals in a folder durable. Windows cannot open folders and needs no such call. */
function syncFolderNow(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
