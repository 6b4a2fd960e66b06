/** Convolutions of feature maps [B, C, H, W] by weights [filters, channels of a group, height, width], as in PyTorch. */
import { tf } from '#engine/program/tfjs.ts'
import type { Pair } from '#networks/network.ts'
import { asMap } from './tensor-rank.ts'

export interface ConvolutionGeometry {
  readonly stride: Pair
  /** Zeros on each side, [height, width]. */
  readonly padding: Pair
  readonly dilation: Pair
  /** Groups of channels, each seen by as many filters as the others. */
  readonly groups: number
}

export function convolve(x: tf.Tensor4D, kernels: tf.Tensor4D, geometry: ConvolutionGeometry): tf.Tensor4D {
  const { groups } = geometry
  const weight = dilated(kernels, geometry.dilation)
  if (groups === 1) return convolveFully(x, weight, geometry)
  if (groups === x.shape[1]) return convolveDepthwise(x, weight, geometry)
  const weights: tf.Tensor4D[] = tf.split(weight, groups, 0)
  const parts: tf.Tensor4D[] = tf.split(x, groups, 1)
  return tf.concat(
    parts.map((part, at) => convolveFully(part, weights[at] ?? weight, geometry)),
    1,
  )
}

/** Of kernels whose gaps are filled. */
type Sliding = Pick<ConvolutionGeometry, 'stride' | 'padding'>

/** Zeros in the gaps of dilated kernels: TensorFlow.js has no gradient of a dilated convolution. */
function dilated(weight: tf.Tensor4D, [vertical, horizontal]: Pair): tf.Tensor4D {
  if (vertical === 1 && horizontal === 1) return weight
  const [filters, channels, height, width] = weight.shape
  const apart = tf.reshape(weight, [filters * channels * height, 1, width, 1])
  const padded = tf.pad(apart, [
    [0, 0],
    [0, vertical - 1],
    [0, 0],
    [0, horizontal - 1],
  ])
  const stuffed = asMap(tf.reshape(padded, [filters, channels, height * vertical, width * horizontal]))
  const [reachedRows, reachedColumns] = [vertical * (height - 1) + 1, horizontal * (width - 1) + 1]
  return tf.slice(stuffed, [0, 0, 0, 0], [filters, channels, reachedRows, reachedColumns])
}

function convolveFully(x: tf.Tensor4D, weight: tf.Tensor4D, { stride, padding }: Sliding): tf.Tensor4D {
  const [rows, columns] = explicit(padding)
  // TensorFlow.js wants the filter as [height, width, channels, filters]; compilation cancels the transpose.
  const filter = tf.transpose(weight, [2, 3, 1, 0])
  return tf.conv2d(x, filter, [...stride], [[0, 0], [0, 0], rows, columns], 'NCHW')
}

/** Every filter sees one channel. TensorFlow.js knows this with channels last only; compilation cancels the transposes. */
function convolveDepthwise(x: tf.Tensor4D, weight: tf.Tensor4D, { stride, padding }: Sliding): tf.Tensor4D {
  const channels = x.shape[1]
  const [filters, , height, width] = weight.shape
  const [rows, columns] = explicit(padding)
  const byChannel = tf.reshape(weight, [channels, filters / channels, height, width])
  const filter = asMap(tf.transpose(byChannel, [2, 3, 0, 1]))
  const images = asMap(tf.transpose(x, [0, 2, 3, 1]))
  const paddings: [[0, 0], [number, number], [number, number], [0, 0]] = [[0, 0], rows, columns, [0, 0]]
  const maps = tf.depthwiseConv2d(images, filter, [...stride], paddings, 'NHWC')
  return asMap(tf.transpose(maps, [0, 3, 1, 2]))
}

/** Spelled out, because TensorFlow's `same` pads strided convolutions differently from PyTorch. */
function explicit([vertical, horizontal]: Pair): [[number, number], [number, number]] {
  return [
    [vertical, vertical],
    [horizontal, horizontal],
  ]
}
