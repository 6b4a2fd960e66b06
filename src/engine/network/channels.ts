/** What networks do with the channels of feature maps [B, C, H, W] as a whole. */
import { tf } from '#engine/program/tfjs.ts'
import { convolve } from './convolution.ts'
import { asMap } from './tensor-rank.ts'

export function channelSlice(x: tf.Tensor4D, start: number, channels: number): tf.Tensor4D {
  const [batch, , height, width] = x.shape
  return tf.slice(x, [0, start, 0, 0], [batch, channels, height, width])
}

/** Channel c of group g becomes channel c * groups + g (ShuffleNet, Zhang et al. 2018). */
export function channelShuffle(x: tf.Tensor4D, groups: number): tf.Tensor4D {
  const [batch, channels, height, width] = x.shape
  const split = tf.reshape(x, [batch, groups, channels / groups, height, width])
  return asMap(tf.reshape(tf.transpose(split, [0, 2, 1, 3, 4]), [batch, channels, height, width]))
}

/**
 * Every second pixel and zero channels around: a 1 x 1 convolution of stride 2 whose filters are unit vectors. One
 * operation instead of a strided slice, which has no gradient in TensorFlow.js, and a padding.
 */
export function subsamplePad(x: tf.Tensor4D, channelsBefore: number, channelsAfter: number): tf.Tensor4D {
  const channels = x.shape[1]
  const filters = channelsBefore + channels + channelsAfter
  const selection = new Float32Array(filters * channels)
  for (let channel = 0; channel < channels; channel++) selection[(channelsBefore + channel) * channels + channel] = 1
  const weight = tf.tensor4d(selection, [filters, channels, 1, 1])
  return convolve(x, weight, { stride: [2, 2], padding: [0, 0], dilation: [1, 1], groups: 1 })
}
