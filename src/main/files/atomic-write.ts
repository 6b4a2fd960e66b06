import { open, readdir, rename, rm, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AppException } from '#shared/basics/result.ts'
import { storageError } from '#shared/basics/storage-errors.ts'
import { abandonedNames, unfinishedNames, unfinishedPath } from './unfinished.ts'

/** Puts all of `bytes` into an open file. Tests give a disk that is full. */
export type WriteBytes = (file: FileHandle, bytes: Uint8Array) => Promise<void>

const writeAll: WriteBytes = (file, bytes) => file.writeFile(bytes)

/**
 * Writes a file that is either complete or not there: a temporary name in the same folder, fsync, rename, fsync of the
 * folder. An existing file is replaced. Errors: those of a disk (docs/errors.md); a failed write leaves nothing behind, and
 * what a killed process had begun of the same file is removed.
 */
export async function atomicWrite(path: string, bytes: Uint8Array, write: WriteBytes = writeAll): Promise<void> {
  const temporary = unfinishedPath(path)
  try {
    const file = await open(temporary, 'w')
    try {
      await write(file, bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await commitRename(temporary, path)
    await removeAbandoned(path)
  } catch (cause) {
    await rm(temporary, { force: true })
    throw writeError(path, cause)
  }
}

/** Removes what `atomicWrite` had begun in a folder when its process was killed; nobody may be writing there. */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of unfinishedNames(await namesIn(folder))) await rm(join(folder, name), { force: true })
}

/** What killed processes had begun of one file; others may be writing it. */
export async function removeAbandoned(path: string): Promise<void> {
  const folder = dirname(path)
  for (const name of abandonedNames(await namesIn(folder), path)) await rm(join(folder, name), { force: true })
}

function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => [])
}

/** What was written to a file reaches the disk. */
export async function flushFile(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes a finished file or folder known under its final name, durably. */
export async function commitRename(from: string, to: string): Promise<void> {
  await rename(from, to)
  await syncFolder(dirname(to))
}

/** Makes renames and removals in a folder durable. Windows cannot open folders and needs no such call. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const goneFolder = {
  code: 'disk-gone',
  remedy: 'Connect the disk again, or make the folder again, then try again.',
} as const

/** What the system said about a failed write, typed. */
export function writeError(path: string, cause: unknown): AppException {
  if (cause instanceof AppException) return cause
  const storage = storageError(cause)
  if (storage !== undefined) {
    // A file that is being made cannot be missing: its folder is, with the disk under it.
    const { code, message, remedy } = storage.code === 'not-found' ? { ...storage, ...goneFolder } : storage
    return new AppException(
      { code, message: `${basename(path)} could not be written: ${message}`, where: path, remedy },
      { cause },
    )
  }
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new AppException(
    {
      code: 'file-unreadable',
      message: `${basename(path)} could not be written (${reason}).`,
      where: path,
      remedy: 'Check that the folder exists and that you may write to it.',
    },
    { cause },
  )
}
