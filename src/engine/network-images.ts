import { tf } from '#engine/program/tfjs.ts'
import type { Network } from '#networks/network.ts'
import type { TensorSpec } from '#shared/host-tensor.ts'
import { asMap } from './tensor-rank.ts'

/** Of images scaled to [0, 1], a value a channel. */
export interface Normalisation {
  readonly mean: readonly number[]
  readonly standardDeviation: readonly number[]
}

/** What the authors and the published checkpoints use for every data set, CIFAR included (method 4.3). */
export const imagenetNormalisation: Normalisation = {
  mean: [0.485, 0.456, 0.406],
  standardDeviation: [0.229, 0.224, 0.225],
}

/** The input `images` of a program over `network`: [batch, channels, height, width], float32 of 0 to 255. */
export function imageSpec(network: Network, batch: number): TensorSpec {
  const { channels, height, width } = network.inputShape
  return { shape: [batch, channels, height, width], dtype: 'float32' }
}

/** (x / 255 - mean) / deviation, rounded after every step like PyTorch's ToTensor and Normalize. */
export function normaliseImages(images: tf.Tensor, { mean, standardDeviation }: Normalisation): tf.Tensor4D {
  const centred = tf.sub(tf.div(images, 255), tf.tensor(mean.slice(), [mean.length, 1, 1]))
  return asMap(tf.div(centred, tf.tensor(standardDeviation.slice(), [standardDeviation.length, 1, 1])))
}
