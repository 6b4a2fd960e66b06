import { fileError, quoted, type NamedFile } from '../file-error.ts'
import type { DirectoryPosition } from './end-of-directory.ts'
import { ENTRY_BYTES, ENTRY_SIGNATURE } from './records.ts'

export interface ZipEntry {
  readonly name: string
  readonly method: 'stored' | 'deflated'
  readonly crc32: number
  /** Bytes it takes in the archive. */
  readonly storedBytes: number
  /** Bytes of its content. */
  readonly contentBytes: number
  readonly headerOffset: number
}

const ENCRYPTED_FLAG = 1
const ZIP64_EXTRA_ID = 1
const IN_ZIP64 = 0xffffffff

/**
 * Entries by name. Refuses what two readers could read differently: equal names, entries that overlap, counts that
 * disagree.
 */
export function parseCentralDirectory(
  file: NamedFile,
  directory: DirectoryPosition,
  bytes: Uint8Array,
): ReadonlyMap<string, ZipEntry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries = new Map<string, ZipEntry>()
  let position = 0
  while (position < bytes.byteLength) {
    const at = `byte ${directory.offset + position}`
    if (position + ENTRY_BYTES > bytes.byteLength || view.getUint32(position, true) !== ENTRY_SIGNATURE) {
      throw fileError(file, 'file-corrupt', 'expected an entry of the zip directory, found something else', at)
    }
    const nameEnd = position + ENTRY_BYTES + view.getUint16(position + 28, true)
    const extraEnd = nameEnd + view.getUint16(position + 30, true)
    const end = extraEnd + view.getUint16(position + 32, true)
    if (end > bytes.byteLength) {
      throw fileError(file, 'file-corrupt', 'an entry of the zip directory reaches beyond its end', at)
    }
    const name = new TextDecoder().decode(bytes.subarray(position + ENTRY_BYTES, nameEnd))
    if (entries.has(name)) {
      throw fileError(file, 'file-corrupt', `expected every zip entry once, found ${quoted(name)} twice`, at)
    }
    const extra = new DataView(bytes.buffer, bytes.byteOffset + nameEnd, extraEnd - nameEnd)
    entries.set(name, parseEntry(file, name, view, position, extra))
    position = end
  }
  if (entries.size !== directory.entryCount) {
    const problem = `expected ${directory.entryCount} zip entries, found ${entries.size}`
    throw fileError(file, 'file-corrupt', problem, `byte ${directory.offset}`)
  }
  assertApart(file, directory, entries)
  return entries
}

function parseEntry(file: NamedFile, name: string, view: DataView, position: number, extra: DataView): ZipEntry {
  const at = `entry ${quoted(name)}`
  if (view.getUint16(position + 8, true) & ENCRYPTED_FLAG) {
    throw fileError(file, 'file-unsupported', `${at}: encrypted zip entries are not read`, at)
  }
  const method = view.getUint16(position + 10, true)
  if (method !== 0 && method !== 8) {
    throw fileError(file, 'file-unsupported', `${at}: expected stored or deflated, found zip method ${method}`, at)
  }
  const [contentBytes = 0, storedBytes = 0, headerOffset = 0] = withZip64(
    file,
    name,
    [view.getUint32(position + 24, true), view.getUint32(position + 20, true), view.getUint32(position + 42, true)],
    extra,
  )
  if (method === 0 && storedBytes !== contentBytes) {
    const problem = `${at}: expected a stored entry to have one size, found ${storedBytes} and ${contentBytes} bytes`
    throw fileError(file, 'file-corrupt', problem, at)
  }
  const crc32 = view.getUint32(position + 16, true)
  return { name, method: method === 0 ? 'stored' : 'deflated', crc32, storedBytes, contentBytes, headerOffset }
}

/** Fields of 0xffffffff stand in the zip64 extra field instead, in this order: content, stored, offset. */
function withZip64(file: NamedFile, name: string, fields: readonly number[], extra: DataView): readonly number[] {
  if (!fields.includes(IN_ZIP64)) return fields
  const at = `entry ${quoted(name)}`
  const wide = findExtra(extra, ZIP64_EXTRA_ID)
  let position = 0
  return fields.map((field) => {
    if (field !== IN_ZIP64) return field
    if (wide === undefined || position + 8 > wide.byteLength) {
      throw fileError(file, 'file-corrupt', `${at}: expected its zip64 sizes, found none`, at)
    }
    const value = wide.getBigUint64(position, true)
    position += 8
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw fileError(file, 'file-corrupt', `${at}: found an impossible size or offset of ${value}`, at)
    }
    return Number(value)
  })
}

function findExtra(extra: DataView, wanted: number): DataView | undefined {
  let position = 0
  while (position + 4 <= extra.byteLength) {
    const length = extra.getUint16(position + 2, true)
    if (position + 4 + length > extra.byteLength) return undefined
    if (extra.getUint16(position, true) === wanted) {
      return new DataView(extra.buffer, extra.byteOffset + position + 4, length)
    }
    position += 4 + length
  }
  return undefined
}

/** Entries that share bytes make a small archive unpack to any size. */
function assertApart(file: NamedFile, directory: DirectoryPosition, entries: ReadonlyMap<string, ZipEntry>): void {
  let position = 0
  for (const entry of [...entries.values()].sort((a, b) => a.headerOffset - b.headerOffset)) {
    const at = `entry ${quoted(entry.name)}`
    if (entry.headerOffset < position) {
      const problem = `${at}: expected it after byte ${position}, found it at byte ${entry.headerOffset}: they overlap`
      throw fileError(file, 'file-unsafe', problem, at)
    }
    position = entry.headerOffset + entry.storedBytes
    if (position > directory.offset) {
      const problem = `${at}: expected its data before byte ${directory.offset}, found it up to byte ${position}`
      throw fileError(file, 'file-corrupt', problem, at)
    }
  }
}
