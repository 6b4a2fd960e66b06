import { fileError, type NamedFile } from '../file-error.ts'

/** Takes exact numbers of bytes from a stream of pieces. */
export class ByteQueue {
  readonly #file: NamedFile
  readonly #pieces: AsyncIterator<Uint8Array>
  #piece: Uint8Array = new Uint8Array()
  #position = 0

  constructor(file: NamedFile, pieces: AsyncIterable<Uint8Array>) {
    this.#file = file
    this.#pieces = pieces[Symbol.asyncIterator]()
  }

  /** Bytes taken or skipped so far. */
  get position(): number {
    return this.#position
  }

  /** A copy of the next `length` bytes; the caller has checked that so much may be held. */
  async take(length: number): Promise<Uint8Array> {
    const taken = new Uint8Array(length)
    let filled = 0
    await this.#consume(length, (part) => {
      taken.set(part, filled)
      filled += part.byteLength
    })
    return taken
  }

  async skip(length: number): Promise<void> {
    await this.#consume(length, () => undefined)
  }

  async #consume(length: number, use: (part: Uint8Array) => void): Promise<void> {
    let missing = length
    while (missing > 0) {
      if (this.#piece.byteLength === 0) await this.#refill(missing)
      const part = this.#piece.subarray(0, missing)
      this.#piece = this.#piece.subarray(part.byteLength)
      this.#position += part.byteLength
      missing -= part.byteLength
      use(part)
    }
  }

  async #refill(missing: number): Promise<void> {
    const next = await this.#pieces.next()
    if (next.done === true) {
      const problem = `expected ${missing} more bytes, found the end of the archive`
      throw fileError(this.#file, 'file-truncated', problem, `byte ${this.#position} of the inflated archive`)
    }
    this.#piece = next.value
  }
}
