/** Turns a folder of images into the studio's cache: decoded, resized, cropped, in the order train, validation, test. */
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { splitNames, type ImportSplit, type SkippedFiles } from '#shared/records.ts'
import { ok, toAppError, type AppException, type Result } from '#shared/result.ts'
import { openFileSource } from '../byte-source.ts'
import { asResult, fileError } from '../file-error.ts'
import { writeFoundImages, type FoundPart, type ImageCacheSummary } from '../image-cache/writer.ts'
import { decodersAtOnce, openImageDecoder, type ImageDecoder } from './decode.ts'
import { findImages, type FoundImage } from './find-images.ts'
import { mapLimited } from './map-limited.ts'
import { SkippedList } from './skipped.ts'
import { centreSquare } from './square.ts'

export interface ImageFolderOptions {
  /** Side of the stored squares in pixels; networks that look at less take the centre. */
  readonly size: number
  readonly split: ImportSplit
  readonly onProgress: (done: number, total: number) => void
}

export interface ConvertedImages extends ImageCacheSummary {
  readonly skipped: SkippedFiles
}

const damage: readonly string[] = ['file-corrupt', 'file-truncated']
const MAX_FILE_BYTES = 32 * 2 ** 20
/** Files held in memory at once. */
const IMAGES_A_PART = 16

/**
 * Reads the images below `folder` (docs: README, Data sets in) and writes the cache to `cacheFolder`, which must not
 * exist. Files that cannot be used are listed in `skipped`. Errors: `dataset-invalid` when no layout is recognised or no
 * image is left, `executor-unavailable` without the decoder, and those of the writer.
 */
export function convertImageFolder(
  folder: string,
  cacheFolder: string,
  options: ImageFolderOptions,
): Promise<Result<ConvertedImages>> {
  return asResult(async () => {
    const skipped = new SkippedList()
    const found = await findImages(folder, options.split, skipped)
    const decode = await openImageDecoder()
    const description = {
      kind: 'image-folder' as const,
      classNames: found.classNames,
      imageShape: [3, options.size, options.size] as const,
      evidence: `${found.layout}; shorter side resized to ${options.size} pixels, centre kept`,
    }
    const parts = decodedParts(found.images, decode, skipped, options)
    const written = await writeFoundImages(cacheFolder, description, parts)
    if (!written.ok) return written
    const { splits } = written.value.header
    if (splitNames.every((split) => splits[split].count === 0)) throw nothingLeft(folder, skipped.value)
    return ok({ ...written.value, skipped: skipped.value })
  })
}

async function* decodedParts(
  images: readonly FoundImage[],
  decode: ImageDecoder,
  skipped: SkippedList,
  { size, onProgress }: ImageFolderOptions,
): AsyncGenerator<FoundPart> {
  const duplicates = new Duplicates()
  let done = 0
  onProgress(0, images.length)
  for (const split of splitNames) {
    const ofSplit = images.filter((image) => image.split === split)
    for (let start = 0; start < ofSplit.length; start += IMAGES_A_PART) {
      const wanted = ofSplit.slice(start, start + IMAGES_A_PART)
      const files = await Promise.all(wanted.map((image) => readImage(image, skipped)))
      const fresh = files.filter((file) => file !== undefined).filter((file) => duplicates.isNew(file, skipped))
      const squares = await mapLimited(fresh, decodersAtOnce, (file) => decodeSquare(file, decode, size, skipped))
      const usable = squares.filter((square) => square !== undefined)
      done += wanted.length
      onProgress(done, images.length)
      if (usable.length === 0) continue
      const pixels = new Uint8Array(usable.length * 3 * size * size)
      usable.forEach((square, i) => pixels.set(square.pixels, i * 3 * size * size))
      yield { split, images: pixels, labels: Uint16Array.from(usable, ({ label }) => label) }
    }
  }
}

interface ReadImage extends FoundImage {
  readonly bytes: Uint8Array
}

async function readImage(image: FoundImage, skipped: SkippedList): Promise<ReadImage | undefined> {
  const opened = await openFileSource(image.path)
  if (!opened.ok) {
    skipped.add({ file: image.name, reason: 'damaged', detail: opened.error.message })
    return undefined
  }
  const file = opened.value
  try {
    if (file.size <= MAX_FILE_BYTES) return { ...image, bytes: await file.read(0, file.size) }
    const detail = `expected at most ${MAX_FILE_BYTES} bytes, found ${file.size}`
    skipped.add({ file: image.name, reason: 'unsupported', detail })
    return undefined
  } finally {
    await file.close()
  }
}

async function decodeSquare(
  { name, label, bytes }: ReadImage,
  decode: ImageDecoder,
  size: number,
  skipped: SkippedList,
): Promise<{ readonly label: number; readonly pixels: Uint8Array } | undefined> {
  try {
    return { label, pixels: centreSquare(await decode({ name: basename(name) }, bytes), size) }
  } catch (cause) {
    const { code, message } = toAppError(cause)
    // Anything else is no fault of this file.
    if (!code.startsWith('file-')) throw cause
    skipped.add({ file: name, reason: damage.includes(code) ? 'damaged' : 'unsupported', detail: message })
    return undefined
  }
}

/** Finds files of equal content: the first stays, so that no image stands in two splits. */
class Duplicates {
  readonly #first = new Map<string, { readonly name: string; readonly label: number }>()

  isNew({ name, label, bytes }: ReadImage, skipped: SkippedList): boolean {
    const sum = createHash('sha256').update(bytes).digest('base64')
    const first = this.#first.get(sum)
    if (first === undefined) {
      this.#first.set(sum, { name, label })
      return true
    }
    const isSame = first.label === label
    const detail = `same content as ${first.name}${isSame ? '' : ', which is of another class'}`
    skipped.add({ file: name, reason: isSame ? 'duplicate' : 'mislabelled', detail })
    return false
  }
}

function nothingLeft(folder: string, { count, files }: SkippedFiles): AppException {
  const [first] = files
  const example = first === undefined ? '' : `, the first ${first.file}: ${first.detail}`
  const problem = `expected images, found none that can be used (${count} left out${example})`
  return fileError({ name: basename(folder) }, 'dataset-invalid', problem, 'all images')
}
