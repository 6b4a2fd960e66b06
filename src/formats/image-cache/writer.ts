import { createHash } from 'node:crypto'
import { mkdir, open, type FileHandle } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { SplitName } from '#shared/protocol/records.ts'
import { AppException, ok, type Result } from '#shared/basics/result.ts'
import { storageError } from '#shared/basics/storage-errors.ts'
import { systemError } from '../byte-source.ts'
import { asResult } from '../file-error.ts'
import {
  countImages,
  encodeHeader,
  HEADER_FILE,
  IMAGE_CACHE_VERSION,
  imageBytes,
  IMAGES_FILE,
  LABELS_FILE,
  type ImageCacheDescription,
  type ImageCacheHeader,
} from './header.ts'

type ImageCacheContent = Omit<ImageCacheDescription, 'splits'>

/** Some images of a data set with their classes, in order. */
export interface LabelledImages {
  /** [images, channels, height, width] */
  readonly images: Uint8Array
  /** One class index an image. */
  readonly labels: Uint8Array | Uint16Array
}

export interface ImageCacheSummary {
  readonly header: ImageCacheHeader
  /** Of header.json, which holds the sums of the two other files: one sum names all of it. */
  readonly sha256: string
  /** All files together. */
  readonly sizeBytes: number
}

/**
 * Writes a cache to `folder`, a temporary name which must not exist; the caller renames it. `parts` are taken one at a
 * time, so that a data set may be larger than memory. All files are flushed to disk.
 * Errors: `already-exists`, `file-unreadable`, `disk-full`, `dataset-invalid` when the parts do not fit the description.
 */
export function writeImageCache(
  folder: string,
  description: ImageCacheDescription,
  parts: Iterable<LabelledImages> | AsyncIterable<LabelledImages>,
): Promise<Result<ImageCacheSummary>> {
  return write(folder, description, parts, (count) => {
    const expected = countImages(description)
    if (count !== expected) throw invalid(`expected ${expected} images, got ${count}`, 'all images')
    return description.splits
  })
}

/** Images whose number nobody knows before the last is decoded. */
export interface FoundPart extends LabelledImages {
  readonly split: SplitName
}

/** The same for parts that say their split; they come in the order train, validation, test. Errors: the same. */
export function writeFoundImages(
  folder: string,
  content: ImageCacheContent,
  parts: AsyncIterable<FoundPart>,
): Promise<Result<ImageCacheSummary>> {
  const counts = { train: 0, validation: 0, test: 0 }
  async function* counted() {
    for await (const part of parts) {
      counts[part.split] += part.labels.length
      yield part
    }
  }
  return write(folder, content, counted(), (count) => ({
    train: { start: 0, count: counts.train },
    validation: { start: counts.train, count: counts.validation },
    test: { start: count - counts.test, count: counts.test },
  }))
}

function write(
  folder: string,
  content: ImageCacheContent,
  parts: Iterable<LabelledImages> | AsyncIterable<LabelledImages>,
  splitsOf: (count: number) => ImageCacheDescription['splits'],
): Promise<Result<ImageCacheSummary>> {
  return asResult(async () => {
    try {
      await mkdir(folder)
      const { sums, count: written } = await writeParts(folder, content, parts)
      const splits = splitsOf(written)
      const header: ImageCacheHeader = { ...content, splits, version: IMAGE_CACHE_VERSION, sha256: sums }
      const encoded = encodeHeader(header)
      const sha256 = await writeHeader(folder, encoded)
      const count = countImages(header)
      return ok({ header, sha256, sizeBytes: count * (imageBytes(header) + 2) + encoded.byteLength })
    } catch (cause) {
      throw writeError(folder, cause)
    }
  })
}

async function writeParts(
  folder: string,
  content: ImageCacheContent,
  parts: Iterable<LabelledImages> | AsyncIterable<LabelledImages>,
): Promise<{ readonly sums: ImageCacheHeader['sha256']; readonly count: number }> {
  const images = await HashedFile.create(join(folder, IMAGES_FILE))
  const labels = await HashedFile.create(join(folder, LABELS_FILE))
  try {
    let count = 0
    for await (const part of parts) {
      assertPart(content, part, count)
      await images.append(part.images)
      const wide = Uint16Array.from(part.labels)
      await labels.append(new Uint8Array(wide.buffer))
      count += part.labels.length
    }
    return { sums: { images: await images.finish(), labels: await labels.finish() }, count }
  } finally {
    await images.close()
    await labels.close()
  }
}

async function writeHeader(folder: string, encoded: Uint8Array): Promise<string> {
  const file = await HashedFile.create(join(folder, HEADER_FILE))
  try {
    await file.append(encoded)
    return await file.finish()
  } finally {
    await file.close()
  }
}

function assertPart(description: ImageCacheContent, part: LabelledImages, first: number): void {
  const expected = part.labels.length * imageBytes(description)
  if (part.images.byteLength !== expected) {
    const problem = `expected ${expected} bytes for ${part.labels.length} images, got ${part.images.byteLength}`
    throw invalid(problem, `images from ${first} on`)
  }
  const classes = description.classNames.length
  const wrong = part.labels.findIndex((label) => label >= classes)
  if (wrong !== -1) {
    throw invalid(`expected labels below ${classes}, got ${part.labels[wrong]}`, `image ${first + wrong}`)
  }
}

function invalid(problem: string, where: string): AppException {
  return new AppException({ code: 'dataset-invalid', message: `Data set: ${problem}`, where })
}

function writeError(folder: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !('code' in cause) || cause instanceof AppException) return cause
  if (cause.code === 'EEXIST') {
    return new AppException({ code: 'already-exists', message: `${basename(folder)} exists already`, where: folder })
  }
  if (storageError(cause)?.code === 'disk-full') {
    const remedy = 'Free some space and import the data set again.'
    return new AppException({ code: 'disk-full', message: 'No space left for the data set', where: folder, remedy })
  }
  return systemError({ name: basename(folder) }, folder, cause)
}

/** A new file that is hashed while it is written. */
class HashedFile {
  readonly #handle: FileHandle
  readonly #hash = createHash('sha256')
  #isClosed = false

  private constructor(handle: FileHandle) {
    this.#handle = handle
  }

  static async create(path: string): Promise<HashedFile> {
    return new HashedFile(await open(path, 'wx'))
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes)
    await this.#handle.appendFile(bytes)
  }

  /** Flushes, closes, and gives the SHA-256 of everything written. */
  async finish(): Promise<string> {
    await this.#handle.sync()
    await this.close()
    return this.#hash.digest('hex')
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#handle.close()
  }
}
