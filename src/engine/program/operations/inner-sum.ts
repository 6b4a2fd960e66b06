/**
 * Sums over the innermost axes of a large tensor, as those of whole feature maps. The sum of a product is a product of
 * vectors then: the CPU provider reads both factors once and writes no product at all. Runs stay short, because runtimes
 * add float32 values one after the other, which loses digits over a quarter of a million of them.
 */
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import type { Lowering } from '../onnx/lowering.ts'
import { int } from '../onnx/model.ts'
import { physicalShape, type Layout } from '../onnx/value.ts'

/** Sums of fewer elements are not worth it. */
const fewest = 1024
/** Elements added one after the other. */
const longestRun = 2048

/**
 * @param name a tensor in `layout`
 * @param axes the logical axes to sum over, all stored
 * @returns the tensor with 1 along those axes; undefined where they are not the innermost ones, or too short
 */
export function innerSum(
  name: string,
  axes: readonly number[],
  layout: Layout,
  lowering: Lowering,
): string | undefined {
  const physical = physicalShape(layout)
  const isSummed = layout.order.map((axis, position) => axes.includes(axis) || physical[position] === 1)
  const kept = isSummed.lastIndexOf(false) + 1
  if (axes.some((axis) => layout.order.indexOf(axis) < kept)) return undefined
  const rows = sizeOf(physical.slice(0, kept))
  const length = sizeOf(physical.slice(kept))
  const runs = runsOf(length)
  if (runs === undefined) return undefined
  const partial = sumOfRuns(name, rows * runs, length / runs, lowering)
  const shape = physical.map((extent, position) => (position < kept ? extent : 1))
  if (runs === 1) return lowering.builder.reshape(partial, shape)
  const { builder } = lowering
  const sum = lowering.emit('ReduceSum', [builder.reshape(partial, [rows, runs]), builder.int64([1])], {
    keepdims: int(1),
  })
  builder.rememberShape(sum, [rows, 1])
  return builder.reshape(sum, shape)
}

/** The fewest equal runs that are short enough; undefined for short sums and for lengths that do not divide so. */
function runsOf(length: number): number | undefined {
  if (length < fewest) return undefined
  const least = Math.ceil(length / longestRun)
  for (let runs = least; runs <= 2 * least; runs++) if (length % runs === 0) return runs
  return undefined
}

/** [runs] numbers, in any shape. */
function sumOfRuns(name: string, runs: number, length: number, lowering: Lowering): string {
  const { builder } = lowering
  const factors = lowering.target.device === 'cpu' ? lowering.factorsOf(name) : undefined
  if (factors === undefined) {
    return lowering.emit('ReduceSum', [builder.reshape(name, [runs, length]), builder.int64([1])], { keepdims: int(1) })
  }
  const [left = name, right = name] = factors.map((factor) => builder.reshape(factor, [runs, 1, length]))
  return lowering.emit('FusedMatMul', [left, right], { transA: int(0), transB: int(1) }, 'com.microsoft')
}
