import { afterAll, beforeAll, expect, test } from 'vitest'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { lossGradients } from '#engine/training/loss-gradients.ts'
import { kernelTable } from '#engine/methods/nern/coordinates.ts'
import { assembleWeights, kernelNorms, kernelRows, kernelRowWeights } from '#engine/methods/nern/kernels.ts'
import { named } from '#engine/program/named.ts'
import { tf } from '#engine/program/tfjs.ts'
import { asMatrix } from '#engine/network/tensor-rank.ts'
import { float32Tensor, sizeOf } from '#shared/tensors/host-tensor.ts'
import { evaluate } from '#test/support/run-program.ts'

let executor: Executor
beforeAll(async () => {
  executor = await createExecutor({ executor: 'reference', provider: 'cpu', threads: 1 })
})
afterAll(() => executor.dispose())

const table = kernelTable([
  { name: 'whole', shape: [1, 2, 3, 3] },
  { name: 'pointwise', shape: [2, 1, 1, 1] },
  { name: 'row', shape: [1, 1, 1, 3] },
  { name: 'linear', shape: [1, 2] },
])
const weights = {
  whole: float32Tensor(
    [1, 2, 3, 3],
    Float32Array.from({ length: 18 }, (_, at) => at + 1),
  ),
  pointwise: float32Tensor([2, 1, 1, 1], Float32Array.of(-3, 4)),
  row: float32Tensor([1, 1, 1, 3], Float32Array.of(5, 6, 7)),
  linear: float32Tensor([1, 2], Float32Array.of(8, -9)),
}

test('smaller kernels lie in the centre of their rows', () => {
  const rows = kernelRows(weights, table)
  expect(rows.shape).toEqual([7, 9])
  expect([...rows.data.slice(18)]).toEqual([
    ...[0, 0, 0, 0, -3, 0, 0, 0, 0],
    ...[0, 0, 0, 0, 4, 0, 0, 0, 0],
    ...[0, 0, 0, 5, 6, 7, 0, 0, 0],
    ...[0, 0, 0, 0, 8, 0, 0, 0, 0],
    ...[0, 0, 0, 0, -9, 0, 0, 0, 0],
  ])
})

test('rows become the weights they came from, and the gradient off the centre is zero', async () => {
  const tensors = { rows: kernelRows(weights, table) }
  const results = await evaluate(executor, 'assemble', tensors, (given) => {
    const { gradients, outputs } = lossGradients(given, ['rows'], (leaves) => {
      const assembled = assembleWeights(asMatrix(named(leaves, 'rows')), table)
      const sums = Object.values(assembled).map((weight): tf.Scalar => tf.sum(weight))
      return { loss: sums.reduce((total, sum): tf.Scalar => tf.add(total, sum)), outputs: { ...assembled } }
    })
    return { ...outputs, gradient: named(gradients, 'rows') }
  })
  const { gradient, ...assembled } = results
  expect(assembled).toEqual(weights)
  expect(gradient?.data).toEqual(kernelRowWeights(table, 'rmse').data)
})

test('row weights of the mean of layer errors sum to one, each layer having the same share', () => {
  const data = Array.from(kernelRowWeights(table, 'layer-mse').data)
  const share = (from: number, to: number): number =>
    data.slice(9 * from, 9 * to).reduce((sum, value) => sum + value, 0)
  expect([share(0, 2), share(2, 4), share(4, 5), share(5, 7)].map((value) => value.toFixed(6))).toEqual(
    Array(4).fill('0.250000'),
  )
})

test('norms are those of the kernels', () => {
  expect([...kernelNorms(kernelRows(weights, table))].slice(2)).toEqual([3, 4, Math.sqrt(110), 8, 9])
})

test('a missing layer is named', () => {
  expect(() => kernelRows({ whole: weights.whole }, table)).toThrow('pointwise needs 2 weights, got none')
})

test.each([
  { largest: 5, extent: 3, start: 1 },
  { largest: 7, extent: 5, start: 1 },
  { largest: 7, extent: 4, start: 1 },
  { largest: 7, extent: 2, start: 2 },
  { largest: 4, extent: 3, start: 0 },
  { largest: 4, extent: 1, start: 1 },
])(
  'of $largest x $largest, $extent x $extent ones begin at $start and come back',
  async ({ largest, extent, start }) => {
    const mixed = kernelTable([
      { name: 'large', shape: [1, 1, largest, largest] },
      { name: 'small', shape: [2, 1, extent, extent] },
    ])
    const numbers = (shape: readonly number[]) =>
      float32Tensor(
        shape,
        Float32Array.from({ length: sizeOf(shape) }, (_, at) => at + 1),
      )
    const given = { large: numbers([1, 1, largest, largest]), small: numbers([2, 1, extent, extent]) }
    const rows = kernelRows(given, mixed)
    expect(rows.shape).toEqual([3, largest * largest])
    expect(rows.data.subarray(largest * largest).indexOf(1)).toBe(start * largest + start)
    const assembled = await evaluate(executor, 'assemble', { rows }, (tensors) =>
      assembleWeights(asMatrix(named(tensors, 'rows')), mixed),
    )
    expect(assembled).toEqual(given)
  },
)
