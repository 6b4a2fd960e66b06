/**
 * The studio's own form of a data set: a folder with `images.u8` (all images one after another, [channels, height,
 * width] bytes each), `labels.u16` (one little-endian class index an image) and `header.json` (this).
 */
import { datasetKinds, splitNames, type DatasetKind, type SplitName } from '#shared/protocol/records.ts'
import { fileError, quoted, type NamedFile } from '../file-error.ts'

export const HEADER_FILE = 'header.json'
export const IMAGES_FILE = 'images.u8'
export const LABELS_FILE = 'labels.u16'
export const IMAGE_CACHE_VERSION = 1
/** 1,000 class names of ImageNet take 40 kB; a data set may have 65,536. */
export const MAX_HEADER_BYTES = 2 ** 24

/** Images `start` to `start + count - 1` of the cache. */
interface SplitRange {
  readonly start: number
  readonly count: number
}

/** What a cache is said to hold. */
export interface ImageCacheDescription {
  readonly kind: DatasetKind
  readonly classNames: readonly string[]
  /** [channels, height, width] */
  readonly imageShape: readonly [number, number, number]
  /** Together they cover all images, in this order: train, validation, test. */
  readonly splits: Readonly<Record<SplitName, SplitRange>>
  /** What is known of the content, for people. */
  readonly evidence: string
}

export interface ImageCacheHeader extends ImageCacheDescription {
  readonly version: typeof IMAGE_CACHE_VERSION
  readonly sha256: { readonly images: string; readonly labels: string }
}

export function imageBytes({ imageShape }: Pick<ImageCacheDescription, 'imageShape'>): number {
  return imageShape[0] * imageShape[1] * imageShape[2]
}

export function countImages({ splits }: Pick<ImageCacheDescription, 'splits'>): number {
  return splitNames.reduce((count, split) => count + splits[split].count, 0)
}

/** Keys always in the same order, so that equal caches have equal headers. */
export function encodeHeader(header: ImageCacheHeader): Uint8Array {
  const { version, kind, classNames, imageShape, splits, evidence, sha256 } = header
  const ordered = {
    version,
    kind,
    classNames,
    imageShape,
    splits: Object.fromEntries(
      splitNames.map((name) => [name, { start: splits[name].start, count: splits[name].count }]),
    ),
    evidence,
    sha256: { images: sha256.images, labels: sha256.labels },
  }
  return new TextEncoder().encode(`${JSON.stringify(ordered, null, 2)}\n`)
}

/** Checks every field. Throws `file-corrupt`, or `file-unsupported` for another version. */
export function parseImageCacheHeader(file: NamedFile, json: Uint8Array): ImageCacheHeader {
  let root: unknown
  try {
    root = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json))
  } catch {
    throw corrupt(file, 'a JSON header', 'byte 0')
  }
  if (!isRecord(root)) throw corrupt(file, 'a JSON object', 'byte 0')
  const { version, kind, classNames, imageShape, splits, evidence, sha256 } = root
  if (version !== IMAGE_CACHE_VERSION) {
    const problem = `expected image cache version ${IMAGE_CACHE_VERSION}, found ${quoted(String(version))}`
    throw fileError(file, 'file-unsupported', problem, 'field version', 'Import the data set again.')
  }
  if (!isKind(kind)) throw corrupt(file, `one of ${datasetKinds.join(', ')}`, 'field kind')
  if (typeof evidence !== 'string') throw corrupt(file, 'a text', 'field evidence')
  if (!isTextArray(classNames) || classNames.length === 0)
    throw corrupt(file, 'a list of class names', 'field classNames')
  if (!isImageShape(imageShape)) throw corrupt(file, 'channels, height and width', 'field imageShape')
  if (!isRecord(sha256) || !isSha256(sha256['images']) || !isSha256(sha256['labels'])) {
    throw corrupt(file, 'two SHA-256 sums', 'field sha256')
  }
  const { images, labels } = sha256
  const ranges = parseSplits(file, splits)
  return { version, kind, classNames, imageShape, splits: ranges, evidence, sha256: { images, labels } }
}

function parseSplits(file: NamedFile, splits: unknown): ImageCacheHeader['splits'] {
  let start = 0
  const next = (name: SplitName): SplitRange => {
    const range: unknown = isRecord(splits) ? splits[name] : undefined
    const count = isRecord(range) ? range['count'] : undefined
    if (!isRecord(range) || range['start'] !== start || !isCount(count)) {
      throw corrupt(file, `a range of images from ${start} on`, `field splits.${name}`)
    }
    start += count
    return { start: start - count, count }
  }
  return { train: next('train'), validation: next('validation'), test: next('test') }
}

function corrupt(file: NamedFile, expected: string, at: string) {
  return fileError(
    file,
    'file-corrupt',
    `${at}: expected ${expected}, found something else`,
    at,
    'Import the data set again.',
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isKind(value: unknown): value is DatasetKind {
  return datasetKinds.some((kind) => kind === value)
}

function isTextArray(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 2 ** 31
}

function isImageShape(value: unknown): value is readonly [number, number, number] {
  const isExtent = (extent: unknown) => isCount(extent) && extent > 0 && extent <= 2 ** 14
  return Array.isArray(value) && value.length === 3 && value.every(isExtent)
}

function isSha256(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
}
