/** Thrift's compact protocol, in which Parquet writes its footer and page headers, read with a limit on everything. */
import { fileError, type NamedFile } from '../file-error.ts'

export type ThriftValue = boolean | number | Uint8Array | readonly ThriftValue[] | ThriftStruct
/** Values by field number. */
export type ThriftStruct = ReadonlyMap<number, ThriftValue>

/** A footer of a thousand row groups has some 200,000 values. */
const MAX_VALUES = 1_000_000
const MAX_DEPTH = 32
/** Of a variable-length integer of 64 bits. */
const MAX_INTEGER_BYTES = 10

const type = { stop: 0, yes: 1, no: 2, i8: 3, i16: 4, i32: 5, i64: 6, double: 7, binary: 8, list: 9, set: 10, struct: 12 } as const // prettier-ignore

/**
 * The struct at the start of `bytes`, and how many bytes it takes.
 * @param at what is read, for errors: a word before `byte N`
 * Throws `file-corrupt`, `file-truncated`, and `file-unsafe` for a million values.
 */
export function parseThrift(file: NamedFile, bytes: Uint8Array, at: string) {
  const reader = new ThriftReader(file, bytes, at)
  const value = reader.struct(0)
  return { value, length: reader.position }
}

class ThriftReader {
  readonly #file: NamedFile
  readonly #view: DataView
  readonly #at: string
  #position = 0
  #values = 0

  constructor(file: NamedFile, bytes: Uint8Array, at: string) {
    this.#file = file
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#at = at
  }

  get position(): number {
    return this.#position
  }

  struct(depth: number): ThriftStruct {
    if (depth > MAX_DEPTH) throw this.#corrupt(`expected at most ${MAX_DEPTH} structs in each other, found more`)
    const fields = new Map<number, ThriftValue>()
    for (let id = 0; ;) {
      const head = this.#byte()
      const kind = head & 0x0f
      if (kind === type.stop) return fields
      id = head >> 4 === 0 ? this.#integer() : id + (head >> 4)
      fields.set(id, this.#value(kind, depth))
    }
  }

  #value(kind: number, depth: number): ThriftValue {
    this.#values++
    if (this.#values > MAX_VALUES) {
      throw fileError(this.#file, 'file-unsafe', `expected at most ${MAX_VALUES} values, found more`, this.#where())
    }
    switch (kind) {
      case type.yes:
        return true
      case type.no:
        return false
      case type.i8:
        return (this.#byte() << 24) >> 24
      case type.i16:
      case type.i32:
      case type.i64:
        return this.#integer()
      case type.double:
        return this.#view.getFloat64(this.#advance(8), true)
      case type.binary: {
        const length = this.#length()
        return new Uint8Array(this.#view.buffer, this.#view.byteOffset + this.#advance(length), length)
      }
      case type.list:
      case type.set:
        return this.#list(depth + 1)
      case type.struct:
        return this.struct(depth + 1)
      default:
        throw this.#corrupt(`expected a type of Thrift's, found ${kind}`)
    }
  }

  #list(depth: number): readonly ThriftValue[] {
    if (depth > MAX_DEPTH) throw this.#corrupt(`expected at most ${MAX_DEPTH} lists in each other, found more`)
    const head = this.#byte()
    const kind = head & 0x0f
    const length = head >> 4 === 15 ? this.#length() : head >> 4
    // Every element takes a byte at least.
    if (length > this.#view.byteLength - this.#position) throw this.#truncated(length)
    const isBoolean = kind === type.yes || kind === type.no
    const list: ThriftValue[] = []
    for (let i = 0; i < length; i++) list.push(isBoolean ? this.#byte() === 1 : this.#value(kind, depth))
    return list
  }

  #length(): number {
    return Number(this.#unsigned())
  }

  /** Zigzag: the sign is the lowest bit. */
  #integer(): number {
    const bits = this.#unsigned()
    const value = Number((bits >> 1n) ^ -(bits & 1n))
    if (!Number.isSafeInteger(value)) throw this.#corrupt(`expected an integer below 2^53, found ${value}`)
    return value
  }

  #unsigned(): bigint {
    let value = 0n
    for (let i = 0; i < MAX_INTEGER_BYTES; i++) {
      const byte = this.#byte()
      value |= BigInt(byte & 0x7f) << BigInt(7 * i)
      if (byte < 0x80) return value
    }
    throw this.#corrupt(`expected an integer of at most ${MAX_INTEGER_BYTES} bytes, found more`)
  }

  #byte(): number {
    return this.#view.getUint8(this.#advance(1))
  }

  /** The position before it moved. */
  #advance(length: number): number {
    const position = this.#position
    if (length > this.#view.byteLength - position) throw this.#truncated(length)
    this.#position += length
    return position
  }

  #where(): string {
    return `${this.#at}, byte ${this.#position}`
  }

  #truncated(length: number) {
    const problem = `expected ${length} more bytes of the ${this.#at}, found its end`
    return fileError(this.#file, 'file-truncated', problem, this.#where())
  }

  #corrupt(problem: string) {
    return fileError(this.#file, 'file-corrupt', problem, this.#where())
  }
}

/** Fields of a struct by number, with the type that is expected. Throws `file-corrupt`. */
export class ThriftFields {
  readonly #file: NamedFile
  readonly #struct: ThriftStruct
  readonly #at: string

  constructor(file: NamedFile, value: ThriftValue | undefined, at: string) {
    this.#file = file
    this.#at = at
    if (!(value instanceof Map)) throw this.#wrong('a struct')
    this.#struct = value
  }

  has(id: number): boolean {
    return this.#struct.has(id)
  }

  struct(id: number, name: string): ThriftFields {
    return new ThriftFields(this.#file, this.#struct.get(id), `${this.#at}, ${name}`)
  }

  structs(id: number, name: string): readonly ThriftFields[] {
    return this.list(id, name).map((value, i) => new ThriftFields(this.#file, value, `${this.#at}, ${name} ${i}`))
  }

  list(id: number, name: string): readonly ThriftValue[] {
    const value = this.#struct.get(id)
    if (!Array.isArray(value)) throw this.#wrong(`a list of ${name}`)
    // Array.isArray forgets what it knew.
    return value as readonly ThriftValue[]
  }

  /** A whole number that is not negative. */
  count(id: number, name: string): number {
    const value = this.#struct.get(id)
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) throw this.#wrong(`a count of ${name}`)
    return value
  }

  countOr<T>(id: number, name: string, otherwise: T): number | T {
    return this.has(id) ? this.count(id, name) : otherwise
  }

  flag(id: number, otherwise: boolean): boolean {
    const value = this.#struct.get(id)
    return typeof value === 'boolean' ? value : otherwise
  }

  text(id: number, name: string): string {
    return textOf(this.#struct.get(id)) ?? this.#fail(`a text, its ${name}`)
  }

  texts(id: number, name: string): readonly string[] {
    return this.list(id, name).map((value) => textOf(value) ?? this.#fail(`texts, its ${name}`))
  }

  #fail(expected: string): never {
    throw this.#wrong(expected)
  }

  #wrong(expected: string) {
    return fileError(this.#file, 'file-corrupt', `${this.#at}: expected ${expected}`, this.#at)
  }
}

function textOf(value: ThriftValue | undefined): string | undefined {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : undefined
}
