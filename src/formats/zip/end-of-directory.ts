import type { ByteSource } from '../byte-source.ts'
import { fileError } from '../file-error.ts'
import { END_BYTES, END_SIGNATURE } from './records.ts'

/** Where the central directory lies. */
export interface DirectoryPosition {
  readonly offset: number
  readonly size: number
  readonly entryCount: number
}

const MAX_COMMENT_BYTES = 0xffff
const LOCATOR_SIGNATURE = 0x07064b50
const LOCATOR_BYTES = 20
const END64_SIGNATURE = 0x06064b50
const END64_BYTES = 56

/** Finds the end record by searching the file's tail, and follows it to the zip64 record when there is one. */
export async function findDirectory(source: ByteSource): Promise<DirectoryPosition> {
  const tailBytes = Math.min(source.size, END_BYTES + MAX_COMMENT_BYTES)
  const tailOffset = source.size - tailBytes
  const tail = viewOf(await source.read(tailOffset, tailBytes))
  const endInTail = findEndRecord(tail)
  if (endInTail === undefined) {
    const problem = 'expected a zip directory at the end of the file, found none: the end is missing'
    throw fileError(source, 'file-truncated', problem, `byte ${source.size}`)
  }
  const end = tailOffset + endInTail
  const zip64 = await readZip64(source, end)
  const position = zip64 ?? {
    entryCount: tail.getUint16(endInTail + 10, true),
    size: tail.getUint32(endInTail + 12, true),
    offset: tail.getUint32(endInTail + 16, true),
  }
  if (position.offset + position.size > end) {
    const found = `${position.size} bytes at byte ${position.offset}`
    const problem = `expected the zip directory to end before byte ${end}, found ${found}`
    throw fileError(source, 'file-corrupt', problem, `byte ${end}`)
  }
  return position
}

/** Last position whose signature and comment length agree with the end of the file. */
function findEndRecord(tail: DataView): number | undefined {
  for (let i = tail.byteLength - END_BYTES; i >= 0; i--) {
    if (tail.getUint32(i, true) !== END_SIGNATURE) continue
    if (i + END_BYTES + tail.getUint16(i + 20, true) === tail.byteLength) return i
  }
  return undefined
}

async function readZip64(source: ByteSource, end: number): Promise<DirectoryPosition | undefined> {
  if (end < LOCATOR_BYTES) return undefined
  const locator = viewOf(await source.read(end - LOCATOR_BYTES, LOCATOR_BYTES))
  if (locator.getUint32(0, true) !== LOCATOR_SIGNATURE) return undefined
  const offset = exact(source, locator.getBigUint64(8, true), `byte ${end - LOCATOR_BYTES}`)
  const record = viewOf(await source.read(offset, END64_BYTES))
  const at = `byte ${offset}`
  if (record.getUint32(0, true) !== END64_SIGNATURE) {
    throw fileError(source, 'file-corrupt', 'expected a zip64 end record, found something else', at)
  }
  return {
    entryCount: exact(source, record.getBigUint64(32, true), at),
    size: exact(source, record.getBigUint64(40, true), at),
    offset: exact(source, record.getBigUint64(48, true), at),
  }
}

function exact(source: ByteSource, value: bigint, at: string): number {
  if (value <= BigInt(source.size)) return Number(value)
  const problem = `expected a zip64 size or offset within ${source.size} bytes, found ${value}`
  throw fileError(source, 'file-corrupt', problem, at)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
