import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { AppException } from '#shared/basics/result.ts'

/** SHA-256 in hexadecimal digits. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** SHA-256 of a file, read in pieces. Errors: `not-found`, `file-unreadable`. */
export function sha256OfFile(path: string): Promise<string> {
  return digestOfFile(path, 'sha256')
}

/** The sum that old sites give for their files; against errors, not against enemies. Errors as `sha256OfFile`. */
export function md5OfFile(path: string): Promise<string> {
  return digestOfFile(path, 'md5')
}

async function digestOfFile(path: string, algorithm: 'sha256' | 'md5'): Promise<string> {
  const hash = createHash(algorithm)
  try {
    await pipeline(createReadStream(path), hash)
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    throw new AppException(
      {
        code: isMissing ? 'not-found' : 'file-unreadable',
        message: `${basename(path)} ${isMissing ? 'does not exist' : 'could not be read'}.`,
        where: path,
        remedy: 'Check the path and that you may read the file.',
      },
      { cause },
    )
  }
  return hash.digest('hex')
}

/** Throws `file-corrupt` unless the file has this SHA-256. */
export async function assertSha256(path: string, expected: string, remedy: string): Promise<void> {
  const found = await sha256OfFile(path)
  if (found === expected) return
  throw new AppException({
    code: 'file-corrupt',
    message: `${basename(path)} has changed: expected SHA-256 ${expected}, found ${found}.`,
    where: path,
    remedy,
  })
}
