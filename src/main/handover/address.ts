/** Where the owner of a store listens, and how others find it. */
import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { AppException, toAppError } from '#shared/basics/result.ts'
import type { StoreLayout } from '../store/layout.ts'
import { handoverAddressSchema, handoverProtocol, type HandoverAddress } from './protocol.ts'

/** What the system takes as path of a socket, without the zero at its end (sun_path: 108 bytes on Linux, 104 on macOS). */
export const longestSocketPath = process.platform === 'darwin' ? 103 : 107

/**
 * Where a socket may be, best first: the user's own folder for such things, the store, the folder for temporary files.
 * A pipe of Windows has a name that nobody can guess.
 */
export function socketPlaces(
  storeFolder: string,
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): readonly string[] {
  if (platform === 'win32') return [`\\\\.\\pipe\\nern-studio-${randomBytes(16).toString('hex')}`]
  const runtime = env['XDG_RUNTIME_DIR']
  const name = `${createHash('sha256').update(storeFolder).digest('hex').slice(0, 16)}.sock`
  const places = [
    ...(runtime === undefined || runtime === '' ? [] : [join(runtime, 'nern-studio', name)]),
    join(storeFolder, 'handover', 'owner.sock'),
    join(tmpdir(), `nern-studio-${process.getuid?.() ?? 0}`, name),
  ]
  return places.filter((path) => Buffer.byteLength(path) <= longestSocketPath)
}

/** Makes the folder of a socket, for this user alone, and removes what a killed owner left. Throws where that cannot be. */
export function preparePlace(path: string): void {
  if (isPipe(path)) return
  const folder = dirname(path)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  // Made by somebody else, as anybody could in the folder for temporary files: then it is no place for us.
  assertOwn(folder)
  chmodSync(folder, 0o700)
  rmSync(path, { force: true })
}

/** Tells others of the same user where the owner listens. */
export function writeAddress(layout: StoreLayout, address: Omit<HandoverAddress, 'protocol'>): void {
  rmSync(layout.handover, { force: true })
  writeFileSync(layout.handover, JSON.stringify({ protocol: handoverProtocol, ...address }), {
    mode: 0o600,
    flag: 'wx',
  })
}

export function removeAddress(layout: StoreLayout): void {
  rmSync(layout.handover, { force: true })
}

/** Where the owner of a store listens; undefined where nobody said. Errors: `handover-refused`. */
export function readAddress(layout: StoreLayout): HandoverAddress | undefined {
  if (!existsSync(layout.handover)) return undefined
  try {
    assertOwn(layout.handover)
    const found = handoverAddressSchema.parse(JSON.parse(readFileSync(layout.handover, 'utf8')))
    if (!isPipe(found.address) && existsSync(found.address)) assertOwn(found.address)
    return found
  } catch (cause) {
    throw new AppException({
      code: 'handover-refused',
      message: `The owner of the store cannot be asked: ${toAppError(cause).message}`,
      where: layout.handover,
      remedy: 'Close the studio that has the store open, and try again.',
    })
  }
}

/** Throws where a file is another user's, or others may write it. */
function assertOwn(path: string): void {
  const user = process.getuid?.()
  // Windows: the rights of the folder hold.
  if (user === undefined) return
  const { uid, mode } = lstatSync(path)
  if (uid === user && (mode & 0o022) === 0) return
  throw new Error(uid === user ? `others may write to ${path}` : `${path} belongs to another user`)
}

function isPipe(path: string): boolean {
  return path.startsWith('\\\\')
}
