/** Images to measure accuracy on: a data set of the store, or a folder or archive that is decoded for this one time. */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import type { FittedDataset } from '#main/library/dataset-fit.ts'
import { defaultImageSize } from '#main/library/dataset-library.ts'
import { AppException } from '#shared/basics/result.ts'
import type { Invocation } from '../command.ts'
import { findDataset } from '../find-record.ts'

export interface TestImages {
  readonly dataset: FittedDataset
  /** Read-only folder of its image cache. */
  readonly input: { readonly path: string; readonly sha256: string }
}

/**
 * Works with the images that `key` means: a path where there is one, else the name of a data set of the store, which is
 * opened for reading. Errors: `not-found`, those of the store and of an import.
 */
export async function withTestImages<T>(
  invocation: Invocation,
  key: string,
  work: (images: TestImages) => Promise<T>,
): Promise<T> {
  const path = resolve(key)
  const isThere = (await stat(path).catch(() => undefined)) !== undefined
  return isThere ? withDecodedImages(invocation, path, work) : work(await storedImages(invocation, key))
}

async function storedImages({ withReader }: Invocation, key: string): Promise<TestImages> {
  let images: TestImages | undefined
  await withReader(async (studio) => {
    const dataset = await findDataset(studio, key)
    images = { dataset, input: await studio.datasetFolder(dataset.id) }
    return 0
  })
  if (images !== undefined) return images
  throw new AppException({ code: 'internal', message: `The store said nothing of ${key}.` })
}

async function withDecodedImages<T>(
  { runJob }: Invocation,
  sourcePath: string,
  work: (images: TestImages) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'nern-images-'))
  try {
    const outputPath = join(folder, 'cache')
    const { datasetKind, classNames, imageShape, counts, sha256 } = await runJob({
      kind: 'import-dataset',
      sourcePath,
      outputPath,
      images: { size: defaultImageSize, split: 'auto' },
      accept: false,
    }).catch((thrown: unknown) => {
      throw withRemedy(thrown, sourcePath)
    })
    const dataset = { name: basename(sourcePath), kind: datasetKind, classNames, imageShape, counts }
    return await work({ dataset, input: { path: outputPath, sha256 } })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Only an import takes in what looks odd. */
function withRemedy(thrown: unknown, path: string): unknown {
  if (!(thrown instanceof AppException) || thrown.code !== 'dataset-odd') return thrown
  const { code, message } = thrown
  const remedy = 'Import it with studio dataset import --accept, and give its name to --dataset.'
  return new AppException({ code, message, where: path, remedy }, { cause: thrown })
}
