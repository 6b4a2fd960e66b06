/**
 * Gradients of convolutions with respect to their filters, as matrix products over pixels: as one convolution with
 * exchanged roles they take four times as long.
 */
import { sizeOf } from '#shared/host-tensor.ts'
import type { Lowering } from '../onnx/lowering.ts'
import { transposed, type Value } from '../onnx/value.ts'
import { concatValues, padValue, sliceValue } from './arrangement.ts'
import type { Convolution } from './convolution-geometry.ts'
import { matMul, matrixTransposed } from './matmul.ts'

/**
 * @param image [batch, channels, height, width]
 * @param dy [batch, filters, height, width]
 * @returns one value a filter row, [groups, columns, filters of a group, channels of a group]
 */
export function filterGradientRows(image: Value, dy: Value, conv: Convolution, lowering: Lowering): readonly Value[] {
  const isDense = conv.stride.every((stride) => stride === 1)
  return isDense ? rowsDense(image, dy, conv, lowering) : rowsStrided(image, dy, conv, lowering)
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
  const joined = joinedInGroups(columns, [conv.batch, conv.filters, outHeight, inWidth], conv.groups, lowering)
  return Array.from({ length: height }, (_, row) => {
    const pixels = movedRows(image, conv.padBefore[0] - row, outHeight, lowering)
    const product = productOverPixels(joined, pixels, conv.groups, lowering)
    return lowering.reshape(product, [conv.groups, width, conv.filters / conv.groups, conv.channels / conv.groups])
  })
}

/** Larger strides: every filter cell sees its own subset of the image's pixels. */
function rowsStrided(image: Value, dy: Value, conv: Convolution, lowering: Lowering): readonly Value[] {
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
    const pixels = joinedInGroups(cells, [conv.batch, conv.channels, ...conv.output], conv.groups, lowering)
    const product = productOverPixels(dy, pixels, conv.groups, lowering)
    const split = [conv.groups, conv.filters / conv.groups, width, conv.channels / conv.groups]
    return transposed(lowering.reshape(product, split), [0, 2, 1, 3])
  })
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
  const products = matMul(left, right, lowering)
  const sum = lowering.emit('ReduceSum', [products, lowering.builder.int64([0])], {
    keepdims: { kind: 'int', value: 0 },
  })
  return lowering.plainValue({ shape: [...outer, m, n], dtype: 'float32' }, sum)
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
