/** Sizes of convolutions, and the two ways in which a program may order the axes of an image. */
import { tf } from '#engine/program/tfjs.ts'
import type { ValueSpec } from '../graph.ts'
import type { Lowering } from '../onnx/lowering.ts'
import { ints, type OnnxAttributes } from '../onnx/model.ts'
import type { Value } from '../onnx/value.ts'
import type { Call } from './operation.ts'

/** Geometry of one convolution; pairs are [height, width]. */
export interface Convolution {
  readonly batch: number
  readonly filters: number
  readonly channels: number
  /** 1, or `channels` for a depthwise convolution; filters and channels are divided among them. */
  readonly groups: number
  readonly input: readonly [number, number]
  readonly output: readonly [number, number]
  readonly kernel: readonly [number, number]
  readonly stride: readonly [number, number]
  readonly dilation: readonly [number, number]
  readonly padBefore: readonly [number, number]
  readonly padAfter: readonly [number, number]
  readonly outputShape: readonly number[]
}

export type Format = 'NHWC' | 'NCHW'
type ConvolutionParameters = Parameters<typeof tf.backend_util.computeConv2DInfo>

export function formatOf(call: Call<ValueSpec>): Format {
  return call.attributes.text('dataFormat', 'NHWC') === 'NCHW' ? 'NCHW' : 'NHWC'
}

/** @param filter [height, width, channels, filters], of a depthwise one [height, width, channels, multiplier] */
export function convolutionOf(
  call: Call<ValueSpec>,
  image: readonly number[],
  filter: readonly number[],
  isDepthwise: boolean,
): Convolution {
  const { attributes } = call
  // The attributes come from TensorFlow.js itself, which has checked them; its types name what they can be.
  const info = tf.backend_util.computeConv2DInfo(
    [...image] as ConvolutionParameters[0],
    [...filter] as ConvolutionParameters[1],
    attributes.raw('strides') as ConvolutionParameters[2],
    (attributes.raw('dilations') ?? 1) as ConvolutionParameters[3],
    attributes.raw('pad') as ConvolutionParameters[4],
    attributes.raw('dimRoundingMode') as ConvolutionParameters[5],
    isDepthwise,
    formatOf(call) === 'NCHW' ? 'channelsFirst' : 'channelsLast',
  )
  return {
    batch: info.batchSize,
    filters: info.outChannels,
    channels: info.inChannels,
    groups: isDepthwise ? info.inChannels : 1,
    input: [info.inHeight, info.inWidth],
    output: [info.outHeight, info.outWidth],
    kernel: [info.filterHeight, info.filterWidth],
    stride: [info.strideHeight, info.strideWidth],
    dilation: [info.dilationHeight, info.dilationWidth],
    padBefore: [info.padInfo.top, info.padInfo.left],
    padAfter: [info.padInfo.bottom, info.padInfo.right],
    outputShape: info.outShape,
  }
}

export function windowAttributes({ kernel, stride, dilation }: Convolution): OnnxAttributes {
  return { kernel_shape: ints(kernel), strides: ints(stride), dilations: ints(dilation) }
}

/** An image as logical [batch, channels, height, width]; a transpose of an ordinary layout costs nothing. */
export function channelsFirst(image: Value, format: Format, lowering: Lowering): Value {
  return format === 'NCHW' ? image : lowering.channelsFirst(image)
}

/** Logical [batch, channels, height, width] maps in the format of the program. */
export function inFormat(maps: Value, format: Format, lowering: Lowering): Value {
  return format === 'NCHW' ? maps : lowering.channelsLast(maps)
}
