import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppException } from '#shared/basics/result.ts'

/** Bytes an unprivileged user can still write to the disk that holds `folder`, or will hold it once it is made. */
export async function freeDiskBytes(folder: string): Promise<number> {
  const parent = dirname(folder)
  if (parent !== folder && !existsSync(folder)) return freeDiskBytes(parent)
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** Throws `disk-full` when fewer than `neededBytes` are free. */
export async function assertFreeDisk(folder: string, neededBytes: number): Promise<void> {
  const free = await freeDiskBytes(folder)
  if (free >= neededBytes) return
  throw new AppException({
    code: 'disk-full',
    message: `${Math.ceil(neededBytes / 1e6)} MB are needed and ${Math.floor(free / 1e6)} MB are free.`,
    where: folder,
    remedy: 'Free some space on this disk, then try again.',
  })
}
