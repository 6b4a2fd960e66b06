/**
 * Convolutions, depthwise ones among them, and their gradients. In memory images lie as [batch, channels, height, width]
 * and filters as [filters, channels of a group, height, width] whatever the program says; usually its transposes cancel
 * against that.
 */
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import type { Lowering } from '../onnx/lowering.ts'
import { int, ints, type OnnxAttributes } from '../onnx/model.ts'
import { PendingConvolution } from '../onnx/pending-convolution.ts'
import { layoutOf, transposed, type Value } from '../onnx/value.ts'
import { concatValues, padValue, reverseValue, sliceValue } from './arrangement.ts'
import { channelsFirst, formatOf, inFormat, windowAttributes, type Convolution } from './convolution-geometry.ts'
import { depthwiseKind, fullKind, geometryOf, type ConvolutionKind } from './convolution-kind.ts'
import { operand, operation, type Operation, type OperationTable } from './operation.ts'
import { moved, movedRows, productOverPixels, sumOfProducts } from './pixel-products.ts'

export const convolutionOperations: OperationTable = {
  Conv2D: convolution(fullKind),
  Conv2DBackpropInput: inputGradient(fullKind),
  Conv2DBackpropFilter: filterGradient(fullKind),
  DepthwiseConv2dNative: convolution(depthwiseKind),
  DepthwiseConv2dNativeBackpropInput: inputGradient(depthwiseKind),
  DepthwiseConv2dNativeBackpropFilter: filterGradient(depthwiseKind),
}

