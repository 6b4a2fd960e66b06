/**
 * An exact range coder (Martin 1979) over integer frequencies: a symbol that has `size` of `total` parts costs
 * log2(total / size) bits, and a whole stream one byte more than its symbols at most. docs/format.md defines it; all
 * arithmetic stays below 2^49, exact in a double.
 */
import type { AppException } from '#shared/basics/result.ts'

/** The interval starts as [0, 2^48) and never gets narrower than 2^40: totals up to 2^20 lose nothing that counts. */
const widest = 2 ** 48
const narrowest = 2 ** 40
/** Chances of bits count parts of this many. */
export const chanceParts = 2 ** 16
/** Bytes a decoder is ahead of the encoder. */
const codeBytes = 6

export class RangeEncoder {
  #bytes = new Uint8Array(1024)
  #length = 0
  #low = 0
  #range = widest

  /** The symbol that owns [start, start + size) of [0, total). */
  encode(start: number, size: number, total: number): void {
    const step = Math.floor(this.#range / total)
    this.#low += step * start
    this.#range = step * size
    if (this.#low >= widest) {
      this.#low -= widest
      this.#carry()
    }
    while (this.#range < narrowest) this.#shift()
  }

  /** @param chance that the bit is 1, of `chanceParts`, neither none nor all */
  encodeBit(bit: number, chance: number): void {
    const ones = Math.floor(this.#range / chanceParts) * chance
    if (bit === 1) this.#range = ones
    else {
      this.#low += ones
      this.#range -= ones
      if (this.#low >= widest) {
        this.#low -= widest
        this.#carry()
      }
    }
    while (this.#range < narrowest) this.#shift()
  }

  /** The stream: all bytes so far and the one that names a value inside the last interval. */
  finish(): Uint8Array<ArrayBuffer> {
    const head = Math.ceil(this.#low / narrowest)
    if (head === 256) this.#carry()
    this.#push(head % 256)
    return this.#bytes.slice(0, this.#length)
  }

  /** Sends the top byte of `low`. */
  #shift(): void {
    const head = Math.floor(this.#low / narrowest)
    this.#push(head)
    this.#low = (this.#low - head * narrowest) * 256
    this.#range *= 256
  }

  #carry(): void {
    let at = this.#length - 1
    while (this.#bytes[at] === 255) this.#bytes[at--] = 0
    this.#bytes[at] = (this.#bytes[at] ?? 0) + 1
  }

  #push(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const grown = new Uint8Array(2 * this.#length)
      grown.set(this.#bytes)
      this.#bytes = grown
    }
    this.#bytes[this.#length++] = byte
  }
}

/**
 * Reads what `RangeEncoder` wrote. A symbol takes two calls: `target`, then `take` of the symbol found there; a bit takes
 * one.
 */
export class RangeDecoder {
  readonly #bytes: Uint8Array
  readonly #corrupt: (problem: string) => AppException
  #position = 0
  #code = 0
  #range = widest
  #step = 0

  /** @param corrupt makes the error for a stream that no encoder writes */
  constructor(bytes: Uint8Array, corrupt: (problem: string) => AppException) {
    this.#bytes = bytes
    this.#corrupt = corrupt
    for (let i = 0; i < codeBytes; i++) this.#code = this.#code * 256 + this.#next()
  }

  /** A number in [0, total) that lies inside the next symbol's part. Throws when there can be none. */
  target(total: number): number {
    this.#step = Math.floor(this.#range / total)
    const target = Math.floor(this.#code / this.#step)
    if (target >= total) throw this.#corrupt('its coded stream leaves the range of its symbols')
    return target
  }

  /** The symbol that owns [start, start + size), around the last target. */
  take(start: number, size: number): void {
    this.#code -= this.#step * start
    this.#range = this.#step * size
    while (this.#range < narrowest) {
      this.#code = this.#code * 256 + this.#next()
      this.#range *= 256
    }
  }

  /** The next bit. @param chance that it is 1, of `chanceParts` */
  decodeBit(chance: number): number {
    const ones = Math.floor(this.#range / chanceParts) * chance
    const bit = this.#code < ones ? 1 : 0
    if (bit === 1) this.#range = ones
    else {
      this.#code -= ones
      this.#range -= ones
    }
    while (this.#range < narrowest) {
      this.#code = this.#code * 256 + this.#next()
      this.#range *= 256
    }
    return bit
  }

  /** Bytes that the encoder had sent when it was where the decoder is. */
  get sentBytes(): number {
    return this.#position - codeBytes
  }

  /** Throws unless the stream ends exactly with the last symbol taken, as an encoder ends it. */
  assertEnd(): void {
    const expected = this.#position - codeBytes + 1
    if (expected !== this.#bytes.byteLength) {
      throw this.#corrupt(`expected a coded stream of ${expected} bytes, found ${this.#bytes.byteLength}`)
    }
    if (this.#code >= narrowest) throw this.#corrupt('its coded stream does not end where its last symbol does')
  }

  /** Zeros follow the end. */
  #next(): number {
    return this.#bytes[this.#position++] ?? 0
  }
}
