/** Where the images of distillation come from: the training split of a data set, or noise. */
import { z } from 'zod'
import type { Network } from '#networks/network.ts'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import { AppException } from '#shared/basics/result.ts'
import { batchSourceStateSchema, randomStateSchema } from '../checkpoint.ts'
import { BatchSource, type BatchSourceState } from './batch-source.ts'
import { NoiseSource, type NoiseSourceState } from './noise-source.ts'
import { loadSplit, type DatasetInput } from './open-dataset.ts'

/** All a checkpoint needs to go on with the same images. */
export const trainingImagesStateSchema = z.union([z.strictObject({ noise: randomStateSchema }), batchSourceStateSchema])
export type TrainingImagesState = NoiseSourceState | BatchSourceState

export interface TrainingImages {
  readonly state: TrainingImagesState
  /**
   * float32 [batch, channels, height, width], to be normalised by the program, and for images of a data set their
   * places in its training split, int32 [batch]; overwritten by the next call.
   */
  next(): Promise<{ readonly images: Float32Array; readonly indices?: Int32Array }>
}

/**
 * @param state where to go on
 * Throws `AppException` as `loadSplit` does, and `file-corrupt` for a state of other images than configured.
 */
export async function openTrainingImages(
  { distillation, seed }: CompressConfig,
  network: Network,
  dataset: DatasetInput,
  state?: TrainingImagesState,
): Promise<TrainingImages> {
  const { images, dataBatch: batch } = distillation
  const shape = network.inputShape
  if (images === 'dataset') {
    if (state !== undefined && 'noise' in state) throw otherImages()
    return new BatchSource(
      { data: await loadSplit(dataset, 'train', network), shape, batch, augmentation: distillation, seed },
      state,
    )
  }
  if (state !== undefined && !('noise' in state)) throw otherImages()
  const kind = images === 'uniform-noise' ? 'uniform' : 'gaussian'
  return new NoiseSource({ kind, shape, normalisation: network.preprocessing, batch, seed }, state)
}

function otherImages(): AppException {
  return new AppException({
    code: 'file-corrupt',
    message: 'The checkpoint was made with other training images than this experiment is configured for.',
    where: 'distillation.images',
    remedy: 'Start the run again.',
  })
}
