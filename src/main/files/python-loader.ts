/** The reader of packages for plain Python, beside the packages that it reads. */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { AppException } from '#shared/basics/result.ts'

/** Whether the loader is there; throws `already-exists` for another file of its name. @param original the studio's own */
export async function hasLoader(path: string, original: string): Promise<boolean> {
  const found = await readFile(path).catch(() => undefined)
  if (found === undefined) return false
  if (found.equals(await readFile(original))) return true
  throw new AppException({
    code: 'already-exists',
    message: `Another ${basename(path)} is in this folder; nothing was written.`,
    where: path,
    remedy: 'Save without it, or choose another folder.',
  })
}
