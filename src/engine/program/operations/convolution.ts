/**
 * Convolutions and their gradients. In memory images lie as [batch, channels, height, width] and filters as
 * [filters, channels, height, width] whatever the program says; usually its transposes cancel against that.
 */
import { tf } from '#engine/program/tfjs.ts'
import { sizeOf } from '#shared/host-tensor.ts'
import type { ValueSpec } from '../graph.ts'
import type { Lowering } from '../onnx/lowering.ts'
import { ints, type OnnxAttributes } from '../onnx/model.ts'
import { layoutOf, transposed, type Value } from '../onnx/value.ts'
import { PendingConvolution } from '../onnx/pending-convolution.ts'
import { concatValues, padValue, reverseValue, sliceValue } from './arrangement.ts'
import { matMul, matrixTransposed } from './matmul.ts'
import { operand, operation, unsupported, type Call, type OperationTable } from './operation.ts'

/** Geometry of one convolution; pairs are [height, width]. */
interface Convolution {
  readonly batch: number
  readonly filters: number
  readonly channels: number
  readonly input: readonly [number, number]
  readonly output: readonly [number, number]
  readonly kernel: readonly [number, number]
  readonly stride: readonly [number, number]
  readonly dilation: readonly [number, number]
  readonly padBefore: readonly [number, number]
  readonly padAfter: readonly [number, number]
  readonly outputShape: readonly number[]
}

type Format = 'NHWC' | 'NCHW'
type ConvolutionParameters = Parameters<typeof tf.backend_util.computeConv2DInfo>

function formatOf(call: Call<ValueSpec>): Format {
  return call.attributes.text('dataFormat', 'NHWC') === 'NCHW' ? 'NCHW' : 'NHWC'
}

