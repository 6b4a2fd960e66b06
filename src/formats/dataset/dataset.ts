/** A data set of any kind, recognised by what lies at a path: what would become of it, and its conversion. */
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { oddDataset, type DatasetPlan } from '#shared/dataset/dataset-plan.ts'
import { splitNames, type ImportSplit } from '#shared/protocol/records.ts'
import { ok, type Result } from '#shared/basics/result.ts'
import { systemError } from '../byte-source.ts'
import { isCifarFolder } from '../cifar/batch-files.ts'
import { convertCifar, planCifar } from '../cifar/cache.ts'
import { countsByClass } from '../class-counts.ts'
import { asResult } from '../file-error.ts'
import { findInFile, findInFolder } from './image-container.ts'
import { findImages } from '../image-folder/find-images.ts'
import { readFolderTree } from '../image-folder/folder-tree.ts'
import { convertImageSet, type ConvertedImages, type DecodingOptions } from '../image-set/convert.ts'
import type { FoundSet } from '../image-set/found-set.ts'
import { imageSetPlan, type ImageSetPlan } from '../image-set/plan.ts'
import { SkippedList } from '../image-set/skipped.ts'

interface DatasetOptions extends DecodingOptions {
  readonly split: ImportSplit
  /** Whether a set is taken in that looks odd. */
  readonly accept: boolean
}

/**
 * What an import of `sourcePath` would give: CIFAR-10 or CIFAR-100 (archive or folder), else a set of images. No image is
 * decoded. Errors: those of `readCifar`, `findInFile`, `findInFolder` and `findImages`.
 */
export function planDataset(sourcePath: string, split: ImportSplit): Promise<Result<DatasetPlan>> {
  return asResult(async () => {
    const found = await findImageSet(sourcePath)
    return found === undefined ? planCifar(sourcePath) : ok(summary(imageSetPlan(found, split)))
  })
}

/**
 * Converts a data set into a cache at `cacheFolder`, which must not exist; the options are for sets of images alone.
 * Errors: those of `convertCifar`, `findImages` and `convertImageSet`, `dataset-odd` for a plan with oddities that is not
 * accepted.
 */
export function convertDataset(
  sourcePath: string,
  cacheFolder: string,
  options: DatasetOptions,
): Promise<Result<ConvertedImages>> {
  return asResult(async () => {
    const found = await findImageSet(sourcePath)
    if (found === undefined) {
      const converted = await convertCifar(sourcePath, cacheFolder)
      return converted.ok ? ok({ ...converted.value, skipped: { count: 0, files: [] } }) : converted
    }
    const source = { name: basename(sourcePath) }
    const plan = imageSetPlan(found, options.split)
    if (plan.oddities.length > 0 && !options.accept) throw oddDataset(source.name, plan.oddities)
    return convertImageSet(source, plan, cacheFolder, options)
  })
}

/** The images at a path and their classes; undefined for anything that is taken for CIFAR. */
async function findImageSet(sourcePath: string): Promise<FoundSet | undefined> {
  const found = await stat(sourcePath).catch((cause: unknown) => {
    throw systemError({ name: basename(sourcePath) }, sourcePath, cause)
  })
  if (!found.isDirectory()) return findInFile(sourcePath)
  if (await isCifarFolder(sourcePath)) return undefined
  const skipped = new SkippedList()
  const tree = await readFolderTree(sourcePath, skipped)
  return (await findInFolder(sourcePath, tree, skipped)) ?? findImages(sourcePath, tree, skipped)
}

function summary({ layout, classNames, notes, oddities, skipped, images }: ImageSetPlan): DatasetPlan {
  const { train, validation, test } = images
  const labels = splitNames.flatMap((split) => images[split].map(({ classIndex }) => classIndex))
  return {
    datasetKind: 'image-folder',
    layout,
    classNames,
    counts: { train: train.length, validation: validation.length, test: test.length },
    classCounts: countsByClass(labels, classNames.length),
    notes,
    oddities,
    skipped,
  }
}
