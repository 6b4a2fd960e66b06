/**
 * The header of a .npy array (NumPy, "A simple file format for NumPy arrays", versions 1.0 to 3.0): a magic, two bytes
 * of version, a length, and the text of a Python dict with the keys descr, fortran_order and shape. The text is parsed
 * as exactly that; nothing is evaluated.
 */
import { fileError, quoted, type NamedFile } from '../file-error.ts'
import { countElements, type FileDtype } from '../file-tensor.ts'

export const npyMagic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const

export interface NpyHeader {
  readonly dtype: FileDtype
  readonly isFortranOrder: boolean
  readonly shape: readonly number[]
  /** Byte of the first element. */
  readonly dataBegin: number
}

/** NumPy itself refuses longer ones by default. */
const MAX_HEADER_BYTES = 10_000

/** Byte orders: `<` little-endian, `|` a single byte. */
const dtypeByDescription: ReadonlyMap<string, FileDtype> = new Map<string, FileDtype>([
  ['<f8', 'float64'],
  ['<f4', 'float32'],
  ['<f2', 'float16'],
  ['<i8', 'int64'],
  ['<i4', 'int32'],
  ['<i2', 'int16'],
  ['|i1', 'int8'],
  ['<u8', 'uint64'],
  ['<u4', 'uint32'],
  ['<u2', 'uint16'],
  ['|u1', 'uint8'],
  ['|b1', 'bool'],
])

/**
 * `file` names the array, too. Throws `AppException`: `file-truncated`, `file-corrupt`, `file-unsupported` (version,
 * element type), `file-unsafe` (pickled objects, header beyond 10,000 bytes).
 */
export function parseNpyHeader(file: NamedFile, bytes: Uint8Array): NpyHeader {
  const { textBegin, dataBegin, encoding } = parsePrefix(file, bytes)
  const text = decodeText(file, bytes.subarray(textBegin, dataBegin), encoding)
  const fields = new HeaderText(file, text, textBegin).dict()
  const field = (name: string): HeaderValue => {
    const value = fields.get(name)
    if (value !== undefined) return value
    throw fileError(file, 'file-corrupt', `expected ${name} in the header, found none`, `byte ${textBegin}`)
  }
  return {
    dtype: dtypeOf(file, field('descr'), textBegin),
    isFortranOrder: orderOf(file, field('fortran_order'), textBegin),
    shape: shapeOf(file, field('shape'), textBegin),
    dataBegin,
  }
}

interface Prefix {
  readonly textBegin: number
  readonly dataBegin: number
  readonly encoding: 'latin1' | 'utf-8'
}

function parsePrefix(file: NamedFile, bytes: Uint8Array): Prefix {
  const need = (length: number, what: string): void => {
    if (length <= bytes.byteLength) return
    const problem = `expected ${what} up to byte ${length}, found the end at byte ${bytes.byteLength}`
    throw fileError(file, 'file-truncated', problem, `byte ${bytes.byteLength}`)
  }
  need(npyMagic.length + 2, 'the magic and version of an array')
  if (!npyMagic.every((byte, at) => bytes[at] === byte)) {
    throw fileError(file, 'file-corrupt', 'expected the magic of a NumPy array, found something else', 'byte 0')
  }
  const [major = 0, minor = 0] = bytes.subarray(npyMagic.length)
  if (major < 1 || major > 3 || minor !== 0) {
    const problem = `expected a NumPy array of version 1.0, 2.0 or 3.0, found ${major}.${minor}`
    throw fileError(file, 'file-unsupported', problem, `byte ${npyMagic.length}`)
  }
  const lengthBegin = npyMagic.length + 2
  const textBegin = lengthBegin + (major === 1 ? 2 : 4)
  need(textBegin, 'the length of the header')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = major === 1 ? view.getUint16(lengthBegin, true) : view.getUint32(lengthBegin, true)
  if (length > MAX_HEADER_BYTES) {
    const problem = `expected a header of at most ${MAX_HEADER_BYTES} bytes, found ${length} announced`
    throw fileError(file, 'file-unsafe', problem, `byte ${lengthBegin}`)
  }
  need(textBegin + length, 'a header')
  return { textBegin, dataBegin: textBegin + length, encoding: major === 3 ? 'utf-8' : 'latin1' }
}

function decodeText(file: NamedFile, bytes: Uint8Array, encoding: Prefix['encoding']): string {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw fileError(file, 'file-corrupt', 'expected a header of UTF-8 text, found other bytes', 'header')
  }
}

type HeaderValue = string | boolean | readonly number[]

