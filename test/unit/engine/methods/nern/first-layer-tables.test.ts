import { afterAll, beforeAll, expect, test } from 'vitest'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { embeddingTables } from '#engine/methods/nern/embedding-tables.ts'
import { withFirstLayerTables } from '#engine/methods/nern/first-layer-tables.ts'
import {
  embeddingColumns,
  type OneHotEmbedding,
  type PositionalEmbedding,
} from '#engine/methods/nern/positional-embedding.ts'
import { initialPredictor, predict } from '#engine/methods/nern/predictor.ts'
import { float32Tensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { Random } from '#shared/basics/random.ts'
import { dataOf, evaluate } from '#test/support/run-program.ts'

let executor: Executor
beforeAll(async () => {
  executor = await createExecutor({ executor: 'reference', provider: 'cpu', threads: 1 })
})
afterAll(() => executor.dispose())

const coordinates = Int32Array.of(0, 0, 0, 0, 3, 5, 1, 6, 2, 2, 0, 1, 2, 6, 5)
const tables: OneHotEmbedding = { type: 'one-hot', sizes: [3, 7, 6] }
const shape = { hiddenSize: 8, blocks: 3, outputs: 4 }

async function predicted(
  embedding: PositionalEmbedding | OneHotEmbedding,
  parameters: HostTensors,
): Promise<Float32Array> {
  const constants = embeddingTables(coordinates, embedding)
  const { rows } = await evaluate(executor, 'predicted', { ...parameters, ...constants.constants }, (tensors) => ({
    rows: predict(tensors, constants, shape.blocks),
  }))
  return Float32Array.from(rows?.data ?? [])
}

test.each(['concat', 'sum'] as const)('tables predict what a first layer of weights does (%s)', async (fusion) => {
  const embedding: PositionalEmbedding = { type: 'positional', base: 0.76, levels: 10, fusion }
  const parameters = initialPredictor({ ...shape, inputs: embeddingColumns(embedding) }, Random.fromSeed(1))
  const converted = withFirstLayerTables(parameters, embedding, tables)
  expect(converted['predictor.0.weight']?.shape).toEqual([8, 16])
  const expected = await predicted(embedding, parameters)
  const actual = await predicted(tables, converted)
  expected.forEach((value, at) => {
    expect(Math.abs(value - (actual[at] ?? NaN))).toBeLessThan(1e-6)
  })
  expect(expected.some((value) => Math.abs(value) > 0.01)).toBe(true)
})

test('what all vectors of a coordinate share is in the bias', () => {
  const embedding: PositionalEmbedding = { type: 'positional', base: 0.76, levels: 10, fusion: 'concat' }
  const parameters = initialPredictor({ ...shape, inputs: 60 }, Random.fromSeed(2))
  const weight = dataOf(withFirstLayerTables(parameters, embedding, tables), 'predictor.0.weight')
  let first = 0
  for (const size of tables.sizes) {
    for (let row = 0; row < 8; row++) {
      const vectors = [...weight.subarray(row * 16 + first, row * 16 + first + size)]
      expect(Math.abs(vectors.reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-5)
    }
    first += size
  }
})

test('other layers stay as they are', () => {
  const embedding: PositionalEmbedding = { type: 'positional', base: 0.76, levels: 10, fusion: 'concat' }
  const parameters: HostTensors = {
    ...initialPredictor({ ...shape, inputs: 60 }, Random.fromSeed(3)),
    other: float32Tensor([1], Float32Array.of(2)),
  }
  const converted = withFirstLayerTables(parameters, embedding, tables)
  const { 'predictor.0.weight': _weight, 'predictor.0.bias': _bias, ...rest } = converted
  const { 'predictor.0.weight': _own, 'predictor.0.bias': _ownBias, ...same } = parameters
  expect(rest).toEqual(same)
})
