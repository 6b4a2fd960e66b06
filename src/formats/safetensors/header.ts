/**
 * The header of a safetensors file (github.com/huggingface/safetensors, "Format"): 8 bytes little-endian length N,
 * N bytes of JSON, then the tensors' bytes without gaps. Everything in it is checked before any tensor is touched.
 */
import { bytesOfDtype, countElements, type FileDtype } from '../file-tensor.ts'
import { fileError, quoted, type NamedFile } from '../file-error.ts'
import { findDuplicateKey } from './duplicate-key.ts'

export const LENGTH_FIELD_BYTES = 8
/** The limit of the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000
export const METADATA_KEY = '__metadata__'

/** How safetensors spells each element type. */
export const dtypeNames: Readonly<Record<FileDtype, string>> = {
  float64: 'F64',
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint64: 'U64',
  uint32: 'U32',
  uint16: 'U16',
  uint8: 'U8',
  bool: 'BOOL',
}

const dtypeByName = new Map(
  // Object.entries widens keys to string; the record above has exactly the keys of FileDtype.
  Object.entries(dtypeNames).map(([dtype, name]) => [name, dtype as FileDtype]),
)

/** Where one tensor lies; `begin` and `end` count from the start of the file. */
interface SafetensorsEntry {
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: FileDtype
  readonly begin: number
  readonly end: number
}

export interface SafetensorsHeader {
  /** In the order of their bytes. */
  readonly entries: readonly SafetensorsEntry[]
  readonly metadata: Readonly<Record<string, string>>
}

/** Length of the JSON part from the first 8 bytes. Errors: `file-unsafe`, `file-truncated`, `file-corrupt`. */
export function parseHeaderLength(file: NamedFile, fileSize: number, prefix: Uint8Array): number {
  const length = new DataView(prefix.buffer, prefix.byteOffset, LENGTH_FIELD_BYTES).getBigUint64(0, true)
  if (length > BigInt(MAX_HEADER_BYTES)) {
    const problem = `expected a header of at most ${MAX_HEADER_BYTES} bytes, found ${length} announced`
    throw fileError(file, 'file-unsafe', problem, 'byte 0')
  }
  if (length < 2n) {
    throw fileError(file, 'file-corrupt', `expected a header of at least 2 bytes, found ${length} announced`, 'byte 0')
  }
  const headerEnd = LENGTH_FIELD_BYTES + Number(length)
  if (headerEnd > fileSize) {
    const problem = `expected a header up to byte ${headerEnd}, found the end of the file at byte ${fileSize}`
    throw fileError(file, 'file-truncated', problem, 'byte 0')
  }
  return Number(length)
}

/** Parses and checks the JSON part. Throws `AppException` with any of the `file-*` codes. */
export function parseSafetensorsHeader(file: NamedFile, fileSize: number, json: Uint8Array): SafetensorsHeader {
  const root = parseJson(file, json)
  const dataBegin = LENGTH_FIELD_BYTES + json.byteLength
  const entries: SafetensorsEntry[] = []
  let metadata: Readonly<Record<string, string>> = {}
  for (const [name, value] of Object.entries(root)) {
    if (name === METADATA_KEY) metadata = parseMetadata(file, value)
    else entries.push(parseEntry(file, name, value, dataBegin))
  }
  // Empty tensors share their offset with the next one: they come first, so that the walk below sees no overlap.
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end)
  assertContiguous(file, fileSize, dataBegin, entries)
  return { entries, metadata }
}

function parseJson(file: NamedFile, json: Uint8Array): object {
  const at = `byte ${LENGTH_FIELD_BYTES}`
  let text: string
  let root: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json)
    root = JSON.parse(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw fileError(file, 'file-corrupt', `expected a JSON header, found something else (${reason.slice(0, 120)})`, at)
  }
  if (!isRecord(root)) throw fileError(file, 'file-corrupt', 'expected a JSON object as header', at)
  const duplicate = findDuplicateKey(text)
  if (duplicate !== undefined) {
    const problem = `expected every name once, found ${quoted(duplicate)} twice in the header`
    throw fileError(file, 'file-corrupt', problem, `header key ${quoted(duplicate)}`)
  }
  return root
}

