import { join } from 'node:path'
import type { SplitName } from '#shared/protocol/records.ts'
import { withFileSource } from '../byte-source.ts'
import { fileError } from '../file-error.ts'
import type { FoundImage } from '../image-set/found-set.ts'

/** Of an encoded image, wherever it lies. */
export const MAX_IMAGE_BYTES = 32 * 2 ** 20

/** An image that lies in a file of its own. */
export class ImageFile implements FoundImage {
  readonly name: string
  readonly given: SplitName | undefined
  readonly classIndex: number
  readonly #folder: string

  /** @param name below `folder`, with slashes */
  constructor(folder: string, name: string, classIndex: number, given: SplitName | undefined) {
    this.#folder = folder
    this.name = name
    this.classIndex = classIndex
    this.given = given
  }

  /** Errors: `not-found`, `file-unreadable`, `file-unsupported` for more than 32 MiB. */
  read(): Promise<Uint8Array> {
    return readSmallFile(join(this.#folder, this.name), MAX_IMAGE_BYTES, 'file-unsupported')
  }
}

/** The whole of a file of at most `maxBytes`; `code` is what a larger one is. Throws `AppException`. */
export function readSmallFile(
  path: string,
  maxBytes: number,
  code: 'file-unsupported' | 'file-unsafe',
): Promise<Uint8Array> {
  return withFileSource(path, async (file) => {
    if (file.size <= maxBytes) return file.read(0, file.size)
    throw fileError(file, code, `expected at most ${maxBytes} bytes, found ${file.size}`, 'byte 0')
  })
}
