/** Asked before something is written where a user wants it. */
import { constants } from 'node:fs'
import { access, mkdir, stat } from 'node:fs/promises'
import { AppException } from '#shared/basics/result.ts'

/** Throws `file-unreadable` unless files can be made in the folder. */
export async function assertWritable(folder: string): Promise<void> {
  try {
    await access(folder, constants.W_OK)
  } catch (cause) {
    throw unwritable(folder, cause)
  }
}

/** Makes the folder, and those above it, where they are missing. Throws as `assertWritable`. */
export async function makeWritable(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
  } catch (cause) {
    throw unwritable(folder, cause)
  }
  await assertWritable(folder)
}

/** Throws `already-exists` for a name that is taken. */
export async function assertFree(path: string): Promise<void> {
  if ((await stat(path).catch(() => undefined)) === undefined) return
  throw new AppException({
    code: 'already-exists',
    message: 'A file of this name is there already; nothing was written.',
    where: path,
    remedy: 'Replace it (--force on the command line), or choose another folder.',
  })
}

function unwritable(folder: string, cause: unknown): AppException {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new AppException(
    {
      code: 'file-unreadable',
      message: `Nothing can be written into the folder (${reason}).`,
      where: folder,
      remedy: 'Choose a folder that exists and that you may write to.',
    },
    { cause },
  )
}