function parseMetadata(file: NamedFile, value: unknown): Readonly<Record<string, string>> {
  const at = `header key ${quoted(METADATA_KEY)}`
  if (!isRecord(value)) throw fileError(file, 'file-corrupt', 'expected an object of strings as metadata', at)
  const pairs = Object.entries(value).map(([key, text]): [string, string] => {
    if (typeof text === 'string') return [key, text]
    throw fileError(file, 'file-corrupt', `expected a string as metadata ${quoted(key)}, found ${typeof text}`, at)
  })
  return Object.fromEntries(pairs)
}

function parseEntry(file: NamedFile, name: string, value: unknown, dataBegin: number): SafetensorsEntry {
  const at = `tensor ${quoted(name)}`
  const corrupt = (problem: string) => fileError(file, 'file-corrupt', `${at}: ${problem}`, at)
  if (!isRecord(value)) throw corrupt('expected an object with dtype, shape and data_offsets')
  const { dtype: dtypeName, shape, data_offsets: offsets } = value
  if (typeof dtypeName !== 'string') throw corrupt('expected a dtype name')
  const dtype = dtypeByName.get(dtypeName)
  if (dtype === undefined) {
    const problem = `${at}: expected one of ${[...dtypeByName.keys()].join(', ')}, found dtype ${quoted(dtypeName)}`
    throw fileError(file, 'file-unsupported', problem, at)
  }
  const count = isNumberArray(shape) ? countElements(shape) : undefined
  if (!isNumberArray(shape) || count === undefined) {
    throw corrupt(`expected a shape of non-negative integers, found ${shown(shape)}`)
  }
  if (!isNumberArray(offsets) || offsets.length !== 2 || !offsets.every((x) => Number.isSafeInteger(x) && x >= 0)) {
    throw corrupt(`expected two non-negative integers as data_offsets, found ${shown(offsets)}`)
  }
  const [begin = 0, end = 0] = offsets
  const expected = count * bytesOfDtype[dtype]
  if (end - begin !== expected) {
    const kind = `${dtypeName} of shape [${shape.slice(0, 8).join(', ')}]`
    throw corrupt(`expected ${expected} bytes for ${kind}, found data_offsets of ${end - begin} bytes`)
  }
  return { name, shape, dtype, begin: dataBegin + begin, end: dataBegin + end }
}

/** The data part must be covered exactly once: no overlap, no hole, nothing after the last tensor. */
function assertContiguous(file: NamedFile, fileSize: number, dataBegin: number, entries: readonly SafetensorsEntry[]) {
  let position = dataBegin
  for (const { name, begin, end } of entries) {
    const at = `tensor ${quoted(name)}`
    if (begin !== position) {
      const found = begin < position ? 'an overlap with the tensor before it' : 'a hole before it'
      const problem = `${at}: expected it to start at byte ${position}, found byte ${begin}: ${found}`
      throw fileError(file, 'file-corrupt', problem, at)
    }
    if (end > fileSize) {
      const problem = `${at}: expected its data up to byte ${end}, found the end of the file at byte ${fileSize}`
      throw fileError(file, 'file-truncated', problem, at)
    }
    position = end
  }
  if (position !== fileSize) {
    const problem = `expected the file to end with its last tensor at byte ${position}, found ${fileSize} bytes`
    throw fileError(file, 'file-corrupt', problem, `byte ${position}`)
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isNumberArray(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'number')
}

/** A value that is not what it should be, without walking into it: it may be nested deeply. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.slice(0, 8).map(shownItem).join(', ')}${value.length > 8 ? ', …' : ''}]`
  return shownItem(value)
}

function shownItem(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string' ? quoted(String(value)) : typeof value
}
