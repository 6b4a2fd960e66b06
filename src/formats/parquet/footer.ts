/** What a Parquet file says of itself at its end: columns, row groups and where they lie, texts of its writer. */
import type { ByteSource } from '../byte-source.ts'
import { fileError, quoted } from '../file-error.ts'
import { parseThrift, ThriftFields } from './thrift.ts'

/** A column of values; columns within columns have a path of several names. */
export interface ParquetColumn {
  readonly path: readonly string[]
  readonly type: ParquetType
  /** Level that a value has which is there; below it, it is missing. */
  readonly definedLevel: number
  /** Whether a row can hold several values. */
  readonly isRepeated: boolean
}

export type ParquetType = 'int32' | 'int64' | 'bytes' | 'other'

/** The values of one column in one row group. */
export interface ColumnChunk {
  readonly codec: number
  readonly rows: number
  /** Of its first page in the file. */
  readonly offset: number
  readonly size: number
}

export interface ParquetFooter {
  readonly columns: readonly ParquetColumn[]
  /** Chunks in the order of `columns`. */
  readonly rowGroups: readonly { readonly rows: number; readonly chunks: readonly ColumnChunk[] }[]
  /** Texts that writers leave, by key. */
  readonly metadata: ReadonlyMap<string, string>
}

const MAGIC = 'PAR1'
const ENCRYPTED_MAGIC = 'PARE'
/** Length of the footer and the magic. */
const TAIL_BYTES = 8
const MAX_FOOTER_BYTES = 64 * 2 ** 20
const MAX_COLUMNS = 10_000
const MAX_DEPTH = 32
/** Smaller images than this there are none: a file that claims more rows wants the memory they would take. */
const MIN_ROW_BYTES = 16

const types: ReadonlyMap<number, ParquetType> = new Map([
  [1, 'int32'],
  [2, 'int64'],
  [6, 'bytes'],
])
const REPEATED = 2
const REQUIRED = 0

/** Whether the first bytes are those of a Parquet file. */
export function isParquet(start: Uint8Array): boolean {
  return latin1(start.subarray(0, 4)) === MAGIC
}

/** Throws `AppException`: `file-corrupt`, `file-truncated`, `file-unsafe`, and `file-unsupported` for encrypted files. */
export async function readFooter(file: ByteSource): Promise<ParquetFooter> {
  const tail = await file.read(Math.max(0, file.size - TAIL_BYTES), Math.min(file.size, TAIL_BYTES))
  const magic = latin1(tail.subarray(-4))
  if (magic === ENCRYPTED_MAGIC) {
    throw fileError(file, 'file-unsupported', 'its footer is encrypted', 'end of the file', 'Decrypt it first.')
  }
  if (magic !== MAGIC || tail.byteLength < TAIL_BYTES) {
    throw fileError(file, 'file-truncated', `expected ${MAGIC} at its end, found ${quoted(magic)}`, 'end of the file')
  }
  const length = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true)
  if (length > MAX_FOOTER_BYTES) {
    throw fileError(file, 'file-unsafe', `expected a footer of at most ${MAX_FOOTER_BYTES} bytes, found ${length}`, 'end of the file') // prettier-ignore
  }
  const { value } = parseThrift(file, await file.read(file.size - TAIL_BYTES - length, length), 'footer')
  const fields = new ThriftFields(file, value, 'footer')
  const columns = readColumns(file, fields.structs(2, 'schema'))
  const rowGroups = fields.structs(4, 'row group').map((group) => readRowGroup(file, group, columns))
  const rows = rowGroups.reduce((total, group) => total + group.rows, 0)
  if (rows > file.size / MIN_ROW_BYTES) {
    const problem = `expected ${MIN_ROW_BYTES} bytes a row at least, found ${rows} rows in ${file.size} bytes`
    throw fileError(file, 'file-unsafe', problem, 'footer')
  }
  const pairs = fields.has(5) ? fields.structs(5, 'metadata') : []
  const metadata = new Map(pairs.filter((pair) => pair.has(2)).map((pair) => [pair.text(1, 'key'), pair.text(2, 'value')])) // prettier-ignore
  return { columns, rowGroups, metadata }
}

/** The schema is a tree, listed parents first, each with the number of its children. */
function readColumns(file: ByteSource, elements: readonly ThriftFields[]): readonly ParquetColumn[] {
  if (elements.length > MAX_COLUMNS) {
    throw fileError(file, 'file-unsafe', `expected at most ${MAX_COLUMNS} columns, found more`, 'footer, schema')
  }
  const columns: ParquetColumn[] = []
  const rest = elements.values()
  const walk = (path: readonly string[], definedLevel: number, isRepeated: boolean, children: number): void => {
    for (let i = 0; i < children; i++) {
      const { value: element } = rest.next()
      if (element === undefined || path.length >= MAX_DEPTH) {
        throw fileError(file, 'file-corrupt', 'expected the schema to be a tree, found an end in it', 'footer, schema')
      }
      const repetition = element.countOr(3, 'repetition', REQUIRED)
      const own = [...path, element.text(4, 'name')]
      const level = definedLevel + (repetition === REQUIRED ? 0 : 1)
      const repeated = isRepeated || repetition === REPEATED
      const grandchildren = element.countOr(5, 'children', 0)
      if (grandchildren > 0) walk(own, level, repeated, grandchildren)
      else columns.push({ path: own, type: typeOf(element), definedLevel: level, isRepeated: repeated })
    }
  }
  walk([], 0, false, rest.next().value?.countOr(5, 'children', 0) ?? 0)
  return columns
}

function typeOf(element: ThriftFields): ParquetType {
  return types.get(element.countOr(1, 'type', -1)) ?? 'other'
}

function readRowGroup(file: ByteSource, group: ThriftFields, columns: readonly ParquetColumn[]) {
  const rows = group.count(3, 'rows')
  const chunks = group.structs(1, 'column').map((column): ColumnChunk => {
    if (column.has(1)) {
      const problem = 'a column lies in another file'
      throw fileError(file, 'file-unsupported', problem, 'footer', 'Write it again as one file.')
    }
    const description = column.struct(3, 'description')
    const data = description.count(9, 'data page offset')
    const dictionary = description.countOr(11, 'dictionary page offset', 0)
    const offset = dictionary > 0 && dictionary < data ? dictionary : data
    const size = description.count(7, 'bytes')
    if (offset + size > file.size) {
      const problem = `expected a column of ${size} bytes at byte ${offset}, found the end of the file`
      throw fileError(file, 'file-truncated', problem, 'footer')
    }
    return { codec: description.count(4, 'codec'), rows, offset, size }
  })
  if (chunks.length !== columns.length) {
    const problem = `expected ${columns.length} columns in a row group, found ${chunks.length}`
    throw fileError(file, 'file-corrupt', problem, 'footer')
  }
  return { rows, chunks }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}