function convolutionOf(call: Call<ValueSpec>, image: readonly number[], filter: readonly number[]): Convolution {
  const { attributes } = call
  // The attributes come from tf.conv2d itself, which has checked them; its types name what they can be.
  const info = tf.backend_util.computeConv2DInfo(
    [...image] as ConvolutionParameters[0],
    [...filter] as ConvolutionParameters[1],
    attributes.raw('strides') as ConvolutionParameters[2],
    (attributes.raw('dilations') ?? 1) as ConvolutionParameters[3],
    attributes.raw('pad') as ConvolutionParameters[4],
    attributes.raw('dimRoundingMode') as ConvolutionParameters[5],
    false,
    formatOf(call) === 'NCHW' ? 'channelsFirst' : 'channelsLast',
  )
  const [, , filterChannels] = filter
  if (filterChannels !== info.inChannels) throw unsupported(call, 'groups of channels')
  return {
    batch: info.batchSize,
    filters: info.outChannels,
    channels: info.inChannels,
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

/** An image as logical [batch, channels, height, width]; a transpose of an ordinary layout costs nothing. */
export function channelsFirst(image: Value, format: Format, lowering: Lowering): Value {
  return format === 'NCHW' ? image : transposed(lowering.unblocked(image), [0, 3, 1, 2])
}

/** A logical [batch, channels, height, width] image in the format of the program; emits nothing. */
export function inFormat(image: Value, format: Format): Value {
  return format === 'NCHW' ? image : transposed(image, [0, 2, 3, 1])
}

const conv2d = operation(
  (call) => {
    const { outputShape } = convolutionOf(call, operand(call, 'x').shape, operand(call, 'filter').shape)
    return { shape: outputShape, dtype: 'float32' }
  },
  (call, lowering) => {
    const [x, filter] = [operand(call, 'x'), operand(call, 'filter')]
    const conv = convolutionOf(call, x.shape, filter.shape)
    const format = formatOf(call)
    const pending = new PendingConvolution(lowering, {
      maps: channelsFirst(x, format, lowering),
      weights: transposed(lowering.unblocked(filter), [3, 2, 0, 1]),
      shape: [conv.batch, conv.filters, ...conv.output],
      attributes: { ...windowAttributes(conv), pads: ints([...conv.padBefore, ...conv.padAfter]) },
    })
    if (format === 'NHWC') return inFormat(lowering.unblocked(pending.settled()), format)
    return { ...call.output, source: { kind: 'pending', pending } }
  },
)

function windowAttributes({ kernel, stride, dilation }: Convolution): OnnxAttributes {
  return { kernel_shape: ints(kernel), strides: ints(stride), dilations: ints(dilation) }
}

/** Gradient with respect to the image. */
const conv2dBackpropInput = operation(
  (call) => ({ shape: call.attributes.numbers('inputShape'), dtype: 'float32' }),
  (call, lowering) => {
    const conv = convolutionOf(call, call.attributes.numbers('inputShape'), operand(call, 'filter').shape)
    const format = formatOf(call)
    const { maps: dy, factor } = withoutFactor(operand(call, 'dy'), format, lowering)
    const filter = scaledFilter(lowering.unblocked(operand(call, 'filter')), factor, lowering)
    const gradient = channelsFirst(dy, format, lowering)
    const isDense = conv.stride.every((stride) => stride === 1)
    const image = isDense
      ? inputGradientDense(gradient, filter, conv, lowering)
      : inputGradientStrided(gradient, filter, conv, lowering)
    return format === 'NHWC' ? inFormat(lowering.unblocked(image), format) : image
  },
)

interface Factored {
  readonly maps: Value
  /** [channels] or [] */
  readonly factor?: Value
}

/** Takes a factor for each channel of dy off: the gradients are linear in dy, and filters are smaller than maps. */
function withoutFactor(dy: Value, format: Format, lowering: Lowering): Factored {
  const { source } = dy
  if (source.kind !== 'scaled' || format !== 'NCHW') return { maps: dy }
  const { base, factor } = source
  const perChannel = lowering.perChannel(factor, dy.shape[1] ?? 1)
  if (perChannel !== undefined) return { maps: base, factor: perChannel }
  const isNumber = layoutOf(factor).extents.every((extent) => extent === 1)
  return isNumber ? { maps: base, factor: lowering.reshape(factor, []) } : { maps: dy }
}

/** @param filter [height, width, channels, filters]; every filter times its factor. */
function scaledFilter(filter: Value, factor: Value | undefined, lowering: Lowering): Value {
  return factor === undefined ? filter : lowering.elementwise('Mul', [filter, factor], filter)
}

/** At stride 1: a convolution of dy with the filter turned by 180 degrees, its channels and filters exchanged. */
function inputGradientDense(dy: Value, filter: Value, conv: Convolution, lowering: Lowering): Value {
  const turned = conv.kernel.every((extent) => extent === 1) ? filter : reverseValue(filter, [0, 1], lowering)
  const before = conv.kernel.map((extent, axis) => extent - 1 - (conv.padBefore[axis] ?? 0))
  const after = conv.kernel.map((extent, axis) => extent - 1 - (conv.padAfter[axis] ?? 0))
  return new PendingConvolution(lowering, {
    maps: dy,
    weights: transposed(turned, [2, 3, 0, 1]),
    shape: [conv.batch, conv.channels, ...conv.input],
    attributes: { ...windowAttributes(conv), pads: ints([...before, ...after]) },
  }).settled()
}

function inputGradientStrided(dy: Value, filter: Value, conv: Convolution, lowering: Lowering): Value {
  const weights = lowering.plain(transposed(filter, [3, 2, 0, 1]))
  // Rows and columns of the image that no window reached get the rest of the length as output padding.
  const reached = conv.output.map(
    (extent, axis) =>
      (extent - 1) * (conv.stride[axis] ?? 1) +
      (conv.kernel[axis] ?? 1) -
      (conv.padBefore[axis] ?? 0) -
      (conv.padAfter[axis] ?? 0),
  )
  const name = lowering.emit('ConvTranspose', [lowering.plain(dy), weights], {
    ...windowAttributes(conv),
    pads: ints([...conv.padBefore, ...conv.padAfter]),
    output_padding: ints(reached.map((extent, axis) => (conv.input[axis] ?? extent) - extent)),
  })
  return lowering.plainValue({ shape: [conv.batch, conv.channels, ...conv.input], dtype: 'float32' }, name)
}

/** Gradient with respect to the filter. */
const conv2dBackpropFilter = operation(
  (call) => ({ shape: call.attributes.numbers('filterShape'), dtype: 'float32' }),
  (call, lowering) => {
    const x = operand(call, 'x')
    const conv = convolutionOf(call, x.shape, call.attributes.numbers('filterShape'))
    const format = formatOf(call)
    const { maps: dy, factor } = withoutFactor(operand(call, 'dy'), format, lowering)
    const image = lowering.unblocked(channelsFirst(x, format, lowering))
    const gradient = lowering.unblocked(channelsFirst(dy, format, lowering))
    const rows = conv.stride.every((stride) => stride === 1)
      ? filterRowsDense(image, gradient, conv, lowering)
      : filterRowsStrided(image, gradient, conv, lowering)
    const [height, width] = conv.kernel
    const stacked = [height, width, conv.filters, conv.channels]
    const parts = rows.map((row) => lowering.reshape(row, [1, width, conv.filters, conv.channels]))
    return scaledFilter(transposed(concatValues(parts, 0, stacked, lowering), [0, 1, 3, 2]), factor, lowering)
  },
)

/**
 * Stride 1: every column of the filter sees dy shifted sideways, every row sees x shifted up or down. The shifted
 * copies of dy are joined along the filters, so that one product per filter row gives
 * [batch, columns * filters, channels]; the sum over the batch is left. As one convolution with exchanged roles this
 * takes four times as long. Returns one [columns * filters, channels] value a row.
 */
function filterRowsDense(image: Value, dy: Value, conv: Convolution, lowering: Lowering): readonly Value[] {
  const [height, width] = conv.kernel
  const [outHeight] = conv.output
  const [, inWidth] = conv.input
  const columns = Array.from({ length: width }, (_, column) => {
    // Output pixel j meets image pixel j + shift.
    const shift = column - conv.padBefore[1]
    return moved(dy, 3, shift, inWidth, lowering)
  })
  const joinedShape = [conv.batch, width * conv.filters, outHeight, inWidth]
  const joined = width === 1 ? columns[0] : concatValues(columns, 1, joinedShape, lowering)
  const gradient = joined ?? dy
  return Array.from({ length: height }, (_, row) => {
    const pixels = movedRows(image, conv.padBefore[0] - row, outHeight, lowering)
    return productOverPixels(gradient, pixels, lowering)
  })
}

/**
 * The image moved down by `shift` rows into `height` rows, zeros elsewhere. Pixels of neighbouring rows are neighbours in
 * memory, so that a channel moves as one vector.
 */
function movedRows(image: Value, shift: number, height: number, lowering: Lowering): Value {
  const [batch = 1, channels = 1, rows = 1, width = 1] = image.shape
  const vectors = lowering.reshape(image, [batch, channels, rows * width])
  return moved(vectors, 2, shift * width, height * width, lowering)
}

/** Moves x along `axis` by `shift` into a length of `extent`, zeros elsewhere. */
function moved(x: Value, axis: number, shift: number, extent: number, lowering: Lowering): Value {
  const after = extent - shift - (x.shape[axis] ?? 0)
  if (shift === 0 && after === 0) return x
  const paddings = x.shape.map((_, a): readonly [number, number] => (a === axis ? [shift, after] : [0, 0]))
  // Providers of graphics devices do not take negative paddings, which cut off.
  if (lowering.target.device === 'cpu') return padValue(x, paddings, 0, lowering)
  const from = Math.max(0, -shift)
  const to = Math.min(x.shape[axis] ?? 0, extent - shift)
  const ranges = x.shape.map((length, a) => ({ start: a === axis ? from : 0, stop: a === axis ? to : length, step: 1 }))
  const kept = sliceValue(x, ranges, x.shape.with(axis, to - from), lowering)
  const rest = paddings.map(([before, behind]): readonly [number, number] => [Math.max(0, before), Math.max(0, behind)])
  return rest.every(([before, behind]) => before === 0 && behind === 0) ? kept : padValue(kept, rest, 0, lowering)
}

/** [batch, m, ...pixels] and [batch, n, ...pixels] to [m, n]: the product over pixels, summed over the batch. */
function productOverPixels(a: Value, b: Value, lowering: Lowering): Value {
  const [batch = 1, m = 1, ...size] = a.shape
  const [, n = 1] = b.shape
  const pixels = sizeOf(size)
  const left = lowering.reshape(a, [batch, m, pixels])
  const right = matrixTransposed(lowering.reshape(b, [batch, n, pixels]))
  const products = matMul(left, right, lowering)
  const sum = lowering.emit('ReduceSum', [products, lowering.builder.int64([0])], {
    keepdims: { kind: 'int', value: 0 },
  })
  return lowering.plainValue({ shape: [m, n], dtype: 'float32' }, sum)
}

/** Larger strides: every filter cell sees its own subset of the image's pixels. */
function filterRowsStrided(image: Value, dy: Value, conv: Convolution, lowering: Lowering): readonly Value[] {
  const [height, width] = conv.kernel
  const paddings: (readonly [number, number])[] = [
    [0, 0],
    [0, 0],
    [conv.padBefore[0], conv.padAfter[0]],
    [conv.padBefore[1], conv.padAfter[1]],
  ]
  const padded = paddings.every(([before, after]) => before === 0 && after === 0)
    ? image
    : padValue(image, paddings, 0, lowering)
  return Array.from({ length: height }, (_, row) => {
    const cells = Array.from({ length: width }, (_, column) => subset(padded, row, column, conv, lowering))
    const pixels = concatValues(cells, 1, [conv.batch, width * conv.channels, ...conv.output], lowering)
    const product = productOverPixels(dy, pixels, lowering)
    const split = lowering.reshape(product, [conv.filters, width, conv.channels])
    return transposed(split, [1, 0, 2])
  })
}

function subset(image: Value, row: number, column: number, conv: Convolution, lowering: Lowering): Value {
  const whole = image.shape.map((extent) => ({ start: 0, stop: extent, step: 1 }))
  const along = (start: number, axis: 0 | 1): { start: number; stop: number; step: number } => {
    const step = conv.stride[axis]
    return { start, stop: start + (conv.output[axis] - 1) * step + 1, step }
  }
  const ranges = [...whole.slice(0, 2), along(row, 0), along(column, 1)]
  return sliceValue(image, ranges, [conv.batch, conv.channels, ...conv.output], lowering)
}

export const convolutionOperations: OperationTable = {
  Conv2D: conv2d,
  Conv2DBackpropInput: conv2dBackpropInput,
  Conv2DBackpropFilter: conv2dBackpropFilter,
}
