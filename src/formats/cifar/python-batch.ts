/** A batch of the official python version: a pickled dict with a numpy array `data` and lists of labels. */
import { fileError, quoted, type NamedFile } from '../file-error.ts'
import { PickleCursor } from '../pickle/cursor.ts'
import { runNumpyPickle } from '../pickle/machine.ts'
import { isObject, pickledText, type PickleValue } from '../pickle/values.ts'
import { IMAGE_BYTES, recordBytes, type CifarBatch, type CifarVariant } from './layout.ts'
import { labelsOf, recordsWithLabels } from './records.ts'

/** CIFAR-100 has 20 coarse classes. */
const COARSE_CLASSES = 20

/** The same batch in the binary layout. Throws `dataset-invalid` and the `file-*` codes of a pickle. */
export function recordsFromPython(
  file: NamedFile,
  variant: CifarVariant,
  batch: CifarBatch,
  pickle: Uint8Array,
): Uint8Array {
  const dict = readDict(file, pickle)
  const data = dict.get('data')
  const content = isObject(data) && data.kind === 'array' ? data.content : undefined
  if (content?.dtype !== 'uint8' || content.shape.join() !== `${batch.images},${IMAGE_BYTES}`) {
    const found = content === undefined ? 'none' : `${content.dtype} [${content.shape.slice(0, 8).join(', ')}]`
    const problem = `expected "data" as an array of uint8 [${batch.images}, ${IMAGE_BYTES}], found ${found}`
    throw fileError(file, 'dataset-invalid', problem, 'key "data"')
  }
  const labels = variant.labelKeys.map((key, i) => {
    const isFine = i === variant.labelKeys.length - 1
    return labelsUnder(file, dict, key, batch.images, isFine ? variant.classes : COARSE_CLASSES)
  })
  const records = recordsWithLabels(variant, batch.images, labels)
  for (let i = 0; i < batch.images; i++) {
    const image = content.bytes.subarray(i * IMAGE_BYTES, (i + 1) * IMAGE_BYTES)
    records.set(image, i * recordBytes(variant) + variant.labelBytes)
  }
  return records
}

/** `fine_label_names` of CIFAR-100's `meta`, not yet checked. */
export function namesFromPython(file: NamedFile, pickle: Uint8Array): readonly string[] {
  return listUnder(file, readDict(file, pickle), 'fine_label_names').map((name, i) => {
    const text = pickledText(name)
    if (text !== undefined) return text
    throw fileError(file, 'dataset-invalid', `class ${i}: expected a name, found something else`, `class ${i}`)
  })
}

function labelsUnder(
  file: NamedFile,
  dict: ReadonlyMap<string, PickleValue>,
  key: string,
  count: number,
  classes: number,
): Uint8Array {
  const items = listUnder(file, dict, key)
  if (items.length === count) return labelsOf(file, classes, items, `${key} of image`)
  const problem = `expected ${count} ${key}, found ${items.length}`
  throw fileError(file, 'dataset-invalid', problem, `key ${quoted(key)}`)
}

function listUnder(file: NamedFile, dict: ReadonlyMap<string, PickleValue>, key: string): readonly PickleValue[] {
  const list = dict.get(key)
  if (isObject(list) && list.kind === 'list') return list.items
  throw fileError(file, 'dataset-invalid', `expected a list under ${quoted(key)}, found none`, `key ${quoted(key)}`)
}

function readDict(file: NamedFile, pickle: Uint8Array): ReadonlyMap<string, PickleValue> {
  const root = runNumpyPickle(new PickleCursor(file, pickle, true))
  if (!isObject(root) || root.kind !== 'dict') {
    throw fileError(file, 'dataset-invalid', 'expected a pickled dict, found another value', 'byte 0')
  }
  const dict = new Map<string, PickleValue>()
  for (const [key, value] of root.entries) {
    const name = pickledText(key)
    if (name !== undefined) dict.set(name, value)
  }
  return dict
}
