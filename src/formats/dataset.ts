import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { ImportSplit } from '#shared/records.ts'
import { ok, type Result } from '#shared/result.ts'
import { systemError } from './byte-source.ts'
import { isCifarFolder } from './cifar/batch-files.ts'
import { convertCifar } from './cifar/cache.ts'
import { asResult } from './file-error.ts'
import { findImages } from './image-folder/find-images.ts'
import { convertImageSet, type ConvertedImages, type DecodingOptions } from './image-set/convert.ts'
import { planOf } from './image-set/plan.ts'

interface DatasetOptions extends DecodingOptions {
  readonly split: ImportSplit
}

/**
 * Converts a data set, recognised by what lies at `sourcePath`, into a cache at `cacheFolder`, which must not exist:
 * CIFAR-10 or CIFAR-100 (archive or folder), else a folder of images, for which alone the options are.
 * Errors: those of `convertCifar`, `findImages` and `convertImageSet`.
 */
export function convertDataset(
  sourcePath: string,
  cacheFolder: string,
  options: DatasetOptions,
): Promise<Result<ConvertedImages>> {
  return asResult(async () => {
    const found = await stat(sourcePath).catch((cause: unknown) => {
      throw systemError({ name: basename(sourcePath) }, sourcePath, cause)
    })
    if (found.isDirectory() && !(await isCifarFolder(sourcePath))) {
      const plan = planOf(await findImages(sourcePath), options.split)
      return convertImageSet({ name: basename(sourcePath) }, plan, cacheFolder, options)
    }
    const converted = await convertCifar(sourcePath, cacheFolder)
    return converted.ok ? ok({ ...converted.value, skipped: { count: 0, files: [] } }) : converted
  })
}
