import { afterAll, beforeAll, expect, test } from 'vitest'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { kernelTable } from '#engine/methods/nern/coordinates.ts'
import { assembleWeights, kernelRows, kernelRowWeights } from '#engine/methods/nern/kernels.ts'
import { permuteNetwork } from '#engine/methods/nern/permutation/network-permutation.ts'
import { createRepresentation, kernelTargets, meanSquaredWeight } from '#engine/methods/nern/representation.ts'
import { toTiles } from '#engine/methods/nern/tiles.ts'
import { asMatrix } from '#engine/network/tensor-rank.ts'
import { named } from '#engine/program/named.ts'
import { seenAsTiles } from '#shared/tensors/represented-shape.ts'
import { Random } from '#shared/basics/random.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import { normalTensor } from '#test/support/normal-tensor.ts'
import { dataOf, runOnce } from '#test/support/run-program.ts'

const layers = seenAsTiles(
  [
    { name: 'spatial', shape: [4, 3, 3, 3] as const },
    { name: 'pointwise', shape: [7, 4, 1, 1] as const },
    { name: 'linear', shape: [3, 6] as const },
  ],
  true,
)
const random = Random.fromSeed(5)
const weights: HostTensors = Object.fromEntries(layers.map(({ name, shape }) => [name, normalTensor(random, shape)]))
const table = kernelTable(layers)

let executor: Executor
beforeAll(async () => {
  executor = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 1 })
})
afterAll(() => executor.dispose())

test('a weight becomes squares of three filters by three channels, zero beyond it', () => {
  expect([...toTiles([1, 2, 3, 4, 5, 6, 7, 8], [2, 4])]).toEqual([
    ...[1, 2, 3, 5, 6, 7, 0, 0, 0],
    ...[4, 0, 0, 8, 0, 0, 0, 0, 0],
  ])
})

test('only layers of 1 x 1 kernels are tiled, and they have a ninth of the kernels', () => {
  expect(table.layers.map(({ tiled, filters, channels, height }) => [tiled, filters, channels, height])).toEqual([
    [undefined, 4, 3, 3],
    [true, 3, 2, 3],
    [true, 1, 2, 3],
  ])
  expect(table.kernels).toBe(12 + 6 + 2)
  expect(table.weights).toBe(108 + 28 + 18)
})

test('rows of kernels and back give the weights again, on ONNX Runtime', async () => {
  const program = {
    name: 'assemble',
    inputs: {},
    state: {},
    constants: { rows: kernelRows(weights, table) },
    build: (tensors: Parameters<typeof named>[0]) => assembleWeights(asMatrix(named(tensors, 'rows')), table),
  }
  const found = await runOnce(executor, program, {}, {})
  for (const { name, shape } of layers) {
    expect(found[name]?.shape).toEqual(shape)
    expect(dataOf(found, name)).toEqual(dataOf(weights, name))
  }
})

test('what a square has beyond its weight counts in no loss', () => {
  const counted = Array.from(kernelRowWeights(table, 'rmse').data).reduce((sum, value) => sum + value, 0)
  expect(counted).toBe(table.weights)
  const representation = createRepresentation({
    representedLayers: layers,
    embedding: { type: 'positional', base: 1.25, levels: 4, fusion: 'concat' },
    hiddenSize: 4,
    blocks: 2,
  })
  const targets = kernelTargets(representation, weights)
  expect(targets.constants).toHaveProperty('rowWeights')
  const squares = layers.flatMap(({ name }) => Array.from(dataOf(weights, name), (value) => value * value))
  const mean = squares.reduce((sum, square) => sum + square, 0) / squares.length
  expect(meanSquaredWeight(representation, targets)).toBeCloseTo(mean, 6)
})

test('tiles are permuted like kernels', async () => {
  const [, pointwise] = await permuteNetwork('cross-filter', table, weights)
  expect(pointwise?.mode === 'cross-filter' && [...pointwise.order].sort()).toEqual([0, 1, 2, 3, 4, 5])
})
