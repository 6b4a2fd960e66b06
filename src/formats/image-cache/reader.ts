import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { SplitName } from '#shared/protocol/records.ts'
import { AppException, ok, type Result } from '#shared/basics/result.ts'
import { openFileSource, type ByteSource, type FileSource } from '../byte-source.ts'
import { asResult, fileError } from '../file-error.ts'
import {
  countImages,
  HEADER_FILE,
  imageBytes,
  IMAGES_FILE,
  LABELS_FILE,
  MAX_HEADER_BYTES,
  parseImageCacheHeader,
  type ImageCacheHeader,
} from './header.ts'

const REMEDY = 'Import the data set again.'
const HASH_PIECE_BYTES = 2 ** 24
const LABEL_BYTES = 2

/** Images of one split, in memory. */
export interface SplitImages {
  /** [images, channels, height, width] */
  readonly images: Uint8Array
  /** One class index an image. */
  readonly labels: Uint16Array
}

/** An open cache. Labels are in memory, images are read from disk when asked for. Whoever opened it closes it. */
export class ImageCache {
  readonly header: ImageCacheHeader
  /** SHA-256 of header.json: the name of this content. */
  readonly sha256: string
  readonly #images: FileSource
  readonly #labelSource: FileSource
  readonly #labels: Uint16Array

  constructor(
    header: ImageCacheHeader,
    sha256: string,
    images: FileSource,
    labelSource: FileSource,
    labels: Uint16Array,
  ) {
    this.header = header
    this.sha256 = sha256
    this.#images = images
    this.#labelSource = labelSource
    this.#labels = labels
  }

  /** Class index of each image of a split; shared memory, do not write to it. */
  labels(split: SplitName): Uint16Array {
    const { start, count } = this.header.splits[split]
    return this.#labels.subarray(start, start + count)
  }

  /**
   * The images at these positions of a split, in this order: [indices, channels, height, width]. Neighbours are read
   * together. Errors: `invalid-argument` for a position outside, and those of the file.
   */
  readImages(split: SplitName, indices: ArrayLike<number>): Promise<Result<Uint8Array>> {
    return asResult(async () => {
      const { start, count } = this.header.splits[split]
      const size = imageBytes(this.header)
      const batch = new Uint8Array(indices.length * size)
      for (let i = 0; i < indices.length;) {
        const first = indices[i] ?? -1
        let length = 1
        while (i + length < indices.length && indices[i + length] === first + length) length++
        if (!Number.isInteger(first) || first < 0 || first + length > count) {
          const message = `Images ${first} to ${first + length - 1} are not among the ${count} of split ${split}`
          throw new AppException({ code: 'invalid-argument', message })
        }
        batch.set(await this.#images.read((start + first) * size, length * size), i * size)
        i += length
      }
      return ok(batch)
    })
  }

  /** The first `limit` images of a split with their labels; all of them without `limit`. */
  loadSplit(split: SplitName, limit = Infinity): Promise<Result<SplitImages>> {
    return asResult(async () => {
      const { start, count } = this.header.splits[split]
      const size = imageBytes(this.header)
      const length = Math.min(count, limit)
      const images = await this.#images.read(start * size, length * size)
      return ok({ images, labels: this.labels(split).slice(0, length) })
    })
  }

  /** Reads everything and compares it with the header's sums. Errors: `file-corrupt` and those of the files. */
  verify(): Promise<Result<undefined>> {
    return asResult(async () => {
      await assertSum(this.#images, this.header.sha256.images)
      await assertSum(this.#labelSource, this.header.sha256.labels)
      return ok(undefined)
    })
  }

  async close(): Promise<void> {
    await this.#images.close()
    await this.#labelSource.close()
  }
}

/**
 * Opens a cache folder; checks header, file sizes and labels, but not the sums (`verify` does).
 * Errors: `not-found`, `file-unreadable`, `file-truncated`, `file-corrupt`, `file-unsupported`.
 */
export function openImageCache(folder: string): Promise<Result<ImageCache>> {
  return asResult(async () => {
    const opened: FileSource[] = []
    const openNext = async (name: string): Promise<FileSource> => {
      const file = await openFileSource(join(folder, name))
      if (!file.ok) throw new AppException(file.error)
      opened.push(file.value)
      return file.value
    }
    try {
      const headerFile = await openNext(HEADER_FILE)
      const encoded = await readHeader(headerFile)
      const header = parseImageCacheHeader(headerFile, encoded)
      const count = countImages(header)
      const images = await openNext(IMAGES_FILE)
      assertSize(images, count * imageBytes(header))
      const labelSource = await openNext(LABELS_FILE)
      assertSize(labelSource, count * LABEL_BYTES)
      const labels = await readLabels(labelSource, header.classNames.length)
      await headerFile.close()
      const sha256 = createHash('sha256').update(encoded).digest('hex')
      return ok(new ImageCache(header, sha256, images, labelSource, labels))
    } catch (cause) {
      for (const file of opened) await file.close()
      throw cause
    }
  })
}

async function readHeader(file: ByteSource): Promise<Uint8Array> {
  if (file.size <= MAX_HEADER_BYTES) return file.read(0, file.size)
  const problem = `expected a header of at most ${MAX_HEADER_BYTES} bytes, found ${file.size}`
  throw fileError(file, 'file-corrupt', problem, 'byte 0', REMEDY)
}

function assertSize(file: ByteSource, expected: number): void {
  if (file.size === expected) return
  const code = file.size < expected ? 'file-truncated' : 'file-corrupt'
  const at = `byte ${Math.min(file.size, expected)}`
  throw fileError(file, code, `expected ${expected} bytes, found ${file.size}`, at, REMEDY)
}

async function readLabels(file: ByteSource, classes: number): Promise<Uint16Array> {
  // A copy, because a view of 16-bit numbers needs an even offset.
  const labels = new Uint16Array(new Uint8Array(await file.read(0, file.size)).buffer)
  const wrong = labels.findIndex((label) => label >= classes)
  if (wrong === -1) return labels
  const problem = `expected labels below ${classes}, found ${labels[wrong]} for image ${wrong}`
  throw fileError(file, 'file-corrupt', problem, `byte ${wrong * LABEL_BYTES}`, REMEDY)
}

async function assertSum(file: ByteSource, expected: string): Promise<void> {
  const hash = createHash('sha256')
  for (let offset = 0; offset < file.size; offset += HASH_PIECE_BYTES) {
    hash.update(await file.read(offset, Math.min(HASH_PIECE_BYTES, file.size - offset)))
  }
  const found = hash.digest('hex')
  if (found === expected) return
  const problem = `expected SHA-256 ${expected}, found ${found}: its bytes have changed`
  throw fileError(file, 'file-corrupt', problem, 'all bytes', REMEDY)
}
