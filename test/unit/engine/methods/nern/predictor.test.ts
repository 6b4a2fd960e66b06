import { afterAll, beforeAll, expect, test } from 'vitest'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { lossGradients } from '#engine/training/loss-gradients.ts'
import { embeddingTables, type EmbeddingTables } from '#engine/methods/nern/embedding-tables.ts'
import { named } from '#engine/program/named.ts'
import {
  embedCoordinates,
  fourierEmbedding,
  type CoordinateEmbedding,
} from '#engine/methods/nern/positional-embedding.ts'
import {
  hiddenMatrices,
  initialPredictor,
  predict,
  predictInParts,
  predictorSpecs,
} from '#engine/methods/nern/predictor.ts'
import { tf } from '#engine/program/tfjs.ts'
import { asVector } from '#engine/network/tensor-rank.ts'
import { predictorParameterCount } from '#shared/methods/nern/accounting.ts'
import { float32Tensor, int32Tensor, sizeOf, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { Random } from '#shared/basics/random.ts'
import { dataOf, evaluate } from '#test/support/run-program.ts'

let executor: Executor
beforeAll(async () => {
  executor = await createExecutor({ executor: 'reference', provider: 'cpu', threads: 1 })
})
afterAll(() => executor.dispose())

/** Not contiguous and out of order, as tables must cope with. */
const coordinates = Int32Array.of(4, 7, 2, 0, 7, 511, 4, 0, 2, 9, 3, 30, 4, 7, 2)
const kernels = coordinates.length / 3

test.each([140, 160, 180, 200, 1024])('a predictor of width %i has 3 h^2 + 253 h + 9 parameters', (hiddenSize) => {
  const specs = predictorSpecs({ inputs: 240, hiddenSize, blocks: 5, outputs: 9 })
  const count = Object.values(specs).reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  expect(count).toBe(3 * hiddenSize ** 2 + 253 * hiddenSize + 9)
  expect(count).toBe(predictorParameterCount(240, hiddenSize, 5, 9))
})

test('the hidden matrices are those between two hidden layers', () => {
  expect(hiddenMatrices(5)).toEqual(['predictor.1.weight', 'predictor.2.weight', 'predictor.3.weight'])
  expect(hiddenMatrices(2)).toEqual([])
})

test('initial values are uniform within one over the root of the inputs and follow the seed', () => {
  const shape = { inputs: 60, hiddenSize: 40, blocks: 3, outputs: 9 }
  const initial = initialPredictor(shape, Random.fromSeed(1))
  expect(initialPredictor(shape, Random.fromSeed(1))).toEqual(initial)
  expect(initialPredictor(shape, Random.fromSeed(2))).not.toEqual(initial)
  for (const [name, inputs] of [
    ['predictor.0.weight', 60],
    ['predictor.1.weight', 40],
    ['predictor.2.bias', 40],
  ] as const) {
    const scaled = Array.from(dataOf(initial, name), (value) => value * Math.sqrt(inputs))
    expect(Math.max(...scaled.map(Math.abs))).toBeLessThanOrEqual(1)
    expect(Math.max(...scaled)).toBeGreaterThan(0.5)
    expect(Math.min(...scaled)).toBeLessThan(-0.5)
  }
})

const embeddings: Readonly<Record<string, CoordinateEmbedding>> = {
  'three look-ups': { type: 'positional', base: 0.76, levels: 5, fusion: 'concat' },
  'three look-ups of one weight': { type: 'positional', base: 1.25, levels: 5, fusion: 'sum' },
  'a table of each coordinate': { type: 'one-hot', sizes: [10, 8, 512] },
  'rows of random features': fourierEmbedding(5),
}

test.each(Object.entries(embeddings))(
  '%s give what whole embeddings give, gradients included',
  async (_, embedding) => {
    const rows = embedCoordinates(coordinates, embedding)
    const inputs = rows.length / kernels
    const parameters = initialPredictor({ inputs, hiddenSize: 6, blocks: 3, outputs: 4 }, Random.fromSeed(3))
    const whole: EmbeddingTables = {
      kind: 'rows',
      constants: { 'embedding.rows': float32Tensor([kernels, inputs], rows) },
    }
    const actual = await predictAndDifferentiate(embeddingTables(coordinates, embedding), parameters)
    const expected = await predictAndDifferentiate(whole, parameters)
    expect(Object.keys(actual)).toEqual(Object.keys(expected))
    for (const name of Object.keys(expected)) {
      const values = dataOf(actual, name)
      dataOf(expected, name).forEach((value, at) => expect(values[at], `${name}[${at}]`).toBeCloseTo(value, 5))
    }
  },
)

test('a kernel asked for twice is predicted twice', async () => {
  const embedding = { type: 'positional', base: 0.76, levels: 5, fusion: 'concat' } as const
  const parameters = initialPredictor({ inputs: 30, hiddenSize: 6, blocks: 3, outputs: 4 }, Random.fromSeed(3))
  const tables = embeddingTables(coordinates, embedding)
  const tensors = { ...tables.constants, ...parameters, kernels: int32Tensor([3], Int32Array.of(2, 2, 1)) }
  const results = await evaluate(executor, 'predict some', tensors, (given) => ({
    all: predict(given, tables, 3),
    some: predict(given, tables, 3, asVector(named(given, 'kernels'))),
  }))
  const row = (kernel: number): number[] => [...dataOf(results, 'all').slice(4 * kernel, 4 * kernel + 4)]
  expect([...dataOf(results, 'some')]).toEqual([...row(2), ...row(2), ...row(1)])
})

test.each(Object.entries(embeddings))('%s give the same kernels part by part', async (_, embedding) => {
  const count = 5000
  const many = Int32Array.from({ length: 3 * count }, (__, at) => (at * 7) % 31)
  const inputs = embedCoordinates(coordinates, embedding).length / kernels
  const parameters = initialPredictor({ inputs, hiddenSize: 6, blocks: 3, outputs: 4 }, Random.fromSeed(3))
  const tables = embeddingTables(many, embedding)
  const chosen = Int32Array.from({ length: 3000 }, (__, at) => (at * 11) % count)
  const tensors = { ...tables.constants, ...parameters, chosen: int32Tensor([chosen.length], chosen) }
  const results = await evaluate(executor, 'predict in parts', tensors, (given) => ({
    parts: predictInParts(given, tables, 3),
    whole: predict(given, tables, 3),
    chosenParts: predictInParts(given, tables, 3, asVector(named(given, 'chosen'))),
    chosenWhole: predict(given, tables, 3, asVector(named(given, 'chosen'))),
  }))
  expect(dataOf(results, 'parts')).toHaveLength(4 * count)
  expect(dataOf(results, 'parts')).toEqual(dataOf(results, 'whole'))
  expect(dataOf(results, 'chosenParts')).toHaveLength(4 * chosen.length)
  expect(dataOf(results, 'chosenParts')).toEqual(dataOf(results, 'chosenWhole'))
})

function predictAndDifferentiate(tables: EmbeddingTables, parameters: HostTensors): Promise<HostTensors> {
  const random = Random.fromSeed(4)
  const upstream = float32Tensor(
    [kernels, 4],
    Float32Array.from({ length: 4 * kernels }, () => random.normal()),
  )
  return evaluate(executor, 'predict', { ...tables.constants, ...parameters, upstream }, (given) => {
    const { gradients, outputs } = lossGradients(given, Object.keys(parameters), (leaves) => {
      const predicted = predict(leaves, tables, 3)
      return { loss: tf.sum(tf.mul(predicted, named(given, 'upstream'))), outputs: { predicted } }
    })
    return { ...gradients, ...outputs }
  })
}
