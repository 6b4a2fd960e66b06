/**
 * A batch of images part by part: the objective of a batch is the mean of those of its parts by their sizes, because
 * both distillation losses are means over samples and reconstruction is the same in each. So a step holds the
 * feature maps of one part at a time: 256 images of ResNet-20 would need 2 GiB.
 */
import { tf } from '#engine/program/tfjs.ts'
import { named } from '../../../program/named.ts'
import type { NamedTensors } from '#engine/program/program.ts'
import { after } from './in-sequence.ts'

/** Pixels in a part: 32 images of CIFAR. */
const partPixels = 2 ** 15
/** A part is the graph of both networks once more; batches of large images get larger parts instead of more of them. */
const mostParts = 8

export interface ImageBatch {
  /** [B, C, H, W], normalised */
  readonly images: tf.Tensor4D
  /** Of the original network, [B, classes], where they are known already. */
  readonly originalLogits?: tf.Tensor2D
}

export interface RowGradients {
  /** Scalars by name. */
  readonly losses: NamedTensors
  /** [kernels, K * K] */
  readonly rowGradients: tf.Tensor
}

/** @param gradientsOf losses and gradient of some of the images */
export function meanOverParts(batch: ImageBatch, gradientsOf: (part: ImageBatch) => RowGradients): RowGradients {
  const { images, originalLogits } = batch
  const [samples, , height, width] = images.shape
  const partSize = Math.max(1, Math.floor(partPixels / (height * width)), Math.ceil(samples / mostParts))
  if (partSize >= samples) return gradientsOf(batch)
  let mean: RowGradients | undefined
  for (let start = 0; start < samples; start += partSize) {
    const size = Math.min(partSize, samples - start)
    const chosen = tf.slice4d(images, [start, 0, 0, 0], [size, -1, -1, -1])
    const logits = originalLogits && { originalLogits: tf.slice2d(originalLogits, [start, 0], [size, -1]) }
    // Not before the losses either: no gradient needs their last sums, so their operands would stay until the end.
    const next = mean === undefined ? chosen : after(chosen, [mean.rowGradients, ...Object.values(mean.losses)])
    const part = scaled(gradientsOf({ images: next, ...logits }), size / samples)
    mean = mean === undefined ? part : added(mean, part)
  }
  if (mean === undefined) throw new RangeError('a batch needs images')
  return mean
}

function scaled({ losses, rowGradients }: RowGradients, share: number): RowGradients {
  const entries = Object.entries(losses).map(([name, loss]) => [name, tf.mul(loss, share)] as const)
  return { losses: Object.fromEntries(entries), rowGradients: tf.mul(rowGradients, share) }
}

function added(left: RowGradients, right: RowGradients): RowGradients {
  const entries = Object.entries(left.losses).map(([name, loss]) => {
    return [name, tf.add(loss, named(right.losses, name))] as const
  })
  return { losses: Object.fromEntries(entries), rowGradients: tf.add(left.rowGradients, right.rowGradients) }
}
