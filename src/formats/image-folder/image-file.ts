import { join } from 'node:path'
import type { SplitName } from '#shared/records.ts'
import { AppException } from '#shared/result.ts'
import { openFileSource } from '../byte-source.ts'
import { fileError } from '../file-error.ts'
import type { FoundImage } from '../image-set/plan.ts'

const MAX_FILE_BYTES = 32 * 2 ** 20

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
    return readSmallFile(join(this.#folder, this.name), MAX_FILE_BYTES, 'file-unsupported')
  }
}

/** The whole of a file of at most `maxBytes`; `code` is what a larger one is. Throws `AppException`. */
export async function readSmallFile(
  path: string,
  maxBytes: number,
  code: 'file-unsupported' | 'file-unsafe',
): Promise<Uint8Array> {
  const opened = await openFileSource(path)
  if (!opened.ok) throw new AppException(opened.error)
  const file = opened.value
  try {
    if (file.size > maxBytes) {
      throw fileError(file, code, `expected at most ${maxBytes} bytes, found ${file.size}`, 'byte 0')
    }
    return await file.read(0, file.size)
  } finally {
    await file.close()
  }
}