function dtypeOf(file: NamedFile, value: HeaderValue, at: number): FileDtype {
  if (typeof value !== 'string') {
    throw fileError(file, 'file-corrupt', 'expected a text as descr, found something else', `byte ${at}`)
  }
  const dtype = dtypeByDescription.get(value)
  if (dtype !== undefined) return dtype
  if (/^.?O/.test(value)) {
    const problem = 'expected an array of numbers, found pickled Python objects, which could run code'
    throw fileError(file, 'file-unsafe', problem, `byte ${at}`)
  }
  const known = [...dtypeByDescription.keys()].join(', ')
  const problem = `expected elements of ${known}, found ${quoted(value)}`
  throw fileError(file, 'file-unsupported', problem, `byte ${at}`, "Save the arrays as '<f4', little-endian float32.")
}

function orderOf(file: NamedFile, value: HeaderValue, at: number): boolean {
  if (typeof value === 'boolean') return value
  throw fileError(file, 'file-corrupt', 'expected True or False as fortran_order, found something else', `byte ${at}`)
}

function shapeOf(file: NamedFile, value: HeaderValue, at: number): readonly number[] {
  if (typeof value === 'object' && countElements(value) !== undefined) return value
  throw fileError(file, 'file-corrupt', 'expected a tuple of countable extents as shape', `byte ${at}`)
}

const mostAxes = 32

/** Reads the one dict, left to right: strings without escapes, True, False and tuples of integers. */
class HeaderText {
  readonly #file: NamedFile
  readonly #text: string
  readonly #begin: number
  #position = 0

  constructor(file: NamedFile, text: string, begin: number) {
    this.#file = file
    this.#text = text
    this.#begin = begin
  }

  dict(): ReadonlyMap<string, HeaderValue> {
    const fields = new Map<string, HeaderValue>()
    this.#expect('{')
    while (!this.#take('}')) {
      const key = this.#string()
      this.#expect(':')
      if (fields.has(key)) this.#fail(`expected every key once, found ${quoted(key)} twice`)
      if (!['descr', 'fortran_order', 'shape'].includes(key)) this.#fail(`found an unknown key ${quoted(key)}`)
      fields.set(key, this.#value(key))
      if (!this.#take(',')) {
        this.#expect('}')
        break
      }
    }
    // Blanks and a line feed fill the header up to a round length.
    if (this.#text.slice(this.#position).trim() !== '') this.#fail('expected the end of the header')
    return fields
  }

  #value(key: string): HeaderValue {
    if (this.#take('True')) return true
    if (this.#take('False')) return false
    if (this.#take('(')) return this.#tuple()
    if (key === 'descr' && this.#take('[')) {
      this.#fail('expected an array of plain numbers, found one of fields', 'file-unsupported')
    }
    return this.#string()
  }

  #tuple(): readonly number[] {
    const extents: number[] = []
    while (!this.#take(')')) {
      const digits = /^\d{1,16}/.exec(this.#text.slice(this.#position, this.#position + 16))?.[0]
      if (digits === undefined || extents.length === mostAxes) {
        this.#fail(`expected at most ${mostAxes} non-negative integers as shape`)
      }
      this.#position += digits.length
      extents.push(Number(digits))
      if (!this.#take(',')) {
        this.#expect(')')
        break
      }
    }
    return extents
  }

  #string(): string {
    this.#skipBlanks()
    const quote = this.#text[this.#position]
    if (quote !== "'" && quote !== '"') this.#fail('expected a text in quotes')
    const end = this.#text.indexOf(quote, this.#position + 1)
    if (end === -1) this.#fail('expected the end of a text in quotes')
    const content = this.#text.slice(this.#position + 1, end)
    if (content.includes('\\')) this.#fail('expected a text without escapes')
    this.#position = end + 1
    return content
  }

  /** Whether `token` comes next, blanks aside; then it is read. */
  #take(token: string): boolean {
    this.#skipBlanks()
    if (!this.#text.startsWith(token, this.#position)) return false
    this.#position += token.length
    this.#skipBlanks()
    return true
  }

  #expect(token: string): void {
    if (!this.#take(token)) this.#fail(`expected ${quoted(token)} in the header`)
  }

  #skipBlanks(): void {
    while (this.#text[this.#position] === ' ') this.#position++
  }

  #fail(problem: string, code: 'file-corrupt' | 'file-unsupported' = 'file-corrupt'): never {
    throw fileError(this.#file, code, problem, `byte ${this.#begin + this.#position}`)
  }
}
