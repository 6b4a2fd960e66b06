/**
 * Reads zip archives (APPNOTE 6.3.10: end of central directory, zip64, stored and deflated entries). Sizes and offsets
 * come from the central directory; local headers only tell where an entry's data starts.
 */
import { crc32, inflateRawSync } from 'node:zlib'
import type { ByteSource } from '../byte-source.ts'
import { fileError, quoted } from '../file-error.ts'
import { parseCentralDirectory, type ZipEntry } from './central-directory.ts'
import { findDirectory } from './end-of-directory.ts'
import { LOCAL_HEADER_BYTES, LOCAL_HEADER_SIGNATURE } from './records.ts'

export interface ZipArchive {
  readonly entries: ReadonlyMap<string, ZipEntry>
  /** The entry's content, its length and CRC-32 checked. Throws `AppException`. */
  read(entry: ZipEntry): Promise<Uint8Array>
}

/** A central directory of this size describes more than 500,000 entries. */
const MAX_DIRECTORY_BYTES = 32 * 2 ** 20
/** Deflate cannot do better than 1,032 : 1; a small archive may still announce terabytes. */
const MAX_INFLATED_BYTES = 2 ** 31 - 1

/** Reads the directory of an archive. Throws `AppException` with any of the `file-*` codes. */
export async function openZip(source: ByteSource): Promise<ZipArchive> {
  const directory = await findDirectory(source)
  if (directory.size > MAX_DIRECTORY_BYTES) {
    const problem = `expected a zip directory of at most ${MAX_DIRECTORY_BYTES} bytes, found ${directory.size}`
    throw fileError(source, 'file-unsafe', problem, `byte ${directory.offset}`)
  }
  const bytes = await source.read(directory.offset, directory.size)
  const entries = parseCentralDirectory(source, directory, bytes)
  return { entries, read: (entry) => readEntry(source, entry) }
}

async function readEntry(source: ByteSource, entry: ZipEntry): Promise<Uint8Array> {
  const at = `entry ${quoted(entry.name)}`
  const stored = await source.read(await dataOffset(source, entry), entry.storedBytes)
  const content = entry.method === 'stored' ? stored : inflate(source, entry, stored)
  if (content.byteLength !== entry.contentBytes) {
    const problem = `${at}: expected ${entry.contentBytes} bytes, found ${content.byteLength}`
    throw fileError(source, 'file-corrupt', problem, at)
  }
  const checksum = crc32(content)
  if (checksum !== entry.crc32) {
    const problem = `${at}: expected CRC-32 ${hex(entry.crc32)}, found ${hex(checksum)}: its bytes have changed`
    throw fileError(source, 'file-corrupt', problem, at)
  }
  return content
}

async function dataOffset(source: ByteSource, entry: ZipEntry): Promise<number> {
  const bytes = await source.read(entry.headerOffset, LOCAL_HEADER_BYTES)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(0, true) !== LOCAL_HEADER_SIGNATURE) {
    const problem = `entry ${quoted(entry.name)}: expected a local header, found something else`
    throw fileError(source, 'file-corrupt', problem, `byte ${entry.headerOffset}`)
  }
  return entry.headerOffset + LOCAL_HEADER_BYTES + view.getUint16(26, true) + view.getUint16(28, true)
}

function inflate(source: ByteSource, entry: ZipEntry, stored: Uint8Array): Uint8Array {
  const at = `entry ${quoted(entry.name)}`
  if (entry.contentBytes > MAX_INFLATED_BYTES) {
    const problem = `${at}: expected at most ${MAX_INFLATED_BYTES} bytes after inflating, found ${entry.contentBytes}`
    throw fileError(source, 'file-unsafe', problem, at)
  }
  try {
    // One byte more than announced is enough to notice a lie; zlib refuses a limit of 0.
    return inflateRawSync(stored, { maxOutputLength: entry.contentBytes + 1 })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw fileError(source, 'file-corrupt', `${at}: its compressed data cannot be inflated (${reason})`, at)
  }
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0')
}
