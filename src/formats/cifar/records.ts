/** Conversions between batches of records and arrays of images; no files here. */
import { fileError, type NamedFile } from '../file-error.ts'
import { decodeRgbPng } from '../png/rgb-png.ts'
import { IMAGE_BYTES, PIXELS, recordBytes, type CifarBatch, type CifarVariant } from './layout.ts'

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
export function splitRecords(
  file: NamedFile,
  variant: CifarVariant,
  batch: CifarBatch,
  records: Uint8Array,
  target: CifarImages,
  first: number,
): void {
  const size = recordBytes(variant)
  const expected = batch.images * size
  if (records.byteLength !== expected) {
    const problem = `expected ${expected} bytes (${batch.images} records of ${size}), found ${records.byteLength}`
    throw fileError(file, 'dataset-invalid', problem, `byte ${Math.min(records.byteLength, expected)}`)
  }
  for (let i = 0; i < batch.images; i++) {
    const start = i * size + variant.labelBytes
    const label = records[start - 1] ?? 0
    assertLabel(file, variant.classes, label, `byte ${start - 1} (image ${i})`)
    target.labels[first + i] = label
    target.images.set(records.subarray(start, start + IMAGE_BYTES), (first + i) * IMAGE_BYTES)
  }
}

/** Records without images: `labels` are [label bytes][images]. */
export function recordsWithLabels(variant: CifarVariant, count: number, labels: readonly Uint8Array[]): Uint8Array {
  const size = recordBytes(variant)
  const records = new Uint8Array(count * size)
  for (let i = 0; i < count; i++) {
    labels.forEach((values, byte) => {
      records[i * size + byte] = values[i] ?? 0
    })
  }
  return records
}

/**
 * A batch of the official layout from a PNG sheet with one image a row (10,000 rows of 1,024 RGB pixels) and labels.
 * Throws what `decodeRgbPng` throws.
 */
export function recordsFromSheet(
  file: NamedFile,
  variant: CifarVariant,
  batch: CifarBatch,
  png: Uint8Array,
  labels: Uint8Array,
): Uint8Array {
  const { pixels } = decodeRgbPng(file, png, PIXELS, batch.images)
  const records = recordsWithLabels(variant, batch.images, [labels])
  for (let i = 0; i < batch.images; i++) {
    const start = i * recordBytes(variant) + variant.labelBytes
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      const from = (i * PIXELS + pixel) * 3
      // Interleaved red, green, blue become one plane each.
      records[start + pixel] = pixels[from] ?? 0
      records[start + PIXELS + pixel] = pixels[from + 1] ?? 0
      records[start + 2 * PIXELS + pixel] = pixels[from + 2] ?? 0
    }
  }
  return records
}

/** A JSON list of class indices. Throws `file-corrupt`, `dataset-invalid`. */
export function parseLabels(file: NamedFile, classes: number, json: Uint8Array, count: number): Uint8Array {
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
  return labelsOf(file, classes, values, 'label')
}

/** Class indices out of a list of anything. Throws `dataset-invalid` naming the first that is none. */
export function labelsOf(file: NamedFile, classes: number, values: readonly unknown[], what: string): Uint8Array {
  return Uint8Array.from(values, (value, i) => {
    assertLabel(file, classes, value, `${what} ${i}`)
    return value
  })
}

function assertLabel(file: NamedFile, classes: number, label: unknown, at: string): asserts label is number {
  const isClass = typeof label === 'number' && Number.isInteger(label) && label >= 0 && label < classes
  if (isClass) return
  const found = typeof label === 'number' ? label : typeof label
  throw fileError(file, 'dataset-invalid', `${at}: expected a label from 0 to ${classes - 1}, found ${found}`, at)
}
