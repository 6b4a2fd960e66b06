import { fileError } from '../file-error.ts'
import type { ByteSource } from '../byte-source.ts'
import type { TarBytes } from './entries.ts'

/** The bytes of a plain archive: what is skipped is not read. */
export class SeekingBytes implements TarBytes {
  readonly #source: ByteSource
  #position = 0

  constructor(source: ByteSource) {
    this.#source = source
  }

  get position(): number {
    return this.#position
  }

  /** Throws `file-truncated`. */
  async take(length: number): Promise<Uint8Array> {
    const taken = await this.#source.read(this.#position, length)
    this.#position += length
    return taken
  }

  /** Throws `file-truncated`. */
  async skip(length: number): Promise<void> {
    const end = this.#position + length
    if (end > this.#source.size) {
      const problem = `expected ${length} more bytes, found the end of the archive at byte ${this.#source.size}`
      throw fileError(this.#source, 'file-truncated', problem, `byte ${this.#position} of the archive`)
    }
    this.#position = end
  }
}
