/**
 * Writes one message of protobuf: a row of fields, each a tag (number and wire type) and a value. Bytes that are given are
 * copied once, when the outermost message is finished.
 */
import { utf8 } from '../basics/utf8.ts'
import { wireTypes, type WireType } from './wire-types.ts'

export class MessageWriter {
  readonly #parts: Uint8Array[] = []
  #sizeBytes = 0

  /** A whole number that is exact; a negative one takes ten bytes, as int32 and int64 do. Throws `RangeError`. */
  integer(field: number, value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError(`field ${field} cannot hold ${value}`)
    const small: number[] = []
    pushTag(small, field, wireTypes.varint)
    if (value >= 0) pushVarint(small, value)
    else pushNegative(small, value)
    this.#add(Uint8Array.from(small))
  }

  float(field: number, value: number): void {
    const bytes = new Uint8Array(5)
    bytes[0] = field * 8 + wireTypes.fixed32
    new DataView(bytes.buffer).setFloat32(1, value, true)
    this.#add(bytes)
  }

  text(field: number, value: string): void {
    this.bytes(field, utf8(value))
  }

  /** `value` must stay as it is until the message is finished. */
  bytes(field: number, value: Uint8Array): void {
    this.#addLength(field, value.byteLength)
    this.#add(value)
  }

  message(field: number, write: (message: MessageWriter) => void): void {
    const message = new MessageWriter()
    write(message)
    this.#addLength(field, message.#sizeBytes)
    for (const part of message.#parts) this.#parts.push(part)
    this.#sizeBytes += message.#sizeBytes
  }

  finish(): Uint8Array {
    const bytes = new Uint8Array(this.#sizeBytes)
    let at = 0
    for (const part of this.#parts) {
      bytes.set(part, at)
      at += part.byteLength
    }
    return bytes
  }

  #addLength(field: number, length: number): void {
    const small: number[] = []
    pushTag(small, field, wireTypes.length)
    pushVarint(small, length)
    this.#add(Uint8Array.from(small))
  }

  #add(part: Uint8Array): void {
    this.#parts.push(part)
    this.#sizeBytes += part.byteLength
  }
}

function pushTag(bytes: number[], field: number, wireType: WireType): void {
  pushVarint(bytes, field * 8 + wireType)
}

/** Seven bits a byte, the lowest first; all but the last have the highest bit. */
function pushVarint(bytes: number[], value: number): void {
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80)
    rest = Math.floor(rest / 0x80)
  }
  bytes.push(rest)
}

/** As an unsigned number of 64 bits (two's complement). */
function pushNegative(bytes: number[], value: number): void {
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest >= 0x80n) {
    bytes.push(Number(rest % 0x80n) + 0x80)
    rest /= 0x80n
  }
  bytes.push(Number(rest))
}
