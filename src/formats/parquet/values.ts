/** The values of a page: which rows have one, and what they are. */
import type { ByteSource } from '../byte-source.ts'
import { fileError } from '../file-error.ts'
import type { ColumnChunk, ParquetColumn } from './footer.ts'
import { readHybrid } from './hybrid.ts'
import { inflatePage, type ChunkPages, type Page } from './pages.ts'

/** A number, or bytes; undefined where the row has none. */
export type ParquetValue = number | Uint8Array | undefined
type PresentValue = number | Uint8Array

const encoding = { plain: 0, plainDictionary: 2, dictionary: 8 } as const
const MAX_INDEX_BITS = 32
const remedy = 'Write it again with plain or dictionary encoding, for instance with datasets of Hugging Face.'

/** The distinct values that the pages of a chunk point to; undefined where it has none. Throws as `readPages`. */
export async function readDictionary(
  file: ByteSource,
  column: ParquetColumn,
  chunk: ColumnChunk,
  { dictionary }: ChunkPages,
): Promise<readonly PresentValue[] | undefined> {
  if (dictionary === undefined) return undefined
  const { values } = await inflatePage(file, chunk, dictionary)
  return plainValues(file, column, values, dictionary.count, `dictionary at byte ${dictionary.offset}`)
}

/**
 * The values of a data page, a row each; bytes share the memory of the page. Throws `AppException`: `file-corrupt`,
 * `file-truncated`, and `file-unsupported` for encodings that are not read.
 */
export async function readValues(
  file: ByteSource,
  column: ParquetColumn,
  chunk: ColumnChunk,
  page: Page,
  dictionary: readonly PresentValue[] | undefined,
): Promise<readonly ParquetValue[]> {
  const at = `page at byte ${page.offset}`
  const inflated = await inflatePage(file, chunk, page)
  const { levels, rest } = splitLevels(file, column, inflated, at)
  const width = 32 - Math.clz32(column.definedLevel)
  const defined = levels === undefined ? undefined : readHybrid(file, levels, width, page.count, at)
  const isThere = (row: number) => defined === undefined || defined[row] === column.definedLevel
  let present = page.count
  if (defined !== undefined)
    present = defined.reduce((total, level) => total + (level === column.definedLevel ? 1 : 0), 0)
  const values = presentValues(file, column, page, rest, present, dictionary, at)
  let next = 0
  return Array.from({ length: page.count }, (_, row) => (isThere(row) ? values[next++] : undefined))
}

/** In pages of the first version the levels are compressed with the values, after their length. */
function splitLevels(
  file: ByteSource,
  column: ParquetColumn,
  { values, levels }: { readonly values: Uint8Array; readonly levels?: Uint8Array },
  at: string,
): { readonly levels?: Uint8Array; readonly rest: Uint8Array } {
  if (column.definedLevel === 0) return { rest: values }
  if (levels !== undefined) return { levels, rest: values }
  const length = uint32(file, values, 0, at)
  if (length > values.byteLength - 4) throw truncated(file, at)
  return { levels: values.subarray(4, 4 + length), rest: values.subarray(4 + length) }
}

function presentValues(
  file: ByteSource,
  column: ParquetColumn,
  page: Page,
  bytes: Uint8Array,
  count: number,
  dictionary: readonly PresentValue[] | undefined,
  at: string,
): readonly PresentValue[] {
  if (page.encoding === encoding.plain) return plainValues(file, column, bytes, count, at)
  if (page.encoding !== encoding.dictionary && page.encoding !== encoding.plainDictionary) {
    const problem = `${at}: expected plain or dictionary encoding, found encoding ${page.encoding}`
    throw fileError(file, 'file-unsupported', problem, at, remedy)
  }
  if (count === 0) return []
  const [width = 0] = bytes
  if (width > MAX_INDEX_BITS) {
    throw fileError(file, 'file-corrupt', `${at}: expected indices of at most 32 bits, found ${width}`, at)
  }
  const indices = readHybrid(file, bytes.subarray(1), width, count, at)
  return Array.from(indices, (index) => {
    const value = dictionary?.[index]
    if (value !== undefined) return value
    throw fileError(file, 'file-corrupt', `${at}: expected an index into its dictionary, found ${index}`, at)
  })
}

function plainValues(file: ByteSource, column: ParquetColumn, bytes: Uint8Array, count: number, at: string) {
  // Checked before anything is made for `count` values.
  const leastBytes = column.type === 'int64' ? 8 : 4
  if (count > bytes.byteLength / leastBytes) throw truncated(file, at)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  switch (column.type) {
    case 'int32':
      return Array.from({ length: count }, (_, i) => view.getInt32(4 * i, true))
    case 'int64':
      return Array.from({ length: count }, (_, i) => Number(view.getBigInt64(8 * i, true)))
    case 'bytes': {
      let position = 0
      return Array.from({ length: count }, () => {
        const length = uint32(file, bytes, position, at)
        const start = position + 4
        if (length > bytes.byteLength - start) throw truncated(file, at)
        position = start + length
        return bytes.subarray(start, position)
      })
    }
    case 'other': {
      const problem = `${column.path.join('.')}: expected whole numbers or bytes, found another type`
      throw fileError(file, 'file-unsupported', problem, at, remedy)
    }
  }
}

function uint32(file: ByteSource, bytes: Uint8Array, position: number, at: string): number {
  if (position + 4 > bytes.byteLength) throw truncated(file, at)
  return new DataView(bytes.buffer, bytes.byteOffset + position, 4).getUint32(0, true)
}

function truncated(file: ByteSource, at: string) {
  return fileError(file, 'file-corrupt', `${at}: expected more values, found the end of the page`, at)
}
