/** What the steps of a compression are given of images, batch by batch; opened when the first of them needs it. */
import type { Executor } from '#engine/executors/executor.ts'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import { float32Tensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { loadSplit, type DatasetInput } from '../../data/open-dataset.ts'
import { openTrainingImages, type TrainingImages, type TrainingImagesState } from '../../data/training-images.ts'
import type { JobContext } from '../../process/job-context.ts'
import type { LoadedNetwork } from '../../weights/stored-network.ts'
import { areLogitsFixed, OriginalLogits } from './original-logits.ts'

export interface ImageInputsOptions {
  readonly executor: Executor
  readonly context: JobContext
  readonly config: CompressConfig
  readonly original: LoadedNetwork
  readonly dataset: DatasetInput
}

export class ImageInputs {
  readonly #options: ImageInputsOptions
  readonly #resumed: TrainingImagesState | undefined
  #source: TrainingImages | undefined
  #logits: OriginalLogits | undefined

  /** @param state where to go on */
  constructor(options: ImageInputsOptions, state?: TrainingImagesState) {
    this.#options = options
    this.#resumed = state
  }

  /** All a checkpoint needs to go on with the same images; undefined before the first. */
  get state(): TrainingImagesState | undefined {
    return this.#source?.state ?? this.#resumed
  }

  /**
   * `images` [batch, channels, height, width], overwritten by the next call, and `originalLogits` [batch, classes] where
   * they are fixed.
   */
  async next(): Promise<HostTensors> {
    const { config, original, dataset } = this.#options
    const { network } = original
    this.#source ??= await openTrainingImages(config, network, dataset, this.#resumed)
    const { images, indices } = await this.#source.next()
    const { channels, height, width } = network.inputShape
    const shown = float32Tensor([config.distillation.dataBatch, channels, height, width], images)
    if (indices === undefined || !areLogitsFixed(config.distillation)) return { images: shown }
    this.#logits ??= await this.#computeLogits()
    return { images: shown, originalLogits: this.#logits.rows(indices) }
  }

  async #computeLogits(): Promise<OriginalLogits> {
    const { executor, context, original, dataset } = this.#options
    const data = await loadSplit(dataset, 'train', original.network)
    return OriginalLogits.compute(executor, original, data, () => context.breathe())
  }
}
