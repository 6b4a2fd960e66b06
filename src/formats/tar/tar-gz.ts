/**
 * Takes a few known files out of a .tar.gz (POSIX ustar, gzip) while it streams by: nothing is written to disk, names
 * are compared and never used as paths, and everything has a limit.
 */
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { fileError, quoted, type NamedFile } from '../file-error.ts'
import { systemError } from '../byte-source.ts'
import { ByteQueue } from './byte-queue.ts'

const BLOCK_BYTES = 512
const MAX_ENTRIES = 10_000

interface TarLimits {
  /** Largest size of a wanted file, by its name without folders; undefined for files that are not wanted. */
  readonly wantedBytes: (name: string) => number | undefined
  /** All of the archive after inflating. */
  readonly maxInflatedBytes: number
}

/** Wanted regular files by name without folders. Throws `AppException` with any of the `file-*` codes. */
export async function extractTarGz(path: string, file: NamedFile, limits: TarLimits): Promise<Map<string, Uint8Array>> {
  const input = createReadStream(path)
  const gunzip = createGunzip()
  input.once('error', (cause) => gunzip.destroy(cause))
  input.pipe(gunzip)
  const queue = new ByteQueue(file, inflatedPieces(path, file, gunzip, limits.maxInflatedBytes))
  try {
    return await readEntries(file, queue, limits)
  } finally {
    input.destroy()
    gunzip.destroy()
  }
}

async function* inflatedPieces(path: string, file: NamedFile, gunzip: AsyncIterable<Uint8Array>, maxBytes: number) {
  let total = 0
  try {
    for await (const piece of gunzip) {
      total += piece.byteLength
      if (total > maxBytes) {
        const problem = `expected at most ${maxBytes} bytes after inflating, found more`
        throw fileError(file, 'file-unsafe', problem, 'gzip data')
      }
      yield piece
    }
  } catch (cause) {
    throw gzipError(path, file, cause)
  }
}

function gzipError(path: string, file: NamedFile, cause: unknown): unknown {
  if (!(cause instanceof Error) || !('code' in cause) || typeof cause.code !== 'string') return cause
  if (cause.code === 'Z_BUF_ERROR') {
    return fileError(file, 'file-truncated', 'expected more compressed data, found the end of the file', 'gzip data')
  }
  if (cause.code.startsWith('Z_')) {
    return fileError(file, 'file-corrupt', `its gzip data cannot be inflated (${cause.message})`, 'gzip data')
  }
  return cause.code.startsWith('E') ? systemError(file, path, cause) : cause
}

async function readEntries(file: NamedFile, queue: ByteQueue, limits: TarLimits): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>()
  for (let count = 0; count < MAX_ENTRIES; count++) {
    const at = `byte ${queue.position} of the inflated archive`
    const header = parseHeader(file, at, await queue.take(BLOCK_BYTES))
    if (header === undefined) return found
    const padding = (BLOCK_BYTES - (header.size % BLOCK_BYTES)) % BLOCK_BYTES
    const maxBytes = header.isFile ? limits.wantedBytes(header.name) : undefined
    if (maxBytes === undefined) {
      await queue.skip(header.size + padding)
      continue
    }
    if (header.size > maxBytes) {
      const problem = `${quoted(header.name)}: expected at most ${maxBytes} bytes, found ${header.size}`
      throw fileError(file, 'dataset-invalid', problem, at)
    }
    if (found.has(header.name)) {
      throw fileError(file, 'file-corrupt', `expected ${quoted(header.name)} once, found it twice`, at)
    }
    found.set(header.name, await queue.take(header.size))
    await queue.skip(padding)
  }
  throw fileError(file, 'file-unsafe', `expected at most ${MAX_ENTRIES} files, found more`, 'tar entries')
}

interface TarHeader {
  /** Without folders. */
  readonly name: string
  readonly size: number
  readonly isFile: boolean
}

/** undefined for the zero block that ends an archive. */
function parseHeader(file: NamedFile, at: string, block: Uint8Array): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined
  const sum = block.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 0x20 : byte), 0)
  if (octal(block, 148, 8) !== sum) {
    throw fileError(file, 'file-corrupt', 'expected a tar header, found a block with another checksum', at)
  }
  const size = octal(block, 124, 12)
  if (size === undefined) throw fileError(file, 'file-corrupt', 'expected the size of a file in octal digits', at)
  const name = text(block, 0, 100)
  const type = block[156]
  return { name: name.slice(name.lastIndexOf('/') + 1), size, isFile: type === 0 || type === 0x30 }
}

function octal(block: Uint8Array, start: number, length: number): number | undefined {
  const digits = text(block, start, length).trim()
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined
}

function text(block: Uint8Array, start: number, length: number): string {
  const field = block.subarray(start, start + length)
  const end = field.indexOf(0)
  return new TextDecoder().decode(end === -1 ? field : field.subarray(0, end))
}
