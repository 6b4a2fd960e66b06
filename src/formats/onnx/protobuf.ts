/**
 * The wire format of protobuf (protobuf.dev, "Encoding"): a message is a row of fields, each a tag (number and wire type)
 * and a value. Only what ONNX uses is read: varints, 4 and 8 bytes, and values with a length. Groups, which proto3 has
 * given up, are refused. Nothing is copied; nothing recurses: who wants a nested message opens its bytes.
 */
import { wireTypes } from '#shared/onnx/wire-types.ts'
import type { NamedFile } from '../file-error.ts'
import { onnxError } from './onnx-error.ts'

/** Bytes of one message, and where in the file they begin. */
export interface MessageBytes {
  readonly bytes: Uint8Array
  readonly begin: number
}

export interface ProtobufField {
  readonly number: number
  /** Byte of the file at which the field begins. */
  readonly at: number
  readonly value: { readonly kind: 'varint'; readonly value: bigint } | ({ readonly kind: ValueKind } & MessageBytes)
}

type ValueKind = 'fixed64' | 'length' | 'fixed32'

const mostVarintBytes = 10

/** The fields of a message, in order. Throws `AppException` `file-truncated`, `file-corrupt` or `file-unsupported`. */
export function* fieldsOf(file: NamedFile, message: MessageBytes): Generator<ProtobufField> {
  const cursor = new Cursor(file, message)
  while (!cursor.isAtEnd) {
    const at = cursor.at
    const tag = cursor.varint()
    const number = Number(tag >> 3n)
    if (number < 1 || tag >= 2n ** 32n) {
      throw onnxError(file, 'file-corrupt', 'expected the tag of a protobuf field, found something else', `byte ${at}`)
    }
    yield { number, at, value: valueOf(file, cursor, Number(tag & 7n), at) }
  }
}

function valueOf(file: NamedFile, cursor: Cursor, wireType: number, at: number): ProtobufField['value'] {
  switch (wireType) {
    case wireTypes.varint:
      return { kind: 'varint', value: cursor.varint() }
    case wireTypes.fixed64:
      return { kind: 'fixed64', ...cursor.bytes(8) }
    case wireTypes.length:
      return { kind: 'length', ...cursor.bytes(Number(cursor.varint())) }
    case wireTypes.fixed32:
      return { kind: 'fixed32', ...cursor.bytes(4) }
    default: {
      const problem = `expected a protobuf field of type 0, 1, 2 or 5, found type ${wireType}`
      throw onnxError(file, 'file-corrupt', problem, `byte ${at}`)
    }
  }
}

/** The integers of a repeated field: one alone, or all of them packed. As unsigned 64-bit numbers. */
export function varintsOf(file: NamedFile, { value, at }: ProtobufField): readonly bigint[] {
  if (value.kind === 'varint') return [value.value]
  if (value.kind !== 'length') throw wrongKind(file, 'integers', at)
  const cursor = new Cursor(file, value)
  const values: bigint[] = []
  while (!cursor.isAtEnd) values.push(cursor.varint())
  return values
}

/** Bytes of the numbers of a repeated field of 4 or 8 bytes: one alone, or all of them packed. */
export function fixedOf(file: NamedFile, { value, at }: ProtobufField, size: 4 | 8): Uint8Array {
  if (value.kind === (size === 4 ? 'fixed32' : 'fixed64')) return value.bytes
  if (value.kind === 'length' && value.bytes.byteLength % size === 0) return value.bytes
  throw wrongKind(file, `numbers of ${size} bytes`, at)
}

/** A signed 64-bit integer that is exact as a number. */
export function integerOf(file: NamedFile, { value, at }: ProtobufField): number {
  if (value.kind !== 'varint') throw wrongKind(file, 'an integer', at)
  return exactInteger(file, value.value, at)
}

export function exactInteger(file: NamedFile, unsigned: bigint, at: number): number {
  const number = Number(BigInt.asIntN(64, unsigned))
  if (Number.isSafeInteger(number)) return number
  throw onnxError(file, 'file-corrupt', `expected an integer below 2^53, found ${number}`, `byte ${at}`)
}

export function messageOf(file: NamedFile, { value, at }: ProtobufField): MessageBytes {
  if (value.kind === 'length') return value
  throw wrongKind(file, 'a message', at)
}

export function textOf(file: NamedFile, field: ProtobufField): string {
  const { bytes } = messageOf(file, field)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw onnxError(file, 'file-corrupt', 'expected UTF-8 text, found other bytes', `byte ${field.at}`)
  }
}

function wrongKind(file: NamedFile, expected: string, at: number) {
  return onnxError(file, 'file-corrupt', `expected ${expected} in a protobuf field, found another type`, `byte ${at}`)
}

class Cursor {
  readonly #file: NamedFile
  readonly #message: MessageBytes
  #position = 0

  constructor(file: NamedFile, message: MessageBytes) {
    this.#file = file
    this.#message = message
  }

  get at(): number {
    return this.#message.begin + this.#position
  }

  get isAtEnd(): boolean {
    return this.#position === this.#message.bytes.byteLength
  }

  /** Seven bits a byte, the lowest first; unsigned, 64 bits at most. */
  varint(): bigint {
    const at = this.at
    let value = 0n
    for (let byte = 0; byte < mostVarintBytes; byte++) {
      const next = this.#message.bytes[this.#position]
      if (next === undefined) {
        throw onnxError(this.#file, 'file-truncated', 'a number ends with its message', `byte ${this.at}`)
      }
      this.#position++
      value |= BigInt(next & 0x7f) << BigInt(7 * byte)
      if (next < 0x80) return BigInt.asUintN(64, value)
    }
    throw onnxError(this.#file, 'file-corrupt', `expected a number of at most ${mostVarintBytes} bytes`, `byte ${at}`)
  }

  bytes(length: number): MessageBytes {
    const left = this.#message.bytes.byteLength - this.#position
    if (length > left) {
      const problem = `expected ${length} bytes, found ${left} before the end of the message`
      throw onnxError(this.#file, 'file-truncated', problem, `byte ${this.at}`)
    }
    const begin = this.at
    const bytes = this.#message.bytes.subarray(this.#position, this.#position + length)
    this.#position += length
    return { bytes, begin }
  }
}
