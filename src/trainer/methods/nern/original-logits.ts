/** What the original network answers on all images of a split, computed once. */
import type { Executor } from '#engine/executors/executor.ts'
import { evaluateProgram } from '#engine/network/evaluation.ts'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import { float32Tensor, type HostTensor } from '#shared/tensors/host-tensor.ts'
import type { ImageSplit } from '../../data/image-split.ts'
import { evaluateSplit, evaluationBatchOf } from '../../measure/evaluation.ts'
import type { LoadedNetwork } from '../../weights/stored-network.ts'

/**
 * Whether distillation compares logits alone, on images that are never changed. Feature maps are not kept: those of a
 * ResNet-20 are 1 MiB an image.
 */
export function areLogitsFixed(config: CompressConfig['distillation']): boolean {
  const { images, augmentation, colourJitter, mixup, featureMapWeight, distillationWeight } = config
  const isUnchanged =
    augmentation === 'none' && mixup === 0 && Object.values(colourJitter).every((range) => range === 0)
  return images === 'dataset' && isUnchanged && featureMapWeight === 0 && distillationWeight > 0
}

export class OriginalLogits {
  readonly #classes: number
  /** [images, classes] */
  readonly #values: Float32Array

  private constructor(classes: number, values: Float32Array) {
    this.#classes = classes
    this.#values = values
  }

  /** @param onBatch awaited after every batch of images */
  static async compute(
    executor: Executor,
    { network, parameters }: LoadedNetwork,
    data: ImageSplit,
    onBatch: () => Promise<void>,
  ): Promise<OriginalLogits> {
    const program = await executor.compile(
      evaluateProgram(network, { batch: evaluationBatchOf(network), parameters, inState: 'none' }),
    )
    const state = executor.createState({})
    const values = new Float32Array(data.labels.length * network.classes)
    try {
      await evaluateSplit(program, state, network, data, onBatch, (start, count, logits) => {
        values.set(logits.subarray(0, count * network.classes), start * network.classes)
      })
    } finally {
      program.dispose()
      state.dispose()
    }
    return new OriginalLogits(network.classes, values)
  }

  /** Of chosen images, [n, classes]. */
  rows(indices: Int32Array): HostTensor {
    const rows = new Float32Array(indices.length * this.#classes)
    indices.forEach((index, at) => {
      rows.set(this.#values.subarray(index * this.#classes, (index + 1) * this.#classes), at * this.#classes)
    })
    return float32Tensor([indices.length, this.#classes], rows)
  }
}
