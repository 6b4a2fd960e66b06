/** Bytes that belong to several things one after another: joined by who writes them, taken in turn by who reads them. */
import { joinBytes } from '../join-bytes.ts'

export class PartsToWrite {
  readonly #parts: Uint8Array[] = []

  add({ buffer, byteOffset, byteLength }: Uint8Array | Uint16Array | Float32Array): void {
    this.#parts.push(new Uint8Array(buffer, byteOffset, byteLength))
  }

  joined(): Uint8Array {
    return joinBytes(this.#parts)
  }
}

export class PartsToRead {
  readonly #bytes: Uint8Array
  #at = 0

  /** @param bytes as many as will be taken: whoever opened the file has checked that */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  take(count: number): Uint8Array {
    return this.#bytes.subarray(this.#at, (this.#at += count))
  }

  /** A copy, because typed arrays need an aligned start; every platform of the studio is little-endian. */
  halves(count: number): Uint16Array {
    return new Uint16Array(Uint8Array.from(this.take(2 * count)).buffer)
  }
}
