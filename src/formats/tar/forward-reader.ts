import type { NamedFile } from '../file-error.ts'
import { openInflated, type InflatedFile } from './inflated.ts'

/** A gzip file, by its name in errors and what its content may grow to. */
export interface GzipFile extends NamedFile {
  readonly path: string
  readonly maxInflatedBytes: number
}

/**
 * Ranges of inflated gzip files, one file open at a time. Such a file can only be read forwards: ranges asked for in order
 * cost one pass, one that lies before the last starts anew.
 */
export class ForwardReader {
  #open: { readonly path: string; readonly inflated: InflatedFile } | undefined
  #queue: Promise<unknown> = Promise.resolve()

  /**
   * The caller has checked that `length` bytes may be held.
   * @param isLast nothing of this file follows: it is let go
   * Throws `AppException` with any of the `file-*` codes and `not-found`.
   */
  read(file: GzipFile, offset: number, length: number, isLast: boolean): Promise<Uint8Array> {
    const answer = this.#queue.then(() => this.#readNow(file, offset, length, isLast))
    // The next one waits for this one, however it ends.
    this.#queue = answer.catch(() => undefined)
    return answer
  }

  async #readNow(file: GzipFile, offset: number, length: number, isLast: boolean) {
    const { bytes } = this.#standingAt(file, offset)
    let isDone = isLast
    try {
      await bytes.skip(offset - bytes.position)
      return await bytes.take(length)
    } catch (cause) {
      isDone = true
      throw cause
    } finally {
      if (isDone) this.#close()
    }
  }

  #standingAt(file: GzipFile, offset: number): InflatedFile {
    if (this.#open?.path === file.path && this.#open.inflated.bytes.position <= offset) return this.#open.inflated
    this.#close()
    const inflated = openInflated(file.path, file, file.maxInflatedBytes)
    this.#open = { path: file.path, inflated }
    return inflated
  }

  #close(): void {
    this.#open?.inflated.close()
    this.#open = undefined
  }
}