function convolution(kind: ConvolutionKind): Operation {
  return operation(
    (call) => {
      const { outputShape } = geometryOf(kind, call, operand(call, 'x').shape, operand(call, 'filter').shape)
      return { shape: outputShape, dtype: 'float32' }
    },
    (call, lowering) => {
      const [x, filter] = [operand(call, 'x'), operand(call, 'filter')]
      const conv = geometryOf(kind, call, x.shape, filter.shape)
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
function inputGradient(kind: ConvolutionKind): Operation {
  return operation(
    (call) => ({ shape: call.attributes.numbers('inputShape'), dtype: 'float32' }),
    (call, lowering) => {
      const filter = operand(call, 'filter')
      const conv = geometryOf(kind, call, call.attributes.numbers('inputShape'), filter.shape)
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

/** Gradient with respect to the filter. */
function filterGradient(kind: ConvolutionKind): Operation {
  return operation(
    (call) => ({ shape: call.attributes.numbers('filterShape'), dtype: 'float32' }),
    (call, lowering) => {
      const x = operand(call, 'x')
      const conv = geometryOf(kind, call, x.shape, call.attributes.numbers('filterShape'))
      const format = formatOf(call)
      const { maps: dy, factor } = withoutFactor(channelsFirst(operand(call, 'dy'), format, lowering), lowering)
      const cells = filterGradientCells(channelsFirst(x, format, lowering), lowering.unblocked(dy), conv, lowering)
      return scaledFilter(kind.filterOf(cells, conv, lowering), factor, kind, conv, lowering)
    },
  )
}

/**
 * As matrix products over pixels: one convolution with exchanged roles takes four times as long.
 * @param image [batch, channels, height, width]
 * @param dy [batch, filters, height, width]
 * @returns [groups, rows, columns, filters of a group, channels of a group]
 */
function filterGradientCells(image: Value, dy: Value, conv: Convolution, lowering: Lowering): Value {
  const pixels = conv.groups === 1 ? lowering.channelsInnermost(image) : undefined
  if (pixels !== undefined) return cellsOfPixels(pixels, dy, conv, lowering)
  const isDense = conv.stride.every((stride) => stride === 1)
  const maps = lowering.unblocked(image)
  const rows = isDense ? rowsDense(maps, dy, conv, lowering) : rowsStrided(maps, dy, conv, lowering)
  return joined(rows, 1, conv, lowering)
}

/** Parts of the cells, one a row (axis 1) or a column (axis 2) of the filter. */
function joined(parts: readonly Value[], axis: number, conv: Convolution, lowering: Lowering): Value {
  const { groups, kernel, filters, channels } = conv
  const shape = [groups, ...kernel, filters / groups, channels / groups]
  const single = shape.with(axis, 1)
  return concatValues(
    parts.map((part) => lowering.reshape(part, single)),
    axis,
    shape,
    lowering,
  )
}

/**
 * The same where the channels of a pixel lie together, as in blocks: pixels of the image move sideways, rows of dy up and
 * down, so that long runs are copied, and one product a column of the filter gives [batch, rows * filters, channels].
 * @param image [batch, height, width, channels]
 */
function cellsOfPixels(image: Value, dy: Value, conv: Convolution, lowering: Lowering): Value {
  const { batch, channels, filters, kernel, stride, padBefore } = conv
  const [inHeight, inWidth] = conv.input
  const [, outWidth] = conv.output
  if (stride.some((step) => step !== 1)) return cellsOfStridedPixels(image, dy, conv, lowering)
  const rows = Array.from({ length: kernel[0] }, (_, row) => movedRows(dy, row - padBefore[0], inHeight, lowering))
  const left = concatValues(rows, 1, [batch, kernel[0] * filters, inHeight * outWidth], lowering)
  const lines = lowering.reshape(image, [batch * inHeight, inWidth * channels])
  const columns = Array.from({ length: kernel[1] }, (_, column) => {
    const moving = moved(lines, 1, (padBefore[1] - column) * channels, outWidth * channels, lowering)
    return sumOfProducts(left, lowering.reshape(moving, [batch, inHeight * outWidth, channels]), lowering)
  })
  return joined(columns, 2, conv, lowering)
}

/** Larger strides: every cell of the filter sees its own subset of the image's pixels. */
function cellsOfStridedPixels(image: Value, dy: Value, conv: Convolution, lowering: Lowering): Value {
  const { batch, channels, filters, kernel, output } = conv
  const [vertical, horizontal] = paddings(conv)
  const padded = padValue(image, [[0, 0], vertical, horizontal, [0, 0]], 0, lowering)
  const left = lowering.reshape(dy, [batch, filters, sizeOf(output)])
  const rows = Array.from({ length: kernel[0] }, (_, row) => {
    const cells = Array.from({ length: kernel[1] }, (__, column) => {
      const whole = padded.shape.map((extent) => ({ start: 0, stop: extent, step: 1 }))
      const ranges = whole.with(1, along(row, 0, conv)).with(2, along(column, 1, conv))
      const cell = sliceValue(padded, ranges, [batch, ...output, channels], lowering)
      const product = sumOfProducts(left, lowering.reshape(cell, [batch, sizeOf(output), channels]), lowering)
      return lowering.reshape(product, [1, 1, filters, channels])
    })
    return concatValues(cells, 1, [1, kernel[1], filters, channels], lowering)
  })
  return joined(rows, 1, conv, lowering)
}

/**
 * Stride 1: every column of the filter sees dy shifted sideways, every row sees x shifted up or down. The shifted
 * copies of dy are joined along the filters, so that one product per filter row gives
 * [batch, columns * filters, channels]; the sum over the batch is left.
 */
function rowsDense(image: Value, dy: Value, conv: Convolution, lowering: Lowering): readonly Value[] {
  const [height, width] = conv.kernel
  const [outHeight] = conv.output
  const [, inWidth] = conv.input
  const columns = Array.from({ length: width }, (_, column) => {
    // Output pixel j meets image pixel j + shift.
    const shift = column - conv.padBefore[1]
    return moved(dy, 3, shift, inWidth, lowering)
  })
  const joinedColumns = joinedInGroups(columns, [conv.batch, conv.filters, outHeight, inWidth], conv.groups, lowering)
  return Array.from({ length: height }, (_, row) => {
    const pixels = movedRows(image, conv.padBefore[0] - row, outHeight, lowering)
    const product = productOverPixels(joinedColumns, pixels, conv.groups, lowering)
    return lowering.reshape(product, [conv.groups, width, conv.filters / conv.groups, conv.channels / conv.groups])
  })
}

/** Larger strides: every filter cell sees its own subset of the image's pixels. */
function rowsStrided(image: Value, dy: Value, conv: Convolution, lowering: Lowering): readonly Value[] {
  const [height, width] = conv.kernel
  const padded = padValue(image, [[0, 0], [0, 0], ...paddings(conv)], 0, lowering)
  return Array.from({ length: height }, (_, row) => {
    const cells = Array.from({ length: width }, (_, column) => subset(padded, row, column, conv, lowering))
    const pixels = joinedInGroups(cells, [conv.batch, conv.channels, ...conv.output], conv.groups, lowering)
    const product = productOverPixels(dy, pixels, conv.groups, lowering)
    const split = [conv.groups, conv.filters / conv.groups, width, conv.channels / conv.groups]
    return transposed(lowering.reshape(product, split), [0, 2, 1, 3])
  })
}

type Padding = readonly [before: number, after: number]

function paddings({ padBefore, padAfter }: Convolution): readonly [Padding, Padding] {
  return [
    [padBefore[0], padAfter[0]],
    [padBefore[1], padAfter[1]],
  ]
}

/** Maps of equal `shape` [batch, channels, ...] joined along the channels of every group. */
function joinedInGroups(maps: readonly Value[], shape: readonly number[], groups: number, lowering: Lowering): Value {
  const [batch = 1, channels = 1, ...size] = shape
  const count = maps.length
  if (groups === 1) return concatValues(maps, 1, [batch, count * channels, ...size], lowering)
  const inGroup = channels / groups
  const parts = maps.map((part) => lowering.reshape(part, [batch, groups, inGroup, ...size]))
  const joined = concatValues(parts, 2, [batch, groups, count * inGroup, ...size], lowering)
  return lowering.reshape(joined, [batch, count * channels, ...size])
}

/** [batch, channels, height, width] to the pixels one cell of the filter sees. */
function subset(image: Value, row: number, column: number, conv: Convolution, lowering: Lowering): Value {
  const whole = image.shape.map((extent) => ({ start: 0, stop: extent, step: 1 }))
  const ranges = [...whole.slice(0, 2), along(row, 0, conv), along(column, 1, conv)]
  return sliceValue(image, ranges, [conv.batch, conv.channels, ...conv.output], lowering)
}

/** Positions along a spatial axis of the padded image that meet cell `start` of the filter. */
function along(
  start: number,
  axis: 0 | 1,
  { stride, output }: Convolution,
): { start: number; stop: number; step: number } {
  return { start, stop: start + (output[axis] - 1) * stride[axis] + 1, step: stride[axis] }
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
  kind: ConvolutionKind,
  conv: Convolution,
  lowering: Lowering,
): Value {
  if (factor === undefined) return filter
  const perFilter = factor.shape.length === 0 ? factor : kind.factorOf(factor, conv, lowering)
  return lowering.elementwise('Mul', [filter, perFilter], filter)
}
