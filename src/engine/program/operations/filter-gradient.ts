/**
 * Gradients of convolutions with respect to their filters, as matrix products over pixels: as one convolution with
 * exchanged roles they take four times as long.
 */
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import type { Lowering } from '../onnx/lowering.ts'
import { int } from '../onnx/model.ts'
import { transposed, type Value } from '../onnx/value.ts'
import { concatValues, padValue, sliceValue } from './arrangement.ts'
import type { Convolution } from './convolution-geometry.ts'
import { matMul, matrixTransposed } from './matmul.ts'

/**
 * @param image [batch, channels, height, width]
 * @param dy [batch, filters, height, width]
 * @returns [groups, rows, columns, filters of a group, channels of a group]
 */
export function filterGradientCells(image: Value, dy: Value, conv: Convolution, lowering: Lowering): Value {
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

/**
 * [batch, groups * m, ...pixels] and [batch, groups * n, ...pixels] to [groups, m, n], without the axis of a single
 * group: the product over pixels, summed over the batch.
 */
function productOverPixels(a: Value, b: Value, groups: number, lowering: Lowering): Value {
  const [batch = 1, rows = 1, ...size] = a.shape
  const [, columns = 1] = b.shape
  const pixels = sizeOf(size)
  const outer = groups === 1 ? [] : [groups]
  const [m, n] = [rows / groups, columns / groups]
  const left = lowering.reshape(a, [batch, ...outer, m, pixels])
  const right = matrixTransposed(lowering.reshape(b, [batch, ...outer, n, pixels]))
  return sumOfProducts(left, right, lowering)
}

/** [batch, ..., m, k] times [batch, ..., k, n], summed over the batch. */
function sumOfProducts(left: Value, right: Value, lowering: Lowering): Value {
  const shape = [...left.shape.slice(0, -1), right.shape.at(-1) ?? 1]
  const sum = sumOverBatch(matMul(left, right, lowering), shape, lowering)
  return lowering.plainValue({ shape: shape.slice(1), dtype: 'float32' }, sum)
}

/**
 * The sum of the tensor `name` over its first axis. As a product with a row of ones: the CPU provider's ReduceSum over an
 * outer axis takes many times as long with two threads as with one.
 */
function sumOverBatch(name: string, [batch = 1, ...shape]: readonly number[], lowering: Lowering): string {
  const { builder } = lowering
  if (lowering.target.device === 'gpu')
    return lowering.emit('ReduceSum', [name, builder.int64([0])], { keepdims: int(0) })
  const ones = builder.initializer('float32', [1, batch], new Float32Array(batch).fill(1))
  return builder.reshape(lowering.emit('Gemm', [ones, builder.reshape(name, [batch, sizeOf(shape)])]), shape)
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
