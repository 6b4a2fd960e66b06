/** Conversions between batches of records and arrays of images; no files here. */
import { fileError, type NamedFile } from '../file-error.ts'
import { decodeRgbPng } from '../png/rgb-png.ts'
import { BATCH_BYTES, BATCH_IMAGES, classNames, IMAGE_BYTES, PIXELS, RECORD_BYTES } from './layout.ts'

/** Images of one part of a data set. */
export interface CifarImages {
  /** [images, 3, 32, 32], bytes in the order of the official layout. */
  readonly images: Uint8Array
  /** One class index an image. */
  readonly labels: Uint8Array
}

/**
 * Copies a batch of the official layout to `target`, from image `first` on. Throws `dataset-invalid` on a wrong length
 * or a label that is no class.
 */
export function splitRecords(file: NamedFile, records: Uint8Array, target: CifarImages, first: number): void {
  if (records.byteLength !== BATCH_BYTES) {
    const problem = `expected ${BATCH_BYTES} bytes (${BATCH_IMAGES} records of ${RECORD_BYTES}), found ${records.byteLength}`
    throw fileError(file, 'dataset-invalid', problem, `byte ${Math.min(records.byteLength, BATCH_BYTES)}`)
  }
  for (let i = 0; i < BATCH_IMAGES; i++) {
    const start = i * RECORD_BYTES
    const label = records[start] ?? 0
    assertLabel(file, label, `byte ${start} (image ${i})`)
    target.labels[first + i] = label
    target.images.set(records.subarray(start + 1, start + RECORD_BYTES), (first + i) * IMAGE_BYTES)
  }
}

/**
 * A batch of the official layout from a PNG sheet with one image a row (10,000 rows of 1,024 RGB pixels) and labels.
 * Throws what `decodeRgbPng` throws.
 */
export function recordsFromSheet(file: NamedFile, png: Uint8Array, labels: Uint8Array): Uint8Array {
  const { pixels } = decodeRgbPng(file, png, PIXELS, BATCH_IMAGES)
  const records = new Uint8Array(BATCH_BYTES)
  for (let i = 0; i < BATCH_IMAGES; i++) {
    const start = i * RECORD_BYTES
    records[start] = labels[i] ?? 0
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      const from = (i * PIXELS + pixel) * 3
      // Interleaved red, green, blue become one plane each.
      records[start + 1 + pixel] = pixels[from] ?? 0
      records[start + 1 + PIXELS + pixel] = pixels[from + 1] ?? 0
      records[start + 1 + 2 * PIXELS + pixel] = pixels[from + 2] ?? 0
    }
  }
  return records
}

/** A JSON list of class indices. Throws `file-corrupt`, `dataset-invalid`. */
export function parseLabels(file: NamedFile, json: Uint8Array, count: number): Uint8Array {
  let values: unknown
  try {
    values = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.slice(0, 120) : String(cause)
    throw fileError(file, 'file-corrupt', `expected a JSON list of labels, found something else (${reason})`, 'byte 0')
  }
  if (!Array.isArray(values) || values.length !== count) {
    const found = Array.isArray(values) ? `${values.length}` : 'no list'
    throw fileError(file, 'dataset-invalid', `expected a list of ${count} labels, found ${found}`, 'byte 0')
  }
  return Uint8Array.from(values, (value: unknown, i) => {
    assertLabel(file, value, `label ${i}`)
    return value
  })
}

function assertLabel(file: NamedFile, label: unknown, at: string): asserts label is number {
  const isClass = typeof label === 'number' && Number.isInteger(label) && label >= 0 && label < classNames.length
  if (isClass) return
  const found = typeof label === 'number' ? label : typeof label
  const problem = `${at}: expected a label from 0 to ${classNames.length - 1}, found ${found}`
  throw fileError(file, 'dataset-invalid', problem, at)
}
