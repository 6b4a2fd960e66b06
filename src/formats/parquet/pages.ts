/** The pages of a column in one row group: where they lie, how many rows they have, and their inflated bytes. */
import zlib, { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { ByteSource } from '../byte-source.ts'
import { fileError } from '../file-error.ts'
import type { ColumnChunk } from './footer.ts'
import { inflateSnappy } from './snappy.ts'
import { parseThrift, ThriftFields } from './thrift.ts'

export interface Page {
  /** Values, missing ones among them; of a column that is not repeated, rows. */
  readonly count: number
  readonly encoding: number
  /** Of its content in the file. */
  readonly offset: number
  readonly size: number
  readonly inflatedSize: number
  /** Bytes before the values that say which are there, where they stand outside of what is compressed. */
  readonly levelBytes?: number
  readonly isCompressed: boolean
}

export interface ChunkPages {
  readonly dictionary?: Page
  readonly data: readonly Page[]
}

/** Statistics make headers of up to 16 KiB. */
const MAX_HEADER_BYTES = 32 * 2 ** 10
/** Writers begin a new page after 1 MiB; some count 1,024 images first. */
const MAX_PAGE_BYTES = 256 * 2 ** 20
/** Images are compressed already: a large page that grows so much holds something else. */
const MAX_GROWTH = 64
const MIN_BYTES_TO_GROW = 8 * 2 ** 20

const kind = { data: 0, index: 1, dictionary: 2, dataOfVersion2: 3 } as const
const codec = { none: 0, snappy: 1, gzip: 2, brotli: 4, zstd: 6 } as const
/** Those that are not read. */
const otherCodecs: ReadonlyMap<number, string> = new Map([
  [3, 'lzo'],
  [5, 'lz4'],
  [7, 'lz4'],
])
const remedy = 'Write it again with smaller row groups and pages, for instance with datasets of Hugging Face.'

/** Throws `AppException`: `file-corrupt`, `file-truncated`, `file-unsupported`, `file-unsafe`. */
export async function readPages(file: ByteSource, chunk: ColumnChunk): Promise<ChunkPages> {
  const data: Page[] = []
  let dictionary: Page | undefined
  let rows = 0
  const end = chunk.offset + chunk.size
  for (let offset = chunk.offset; rows < chunk.rows;) {
    const at = `page at byte ${offset}`
    const start = await file.read(offset, Math.max(0, Math.min(MAX_HEADER_BYTES, end - offset)))
    const { value, length } = parseThrift(file, start, 'page header')
    const header = new ThriftFields(file, value, at)
    const content = { offset: offset + length, size: header.count(3, 'bytes'), inflatedSize: header.count(2, 'bytes') }
    if (content.offset + content.size > end) {
      const problem = `${at}: expected ${content.size} bytes, found the end of its column`
      throw fileError(file, 'file-corrupt', problem, at)
    }
    assertHoldable(file, content, at)
    offset = content.offset + content.size
    const type = header.count(1, 'type')
    if (type === kind.dictionary) {
      const own = header.struct(7, 'dictionary')
      dictionary = { ...content, count: own.count(1, 'values'), encoding: own.count(2, 'encoding'), isCompressed: true }
    } else if (type !== kind.index) {
      const page = { ...content, ...dataPage(file, header, type, at) }
      rows += page.count
      // A page without rows takes its header, and there is an end to that.
      if (page.count > 0) data.push(page)
    }
  }
  if (rows > chunk.rows) {
    throw fileError(file, 'file-corrupt', `expected ${chunk.rows} rows in its pages, found ${rows}`, 'pages')
  }
  return { data, ...(dictionary === undefined ? {} : { dictionary }) }
}

function dataPage(file: ByteSource, header: ThriftFields, type: number, at: string) {
  if (type === kind.data) {
    const own = header.struct(5, 'data')
    return { count: own.count(1, 'values'), encoding: own.count(2, 'encoding'), isCompressed: true }
  }
  if (type !== kind.dataOfVersion2) {
    throw fileError(file, 'file-corrupt', `${at}: expected a page of Parquet's, found type ${type}`, at)
  }
  const own = header.struct(8, 'data')
  if (own.count(6, 'bytes of repetitions') > 0) {
    throw fileError(file, 'file-corrupt', `${at}: expected a value a row, found lists of values`, at)
  }
  const [count, encoding, levelBytes] = [own.count(1, 'values'), own.count(4, 'encoding'), own.count(5, 'bytes')]
  return { count, encoding, levelBytes, isCompressed: own.flag(7, true) }
}

function assertHoldable(file: ByteSource, { size, inflatedSize }: Pick<Page, 'size' | 'inflatedSize'>, at: string) {
  if (size > MAX_PAGE_BYTES || inflatedSize > MAX_PAGE_BYTES) {
    const problem = `${at}: expected at most ${MAX_PAGE_BYTES} bytes, found ${Math.max(size, inflatedSize)}`
    throw fileError(file, 'file-unsupported', problem, at, remedy)
  }
  if (inflatedSize > Math.max(MIN_BYTES_TO_GROW, size * MAX_GROWTH)) {
    const problem = `${at}: expected images, found ${size} bytes that grow to ${inflatedSize}`
    throw fileError(file, 'file-unsafe', problem, at)
  }
}

/** The levels of a page, where they stand apart, and its values, inflated. Throws as `readPages`. */
export async function inflatePage(file: ByteSource, chunk: ColumnChunk, page: Page) {
  const at = `page at byte ${page.offset}`
  const bytes = await file.read(page.offset, page.size)
  const levelBytes = page.levelBytes ?? 0
  if (levelBytes > Math.min(page.size, page.inflatedSize)) {
    throw fileError(file, 'file-corrupt', `${at}: expected levels within the page, found ${levelBytes} bytes`, at)
  }
  const values = bytes.subarray(levelBytes)
  const used = page.isCompressed ? chunk.codec : codec.none
  const inflated = inflate(file, used, values, page.inflatedSize - levelBytes, at)
  return { values: inflated, ...(page.levelBytes === undefined ? {} : { levels: bytes.subarray(0, levelBytes) }) }
}

function inflate(file: ByteSource, used: number, bytes: Uint8Array, size: number, at: string): Uint8Array {
  const inflated = size === 0 ? new Uint8Array() : decompress(file, used, bytes, size, at)
  if (inflated.byteLength === size) return inflated
  throw fileError(file, 'file-corrupt', `${at}: expected ${size} inflated bytes, found ${inflated.byteLength}`, at)
}

function decompress(file: ByteSource, used: number, bytes: Uint8Array, size: number, at: string): Uint8Array {
  const options = { maxOutputLength: size }
  switch (used) {
    case codec.none:
      return bytes
    case codec.snappy:
      return inflateSnappy(file, bytes, size, at)
    case codec.gzip:
      return byZlib(file, at, () => gunzipSync(bytes, options))
    case codec.brotli:
      return byZlib(file, at, () => brotliDecompressSync(bytes, options))
    case codec.zstd:
      return inflateZstd(file, bytes, options, at)
    default: {
      const problem = `${at}: expected the compression snappy, gzip, brotli or zstd, found ${otherCodecs.get(used) ?? `number ${used}`}`
      throw fileError(file, 'file-unsupported', problem, at, 'Write it again with one of these compressions.')
    }
  }
}

/** Node has it from version 22.15 on; Electron 33, which some installations fall back to, brings an older one. */
function inflateZstd(
  file: ByteSource,
  bytes: Uint8Array,
  options: { readonly maxOutputLength: number },
  at: string,
): Uint8Array {
  if ('zstdDecompressSync' in zlib) return byZlib(file, at, () => zlib.zstdDecompressSync(bytes, options))
  const problem = `${at}: zstd cannot be inflated by Node ${process.versions.node}, which this studio runs on`
  const remedy = 'Import it with the command line, or write it again with snappy or gzip.'
  throw fileError(file, 'file-unsupported', problem, at, remedy)
}

function byZlib(file: ByteSource, at: string, inflateNow: () => Uint8Array): Uint8Array {
  try {
    return inflateNow()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw fileError(file, 'file-corrupt', `${at}: its data cannot be inflated (${reason})`, at)
  }
}
