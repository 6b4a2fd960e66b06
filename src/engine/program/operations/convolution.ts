/**
 * Convolutions, depthwise ones among them, and their gradients. In memory images lie as [batch, channels, height, width]
 * and filters as [filters, channels of a group, height, width] whatever the program says; usually its transposes cancel
 * against that.
 */
import type { ValueSpec } from '../graph.ts'
import type { Lowering } from '../onnx/lowering.ts'
import { int, ints, type OnnxAttributes } from '../onnx/model.ts'
import { PendingConvolution } from '../onnx/pending-convolution.ts'
import { layoutOf, transposed, type Value } from '../onnx/value.ts'
import { reverseValue } from './arrangement.ts'
import { channelsFirst, convolutionOf, formatOf, inFormat, windowAttributes } from './convolution-geometry.ts'
import type { Convolution } from './convolution-geometry.ts'
import { filterGradientCells } from './filter-gradient.ts'
import { operand, operation, unsupported, type Call, type Operation, type OperationTable } from './operation.ts'

/** One of the two kinds that TensorFlow.js has: all channels in every filter, or one. */
interface Kind {
  readonly isDepthwise: boolean
  /** The program's filter as [filters, channels of a group, height, width]. */
  weightsOf(filter: Value, conv: Convolution, lowering: Lowering): Value
  /** What `filterGradientCells` gives, as the program's filter. */
  filterOf(cells: Value, conv: Convolution, lowering: Lowering): Value
  /** A factor for each filter, [filters], so that it broadcasts against the program's filter. */
  factorOf(factor: Value, conv: Convolution, lowering: Lowering): Value
}

/** Filters are [height, width, channels, filters]. */
const full: Kind = {
  isDepthwise: false,
  weightsOf: (filter) => transposed(filter, [3, 2, 0, 1]),
  filterOf: (cells, { kernel, filters, channels }, lowering) =>
    transposed(lowering.reshape(cells, [...kernel, filters, channels]), [0, 1, 3, 2]),
  factorOf: (factor) => factor,
}

/** Filters are [height, width, channels, multiplier]; filter c * multiplier + q sees channel c. */
const depthwise: Kind = {
  isDepthwise: true,
  weightsOf: (filter, { kernel, filters }, lowering) =>
    lowering.reshape(transposed(filter, [2, 3, 0, 1]), [filters, 1, ...kernel]),
  filterOf: (cells, { kernel, filters, channels }, lowering) =>
    transposed(lowering.reshape(cells, [channels, ...kernel, filters / channels]), [1, 2, 0, 3]),
  factorOf: (factor, { filters, channels }, lowering) => lowering.reshape(factor, [channels, filters / channels]),
}

function geometry(kind: Kind, call: Call<ValueSpec>, image: readonly number[], filter: readonly number[]): Convolution {
  const conv = convolutionOf(call, image, filter, kind.isDepthwise)
  if (filter[2] !== conv.channels) throw unsupported(call, 'groups of channels')
  // TensorFlow.js itself computes depthwise convolutions in the other order only.
  if (kind.isDepthwise && formatOf(call) === 'NCHW') throw unsupported(call, 'channels first')
  return conv
}

function convolution(kind: Kind): Operation {
  return operation(
    (call) => {
      const { outputShape } = geometry(kind, call, operand(call, 'x').shape, operand(call, 'filter').shape)
      return { shape: outputShape, dtype: 'float32' }
    },
    (call, lowering) => {
      const [x, filter] = [operand(call, 'x'), operand(call, 'filter')]
      const conv = geometry(kind, call, x.shape, filter.shape)
      const format = formatOf(call)
      const shape = [conv.batch, conv.filters, ...conv.output]
      const pending = new PendingConvolution(lowering, {
        maps: channelsFirst(x, format, lowering),
        weights: kind.weightsOf(lowering.unblocked(filter), conv, lowering),
        groups: conv.groups,
        shape,
        attributes: { ...windowAttributes(conv), pads: ints([...conv.padBefore, ...conv.padAfter]) },
      })
      return inFormat({ shape, dtype: 'float32', source: { kind: 'pending', pending } }, format, lowering)
    },
  )
}

/** Gradient with respect to the image. */
function inputGradient(kind: Kind): Operation {
  return operation(
    (call) => ({ shape: call.attributes.numbers('inputShape'), dtype: 'float32' }),
    (call, lowering) => {
      const filter = operand(call, 'filter')
      const conv = geometry(kind, call, call.attributes.numbers('inputShape'), filter.shape)
      const format = formatOf(call)
      const { maps: dy, factor } = withoutFactor(channelsFirst(operand(call, 'dy'), format, lowering), lowering)
      const scaled = scaledFilter(lowering.unblocked(filter), factor, kind, conv, lowering)
      const weights = kind.weightsOf(scaled, conv, lowering)
      const isDense = conv.stride.every((stride) => stride === 1)
      const image = isDense
        ? inputGradientDense(dy, weights, conv, lowering)
        : inputGradientStrided(dy, weights, conv, lowering)
      return inFormat(image, format, lowering)
    },
  )
}

