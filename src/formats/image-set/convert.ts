/** Turns planned images into the studio's cache: decoded, resized, cropped, in the order train, validation, test. */
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { splitNames, type SkippedFiles } from '#shared/protocol/records.ts'
import { ok, toAppError, type AppException, type Result } from '#shared/basics/result.ts'
import { asResult, fileError, type NamedFile } from '../file-error.ts'
import { writeFoundImages, type FoundPart, type ImageCacheSummary } from '../image-cache/writer.ts'
import { decodersAtOnce, openImageDecoder, type ImageDecoder } from '../image-decoder/decode.ts'
import { centreSquare } from '../image-decoder/square.ts'
import { mapLimited } from './map-limited.ts'
import type { FoundImage } from './found-set.ts'
import type { ImageSetPlan } from './plan.ts'
import { SkippedList } from './skipped.ts'

export interface DecodingOptions {
  /** Side of the stored squares in pixels; networks that look at less take the centre. */
  readonly size: number
  readonly onProgress: (done: number, total: number) => void
}

export interface ConvertedImages extends ImageCacheSummary {
  readonly skipped: SkippedFiles
}

const damage: readonly string[] = ['file-corrupt', 'file-truncated', 'file-unreadable', 'not-found']
/** Files held in memory at once. */
const IMAGES_A_PART = 16

/**
 * Decodes the images of `plan` and writes the cache to `cacheFolder`, which must not exist. Images that cannot be used
 * join those that the plan left out. Errors: `dataset-invalid` when no image is left, `executor-unavailable` without the
 * decoder, and those of the writer.
 * @param source what the images came from, for messages
 */
export function convertImageSet(
  source: NamedFile,
  plan: ImageSetPlan,
  cacheFolder: string,
  options: DecodingOptions,
): Promise<Result<ConvertedImages>> {
  return asResult(async () => {
    const skipped = new SkippedList(plan.skipped)
    const decode = await openImageDecoder()
    const description = {
      kind: 'image-folder' as const,
      classNames: plan.classNames,
      imageShape: [3, options.size, options.size] as const,
      evidence: `${plan.layout}; shorter side resized to ${options.size} pixels, centre kept`,
    }
    const parts = decodedParts(plan.images, decode, skipped, options)
    const written = await writeFoundImages(cacheFolder, description, parts)
    if (!written.ok) return written
    const { splits } = written.value.header
    if (splitNames.every((split) => splits[split].count === 0)) throw nothingLeft(source, skipped.value)
    return ok({ ...written.value, skipped: skipped.value })
  })
}

async function* decodedParts(
  images: ImageSetPlan['images'],
  decode: ImageDecoder,
  skipped: SkippedList,
  { size, onProgress }: DecodingOptions,
): AsyncGenerator<FoundPart> {
  const duplicates = new Duplicates()
  const total = splitNames.reduce((sum, split) => sum + images[split].length, 0)
  let done = 0
  onProgress(0, total)
  for (const split of splitNames) {
    const ofSplit = images[split]
    for (let start = 0; start < ofSplit.length; start += IMAGES_A_PART) {
      const wanted = ofSplit.slice(start, start + IMAGES_A_PART)
      const files = await Promise.all(wanted.map((image) => readImage(image, skipped)))
      const fresh = files.filter((file) => file !== undefined).filter((file) => duplicates.isNew(file, skipped))
      const decoded = await mapLimited(fresh, decodersAtOnce, (file) => decodeSquare(file, decode, size, skipped))
      const squares = decoded.filter((square) => square !== undefined)
      done += wanted.length
      onProgress(done, total)
      if (squares.length === 0) continue
      const pixels = new Uint8Array(squares.length * 3 * size * size)
      squares.forEach((square, i) => pixels.set(square.pixels, i * 3 * size * size))
      yield { split, images: pixels, labels: Uint16Array.from(squares, ({ classIndex }) => classIndex) }
    }
  }
}

interface ReadImage extends Pick<FoundImage, 'name' | 'classIndex'> {
  readonly bytes: Uint8Array
}

interface Square {
  readonly classIndex: number
  /** [3, size, size] */
  readonly pixels: Uint8Array
}

async function readImage(image: FoundImage, skipped: SkippedList): Promise<ReadImage | undefined> {
  const { name, classIndex } = image
  const bytes = await usable(name, skipped, () => image.read())
  return bytes === undefined ? undefined : { name, classIndex, bytes }
}

async function decodeSquare(
  { name, classIndex, bytes }: ReadImage,
  decode: ImageDecoder,
  size: number,
  skipped: SkippedList,
): Promise<Square | undefined> {
  const pixels = await usable(name, skipped, async () =>
    centreSquare(await decode({ name: basename(name) }, bytes), size),
  )
  return pixels === undefined ? undefined : { classIndex, pixels }
}

/** What `work` gives, or undefined and an entry in `skipped` when the image is at fault. */
async function usable<T>(name: string, skipped: SkippedList, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (cause) {
    const { code, message } = toAppError(cause)
    // Anything else is no fault of this image.
    if (!code.startsWith('file-') && code !== 'not-found') throw cause
    skipped.add({ file: name, reason: damage.includes(code) ? 'damaged' : 'unsupported', detail: message })
    return undefined
  }
}

/** Finds files of equal content: the first stays, so that no image stands in two splits. */
class Duplicates {
  readonly #first = new Map<string, { readonly name: string; readonly classIndex: number }>()

  isNew({ name, classIndex, bytes }: ReadImage, skipped: SkippedList): boolean {
    const sum = createHash('sha256').update(bytes).digest('base64')
    const first = this.#first.get(sum)
    if (first === undefined) {
      this.#first.set(sum, { name, classIndex })
      return true
    }
    const isSame = first.classIndex === classIndex
    const detail = `same content as ${first.name}${isSame ? '' : ', which is of another class'}`
    skipped.add({ file: name, reason: isSame ? 'duplicate' : 'mislabelled', detail })
    return false
  }
}

function nothingLeft(source: NamedFile, { count, files }: SkippedFiles): AppException {
  const [first] = files
  const example = first === undefined ? '' : `, the first ${first.file}: ${first.detail}`
  const problem = `expected images, found none that can be used (${count} left out${example})`
  return fileError(source, 'dataset-invalid', problem, 'all images')
}
