import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { commitRename } from '#main/files/atomic-write.ts'
import { assertFit, assertImages } from '#main/library/dataset-fit.ts'
import type { ResultOf } from '#main/trainer-host/single-job.ts'
import { accuracyPairs } from '#shared/measures/accuracy-pairs.ts'
import type { SpectralConfig } from '#shared/methods/spectral/config.ts'
import type { PreprocessingChanges } from '#shared/network/preprocessing.ts'
import type { AccuracyPair } from '#shared/experiment/results.ts'
import type { Invocation } from '../command.ts'
import type { Target } from './network-files.ts'
import type { TestImages } from './test-images.ts'

/** How networks are read and compressed; the same for all of a command line. */
export interface CompressionRequest {
  /** What is said of files that do not say it themselves. */
  readonly said: { readonly architecture?: string; readonly key?: string; readonly inputSize?: number }
  readonly preprocessing: PreprocessingChanges
  readonly config: SpectralConfig
  /** Absent where no accuracy is measured. `count` 0 = the whole split. */
  readonly images?: TestImages & { readonly count: number }
}

type MadeFile = Omit<ResultOf<'compress-file'>, 'kind'>

export interface CompressedNetwork extends Target, MadeFile {
  /** Of the original and of the written file, on the test images. */
  readonly accuracies: readonly AccuracyPair[]
}

/**
 * Writes the compressed file of one network and measures it, complete or not at all. Errors: those of the reader,
 * `invalid-argument` for a size out of reach, `dataset-mismatch`, `cancelled`.
 */
export async function compressNetwork(
  { runJob }: Pick<Invocation, 'runJob'>,
  { source, target }: Target,
  { said, preprocessing, config, images }: CompressionRequest,
): Promise<CompressedNetwork> {
  const network = { sourcePath: source, ...said, preprocessing }
  const temporary = `${target}.${randomUUID()}.part`
  try {
    const { kind: _kind, ...made } = await runJob({ kind: 'compress-file', ...network, config, outputPath: temporary })
    const accuracies =
      images === undefined ? [] : await measured(runJob, { packagePath: temporary, original: network }, made, images)
    await commitRename(temporary, target)
    return { source, target, ...made, accuracies }
  } finally {
    await rm(temporary, { force: true })
  }
}

async function measured(
  runJob: Invocation['runJob'],
  files: {
    readonly packagePath: string
    readonly original: Pick<CompressionRequest, 'preprocessing'> & { sourcePath: string }
  },
  { recognised }: MadeFile,
  { dataset, input, count }: NonNullable<CompressionRequest['images']>,
): Promise<readonly AccuracyPair[]> {
  const { classes, inputShape, description } = recognised
  const { preprocessing } = description
  assertFit({ name: basename(files.original.sourcePath), classes }, { inputShape, preprocessing }, dataset)
  assertImages(dataset, 'test', 1, 'measure on')
  const { reconstructed, original } = await runJob({
    kind: 'measure-package',
    ...files,
    dataset: input,
    split: 'test',
    limit: count,
  })
  return accuracyPairs(original === undefined ? [reconstructed] : [original, reconstructed])
}
