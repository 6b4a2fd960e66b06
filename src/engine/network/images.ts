import { tf } from '#engine/program/tfjs.ts'
import type { Network } from '#networks/network.ts'
import type { TensorSpec } from '#shared/tensors/host-tensor.ts'
import type { Preprocessing } from '#shared/network/preprocessing.ts'
import { asMap } from './tensor-rank.ts'

/** The input `images` of a program over `network`: [batch, channels, height, width], float32 of 0 to 255. */
export function imageSpec(network: Network, batch: number): TensorSpec {
  const { channels, height, width } = network.inputShape
  return { shape: [batch, channels, height, width], dtype: 'float32' }
}

/** (x / 255 - mean) / deviation, rounded after every step like PyTorch's ToTensor and Normalize. */
export function normaliseImages(images: tf.Tensor, { mean, standardDeviation }: Preprocessing): tf.Tensor4D {
  const centred = tf.sub(tf.div(images, 255), tf.tensor(mean.slice(), [mean.length, 1, 1]))
  return asMap(tf.div(centred, tf.tensor(standardDeviation.slice(), [standardDeviation.length, 1, 1])))
}
