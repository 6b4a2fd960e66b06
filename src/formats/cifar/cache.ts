import type { DatasetPlan } from '#shared/dataset/dataset-plan.ts'
import { formatCount } from '#shared/basics/format.ts'
import { ok, type Result } from '#shared/basics/result.ts'
import { countsByClass } from '../class-counts.ts'
import type { ImageCacheDescription } from '../image-cache/header.ts'
import { writeImageCache, type ImageCacheSummary } from '../image-cache/writer.ts'
import { readCifar, type Cifar } from './cifar.ts'
import { imageShape, TEST_IMAGES, TRAIN_IMAGES } from './layout.ts'

/** The last 5,000 training images: every selection uses them, no training sees them. */
const VALIDATION_IMAGES = 5_000

/**
 * Reads CIFAR-10 or CIFAR-100 at `sourcePath` (see `readCifar`) and writes the studio's cache of it to `cacheFolder`,
 * which must not exist. Errors: those of both.
 */
export async function convertCifar(sourcePath: string, cacheFolder: string): Promise<Result<ImageCacheSummary>> {
  const read = await readCifar(sourcePath)
  if (!read.ok) return read
  const { train, test } = read.value
  return writeImageCache(cacheFolder, describe(read.value), [train, test])
}

/** What `convertCifar` would give. Errors: those of `readCifar`. */
export async function planCifar(sourcePath: string): Promise<Result<DatasetPlan>> {
  const read = await readCifar(sourcePath)
  if (!read.ok) return read
  const { kind, classNames, splits, evidence } = describe(read.value)
  const { train, test } = read.value
  return ok({
    datasetKind: kind,
    layout: evidence,
    classNames,
    counts: { train: splits.train.count, validation: splits.validation.count, test: splits.test.count },
    classCounts: countsByClass([...train.labels, ...test.labels], classNames.length),
    notes: [`The last ${formatCount(VALIDATION_IMAGES)} training images are for validation.`],
    oddities: [],
    skipped: { count: 0, files: [] },
  })
}

function describe({ variant, classNames, evidence }: Cifar): ImageCacheDescription {
  const trained = TRAIN_IMAGES - VALIDATION_IMAGES
  return {
    kind: variant.kind,
    classNames,
    imageShape,
    splits: {
      train: { start: 0, count: trained },
      validation: { start: trained, count: VALIDATION_IMAGES },
      test: { start: TRAIN_IMAGES, count: TEST_IMAGES },
    },
    evidence,
  }
}
