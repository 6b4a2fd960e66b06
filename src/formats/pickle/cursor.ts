import { fileError, type NamedFile } from '../file-error.ts'

/** Reads operands of pickle opcodes from one block of bytes; never beyond its end. */
export class PickleCursor {
  readonly file: NamedFile
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #isWholeFile: boolean
  #position: number

  /**
   * `bytes` starts at byte 0 of the file or archive entry that `file` names. `isWholeFile` is false when more follows
   * that was not read because no pickle of weights is that long.
   */
  constructor(file: NamedFile, bytes: Uint8Array, isWholeFile: boolean, start = 0) {
    this.file = file
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#isWholeFile = isWholeFile
    this.#position = start
  }

  get position(): number {
    return this.#position
  }

  uint8(): number {
    return this.#view.getUint8(this.#advance(1))
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true)
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true)
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true)
  }

  /** An unsigned 64-bit length; too large ones fail when the bytes are asked for. */
  length64(): number {
    return Number(this.#view.getBigUint64(this.#advance(8), true))
  }

  /** Pickle's only big-endian operand. */
  float64(): number {
    return this.#view.getFloat64(this.#advance(8), false)
  }

  bytes(length: number): Uint8Array {
    const start = this.#advance(length)
    return this.#bytes.subarray(start, start + length)
  }

  text(length: number): string {
    const start = this.#position
    const bytes = this.bytes(length)
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch {
      throw fileError(this.file, 'file-corrupt', 'expected UTF-8 text in the pickle', `byte ${start}`)
    }
  }

  /** Text up to a line feed, which is read too. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#position)
    if (end === -1) this.#advance(this.#bytes.byteLength - this.#position + 1)
    const text = this.text(end - this.#position)
    this.#position += 1
    return text
  }

  /** A two's-complement little-endian integer, as a number when it is exact. */
  integer(length: number): number | bigint {
    const bytes = this.bytes(length)
    let value = 0n
    for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte)
    value = BigInt.asIntN(8 * length, value)
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : value
  }

  #advance(length: number): number {
    const start = this.#position
    if (length > this.#bytes.byteLength - start) {
      const available = this.#bytes.byteLength - start
      if (!this.#isWholeFile) {
        const problem = `expected a pickle of at most ${this.#bytes.byteLength} bytes, found a longer one`
        throw fileError(this.file, 'file-unsafe', problem, `byte ${start}`)
      }
      const problem = `expected ${length} more bytes of pickle, found ${available} before the end`
      throw fileError(this.file, 'file-truncated', problem, `byte ${start}`)
    }
    this.#position = start + length
    return start
  }
}
