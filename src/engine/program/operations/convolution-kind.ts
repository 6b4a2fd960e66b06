/** The two kinds of convolution that TensorFlow.js has, and how each lays out its filters. */
import type { ValueSpec } from '../graph.ts'
import type { Lowering } from '../onnx/lowering.ts'
import { transposed, type Value } from '../onnx/value.ts'
import { convolutionOf, formatOf, type Convolution } from './convolution-geometry.ts'
import { unsupported, type Call } from './operation.ts'

/** One of the two kinds that TensorFlow.js has: all channels in every filter, or one. */
export interface ConvolutionKind {
  readonly isDepthwise: boolean
  /** The program's filter as [filters, channels of a group, height, width]. */
  weightsOf(filter: Value, conv: Convolution, lowering: Lowering): Value
  /** What `filterGradientCells` gives, as the program's filter. */
  filterOf(cells: Value, conv: Convolution, lowering: Lowering): Value
  /** A factor for each filter, [filters], so that it broadcasts against the program's filter. */
  factorOf(factor: Value, conv: Convolution, lowering: Lowering): Value
}

/** Filters are [height, width, channels, filters]. */
export const fullKind: ConvolutionKind = {
  isDepthwise: false,
  weightsOf: (filter) => transposed(filter, [3, 2, 0, 1]),
  filterOf: (cells, { kernel, filters, channels }, lowering) =>
    transposed(lowering.reshape(cells, [...kernel, filters, channels]), [0, 1, 3, 2]),
  factorOf: (factor) => factor,
}

/** Filters are [height, width, channels, multiplier]; filter c * multiplier + q sees channel c. */
export const depthwiseKind: ConvolutionKind = {
  isDepthwise: true,
  weightsOf: (filter, { kernel, filters }, lowering) =>
    lowering.reshape(transposed(filter, [2, 3, 0, 1]), [filters, 1, ...kernel]),
  filterOf: (cells, { kernel, filters, channels }, lowering) =>
    transposed(lowering.reshape(cells, [channels, ...kernel, filters / channels]), [1, 2, 0, 3]),
  factorOf: (factor, { filters, channels }, lowering) => lowering.reshape(factor, [channels, filters / channels]),
}

/** Throws `AppException` `op-unsupported` for groups of channels, and for depthwise convolutions with channels first. */
export function geometryOf(
  kind: ConvolutionKind,
  call: Call<ValueSpec>,
  image: readonly number[],
  filter: readonly number[],
): Convolution {
  const conv = convolutionOf(call, image, filter, kind.isDepthwise)
  if (filter[2] !== conv.channels) throw unsupported(call, 'groups of channels')
  // TensorFlow.js itself computes depthwise convolutions in the other order only.
  if (kind.isDepthwise && formatOf(call) === 'NCHW') throw unsupported(call, 'channels first')
  return conv
}
