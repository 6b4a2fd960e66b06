/** Maps moved against each other, and products over their pixels: what the gradient of a filter is made of. */
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import type { Lowering } from '../onnx/lowering.ts'
import { int } from '../onnx/model.ts'
import type { Value } from '../onnx/value.ts'
import { padValue, sliceValue } from './arrangement.ts'
import { matMul, matrixTransposed } from './matmul.ts'

/**
 * The image moved down by `shift` rows into `height` rows, zeros elsewhere. Pixels of neighbouring rows are neighbours in
 * memory, so that a channel moves as one vector.
 */
export function movedRows(image: Value, shift: number, height: number, lowering: Lowering): Value {
  const [batch = 1, channels = 1, rows = 1, width = 1] = image.shape
  const vectors = lowering.reshape(image, [batch, channels, rows * width])
  return moved(vectors, 2, shift * width, height * width, lowering)
}

/** Moves x along `axis` by `shift` into a length of `extent`, zeros elsewhere. */
export function moved(x: Value, axis: number, shift: number, extent: number, lowering: Lowering): Value {
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
export function productOverPixels(a: Value, b: Value, groups: number, lowering: Lowering): Value {
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
export function sumOfProducts(left: Value, right: Value, lowering: Lowering): Value {
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