/** Gradient with respect to the filter. */
function filterGradient(kind: Kind): Operation {
  return operation(
    (call) => ({ shape: call.attributes.numbers('filterShape'), dtype: 'float32' }),
    (call, lowering) => {
      const x = operand(call, 'x')
      const conv = geometry(kind, call, x.shape, call.attributes.numbers('filterShape'))
      const format = formatOf(call)
      const { maps: dy, factor } = withoutFactor(channelsFirst(operand(call, 'dy'), format, lowering), lowering)
      const cells = filterGradientCells(channelsFirst(x, format, lowering), lowering.unblocked(dy), conv, lowering)
      return scaledFilter(kind.filterOf(cells, conv, lowering), factor, kind, conv, lowering)
    },
  )
}

interface Factored {
  readonly maps: Value
  /** [channels] or [] */
  readonly factor?: Value
}

/**
 * Takes a factor for each channel of dy, [batch, channels, height, width], off: the gradients are linear in dy, and
 * filters are smaller than maps.
 */
function withoutFactor(dy: Value, lowering: Lowering): Factored {
  const { source } = dy
  if (source.kind !== 'scaled') return { maps: dy }
  const { base, factor } = source
  const perChannel = lowering.perChannel(factor, dy.shape[1] ?? 1)
  if (perChannel !== undefined) return { maps: base, factor: perChannel }
  const isNumber = layoutOf(factor).extents.every((extent) => extent === 1)
  return isNumber ? { maps: base, factor: lowering.reshape(factor, []) } : { maps: dy }
}

/** The program's filter, every filter times its factor. */
function scaledFilter(
  filter: Value,
  factor: Value | undefined,
  kind: Kind,
  conv: Convolution,
  lowering: Lowering,
): Value {
  if (factor === undefined) return filter
  const perFilter = factor.shape.length === 0 ? factor : kind.factorOf(factor, conv, lowering)
  return lowering.elementwise('Mul', [filter, perFilter], filter)
}

/** At stride 1: a convolution of dy with the filter turned by 180 degrees, its channels and filters exchanged. */
function inputGradientDense(dy: Value, weights: Value, conv: Convolution, lowering: Lowering): Value {
  const turned = conv.kernel.every((extent) => extent === 1) ? weights : reverseValue(weights, [2, 3], lowering)
  const before = conv.kernel.map((extent, axis) => extent - 1 - (conv.padBefore[axis] ?? 0))
  const after = conv.kernel.map((extent, axis) => extent - 1 - (conv.padAfter[axis] ?? 0))
  return new PendingConvolution(lowering, {
    maps: dy,
    weights: exchanged(turned, conv, lowering),
    groups: conv.groups,
    shape: [conv.batch, conv.channels, ...conv.input],
    attributes: { ...windowAttributes(conv), pads: ints([...before, ...after]) },
  }).settled()
}

/** [filters, channels of a group, ...] to [channels, filters of a group, ...]. */
function exchanged(weights: Value, { groups, filters, channels, kernel }: Convolution, lowering: Lowering): Value {
  if (groups === 1) return transposed(weights, [1, 0, 2, 3])
  const split = lowering.reshape(weights, [groups, filters / groups, channels / groups, ...kernel])
  return lowering.reshape(transposed(split, [0, 2, 1, 3, 4]), [channels, filters / groups, ...kernel])
}

function inputGradientStrided(dy: Value, weights: Value, conv: Convolution, lowering: Lowering): Value {
  // Rows and columns of the image that no window reached get the rest of the length as output padding.
  const reached = conv.output.map(
    (extent, axis) =>
      (extent - 1) * (conv.stride[axis] ?? 1) +
      (conv.kernel[axis] ?? 1) -
      (conv.padBefore[axis] ?? 0) -
      (conv.padAfter[axis] ?? 0),
  )
  const name = lowering.emit('ConvTranspose', [lowering.plain(dy), lowering.plain(weights)], {
    ...windowAttributes(conv),
    ...groupAttribute(conv),
    pads: ints([...conv.padBefore, ...conv.padAfter]),
    output_padding: ints(reached.map((extent, axis) => (conv.input[axis] ?? extent) - extent)),
  })
  return lowering.plainValue({ shape: [conv.batch, conv.channels, ...conv.input], dtype: 'float32' }, name)
}

function groupAttribute({ groups }: Convolution): OnnxAttributes {
  return groups === 1 ? {} : { group: int(groups) }
}

export const convolutionOperations: OperationTable = {
  Conv2D: convolution(full),
  Conv2DBackpropInput: inputGradient(full),
  Conv2DBackpropFilter: filterGradient(full),
  DepthwiseConv2dNative: convolution(depthwise),
  DepthwiseConv2dNativeBackpropInput: inputGradient(depthwise),
  DepthwiseConv2dNativeBackpropFilter: filterGradient(depthwise),
}
