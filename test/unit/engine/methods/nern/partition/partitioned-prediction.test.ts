import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { partGroups, sharesOf } from '#engine/methods/nern/partition/parts.ts'
import { predictAllProgram } from '#engine/methods/nern/programs/predict-all.ts'
import { fullStepProgram } from '#engine/methods/nern/programs/full-step.ts'
import { objectiveInputs } from '#engine/methods/nern/programs/objective-gradients.ts'
import { sampledStepProgram } from '#engine/methods/nern/programs/sampled-step.ts'
import { roundPredictor } from '#engine/methods/nern/quantisation/round-predictor.ts'
import {
  createRepresentation,
  freshPredictor,
  kernelDraw,
  kernelTargets,
  type Representation,
} from '#engine/methods/nern/representation.ts'
import { initialScales, quantisationPlan } from '#engine/quantisation/fake-quantisation.ts'
import { prunedByMagnitude } from '#engine/methods/nern/predictor-pruning.ts'
import { createOptimizer } from '#engine/training/optimizers/create-optimizer.ts'
import { initialOptimizerState, optimizerInputsAt, type Optimizer } from '#engine/training/optimizers/optimizer.ts'
import { sgd } from '#engine/training/optimizers/sgd.ts'
import type { Embedding } from '#engine/methods/nern/positional-embedding.ts'
import { Random } from '#shared/basics/random.ts'
import { gentleOptimizer } from '#shared/experiment/config-fields.ts'
import { float32Tensor, int32Tensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { normalTensor } from '#test/support/normal-tensor.ts'
import { dataOf, runOnce, scalarOf } from '#test/support/run-program.ts'

const layers = [
  { name: 'a', shape: [4, 3, 3, 3] },
  { name: 'b', shape: [5, 4, 3, 3] },
  { name: 'c', shape: [6, 2, 1, 1] },
] as const
/** 44 kernels: three parts of a group and one of its own. */
const parts = [12, 12, 12, 8]
const [hiddenSize, blocks] = [6, 3]
const positional: Embedding = { type: 'positional', base: 1.25, levels: 4, fusion: 'concat' }
const seeded: Embedding = { type: 'seeded', numbers: 7, seed: 0 }
const random = Random.fromSeed(3)
const weights: HostTensors = Object.fromEntries(layers.map(({ name, shape }) => [name, normalTensor(random, shape)]))

const represent = (embedding: Embedding): Representation =>
  createRepresentation({ representedLayers: layers, embedding, hiddenSize, blocks, parts })

let executor: Executor
beforeAll(async () => {
  executor = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 1 })
})
afterAll(() => executor.dispose())

/** Every row by plain loops: the kernel's inputs through the parameters of its part. */
function expectedRows(representation: Representation, predictor: HostTensors): number[][] {
  const { tables } = representation
  const rowsOf = (name: string) => dataOf(tables.constants, name)
  const inputOf = (kernel: number): number[] => {
    if (tables.kind === 'tables') {
      return ['layer', 'filter', 'channel'].flatMap((axis) => {
        const row = rowsOf(`embedding.${axis}Row`)[kernel] ?? 0
        return Array.from(rowsOf(`embedding.${axis}`).subarray(row * 8, (row + 1) * 8))
      })
    }
    const place = rowsOf('embedding.place')[kernel] ?? 0
    return Array.from(rowsOf('embedding.rows').subarray(place * 7, (place + 1) * 7))
  }
  return parts.flatMap((kernels, part) =>
    Array.from({ length: kernels }, (_, place) => {
      let values = inputOf(parts.slice(0, part).reduce((sum, count) => sum + count, 0) + place)
      for (let block = 0; block < blocks; block++) {
        const [weight, bias] = [
          dataOf(predictor, `predictor.${block}.weight`),
          dataOf(predictor, `predictor.${block}.bias`),
        ]
        const rows = bias.length / parts.length
        values = Array.from({ length: rows }, (_unused, row) => {
          const at = part * rows + row
          const sum = values.reduce(
            (total, value, column) => total + value * (weight[at * values.length + column] ?? 0),
            bias[at] ?? 0,
          )
          return block < blocks - 1 ? Math.max(0, sum) : sum
        })
      }
      return values
    }),
  )
}

describe.each([
  ['coordinates', positional],
  ['seeded inputs', seeded],
])('parts that see %s', (_what, embedding) => {
  const representation = represent(embedding)
  const predictor = freshPredictor(representation, Random.fromSeed(4))
  const targets = kernelTargets(representation, weights)
  const names = Object.keys(representation.parameterSpecs)

  test('predict each kernel by the parameters of its part', async () => {
    const rows = expectedRows(representation, predictor)
    const predicted = await runOnce(executor, predictAllProgram(representation, 'caller'), {}, predictor)
    dataOf(predicted, 'a').forEach((value, at) => {
      expect(value).toBeCloseTo(rows[Math.floor(at / 9)]?.[at % 9] ?? NaN, 5)
    })
    dataOf(predicted, 'c').forEach((value, at) => {
      expect(value, 'the centre of its kernel').toBeCloseTo(rows[32 + at]?.[4] ?? NaN, 5)
    })
  })

  /** What a step of rate 1 changes. */
  async function gradients(program: Parameters<Executor['compile']>[0], inputs: HostTensors, optimizer: Optimizer) {
    const compiled = await executor.compile(program)
    const state = executor.createState({ ...predictor, ...initialOptimizerState(optimizer, predictor) })
    const outputs = await compiled.run({ ...inputs, ...optimizerInputsAt(optimizer, 1, 1) }, state)
    const after = await state.read(names)
    state.dispose()
    compiled.dispose()
    return {
      outputs,
      moved: names.map((name) => dataOf(predictor, name).map((value, at) => value - (dataOf(after, name)[at] ?? NaN))),
    }
  }

  test('a sampled step of all kernels moves the predictor as a full step without images does', async () => {
    const descent = sgd({ momentum: 0, nesterov: false, weightDecay: 0 })
    const every = int32Tensor(
      [44],
      Int32Array.from({ length: 44 }, (_, kernel) => kernel),
    )
    const options = { representation, targets, form: 'rmse', optimizer: descent } as const
    const sampled = await gradients(sampledStepProgram({ ...options, sampledKernels: 44 }), { kernels: every }, descent)
    const full = await gradients(
      fullStepProgram({ ...options, sampledKernels: 'all' }),
      objectiveInputs({ reconstruction: 1, featureMaps: 0, distillation: 0 }),
      descent,
    )
    expect(scalarOf(sampled.outputs, 'loss')).toBeCloseTo(scalarOf(full.outputs, 'loss'), 5)
    sampled.moved.forEach((moved, name) =>
      moved.forEach((value, at) => expect(value).toBeCloseTo(full.moved[name]?.[at] ?? NaN, 5)),
    )
    expect(sampled.moved.some((moved) => moved.some((value) => value !== 0))).toBe(true)
  })

  test('a step changes nothing of a part whose kernels fit exactly', async () => {
    const predicted = await runOnce(executor, predictAllProgram(representation, 'caller'), {}, predictor)
    // All but the kernels of layer c, which lie in parts 2 and 3.
    const fitted = kernelTargets(representation, {
      ...predicted,
      c: float32Tensor([6, 2, 1, 1], new Float32Array(12).fill(9)),
    })
    const descent = sgd({ momentum: 0, nesterov: false, weightDecay: 0 })
    const sampler = kernelDraw(representation, fitted, { method: 'uniform', kernels: 20 })
    expect(sampler.count).toBe(20)
    const kernels = int32Tensor([20], sampler.draw(Random.fromSeed(1)))
    const program = sampledStepProgram({
      representation,
      targets: fitted,
      form: 'rmse',
      optimizer: descent,
      sampledKernels: 20,
    })
    const { moved } = await gradients(program, { kernels }, descent)
    for (const changes of moved) {
      const size = changes.length / parts.length
      expect(Math.max(...changes.subarray(0, 2 * size).map(Math.abs))).toBeLessThan(1e-6)
    }
    expect(Math.max(...(moved[0] ?? new Float32Array()).map(Math.abs))).toBeGreaterThan(1e-3)
  })

  test('Muon orthogonalises the matrix of each part on its own', async () => {
    const config = { ...gentleOptimizer, type: 'muon', weightDecay: 0 } as const
    const optimizer = createOptimizer(config, ['predictor.1.weight'], parts.length)
    const every = int32Tensor(
      [44],
      Int32Array.from({ length: 44 }, (_, kernel) => kernel),
    )
    const program = sampledStepProgram({ representation, targets, form: 'rmse', optimizer, sampledKernels: 44 })
    const { moved } = await gradients(program, { kernels: every }, optimizer)
    const step = moved[names.indexOf('predictor.1.weight')] ?? new Float32Array()
    // Singular values of about 1 each: a Frobenius norm of about the root of their number, for every part.
    for (let part = 0; part < parts.length; part++) {
      const own = step.subarray(part * 36, (part + 1) * 36)
      const norm = Math.hypot(...own)
      expect(norm).toBeGreaterThan(1)
      expect(norm).toBeLessThan(1.3 * Math.sqrt(hiddenSize))
    }
  })

  test('rounding keeps every part on its grid, and compensates better than the nearest code', async () => {
    const plan = quantisationPlan(representation.parameterSpecs, 'int4')
    const scales = initialScales(plan, predictor)
    const rounded = await roundPredictor({
      executor,
      representation,
      predictor,
      plan,
      scales,
      random: Random.fromSeed(1),
    })
    const scale = Array.from(dataOf(scales, 'quantiser.predictor.1.weight'), Math.exp)
    expect(scale).toHaveLength(parts.length * hiddenSize)
    dataOf(rounded, 'predictor.1.weight').forEach((value, at) => {
      const code = value / (scale[Math.floor(at / hiddenSize)] ?? NaN)
      expect(Math.abs(code - Math.round(code))).toBeLessThan(1e-2)
    })
    const predicted = await runOnce(executor, predictAllProgram(representation, 'caller'), {}, predictor)
    const after = await runOnce(executor, predictAllProgram(representation, 'caller'), {}, rounded)
    const found = dataOf(after, 'b')
    const errors = Array.from(dataOf(predicted, 'b'), (value, at) => value - (found[at] ?? NaN))
    expect(Math.hypot(...errors)).toBeLessThan(0.4 * Math.hypot(...dataOf(predicted, 'b')))
  })
})

test('pruning takes as many weights of every part', () => {
  const predictor = freshPredictor(represent(seeded), Random.fromSeed(4))
  const pruned = dataOf(prunedByMagnitude(predictor, ['predictor.1.weight'], 0.5, parts.length), 'predictor.1.weight')
  for (let part = 0; part < parts.length; part++) {
    expect(pruned.subarray(part * 36, (part + 1) * 36).filter((value) => value === 0)).toHaveLength(18)
  }
})

test('kernels of a step are as many of every part, and parts of as many lie in one group', () => {
  expect(sharesOf(parts, 44)).toEqual(parts)
  expect(sharesOf(parts, 38)).toEqual([10, 10, 10, 8])
  expect(() => sharesOf(parts, 43)).toThrow(/43 kernels/)
  expect(partGroups(parts, hiddenSize)).toEqual([
    { firstPart: 0, parts: 3, kernels: 12, firstKernel: 0 },
    { firstPart: 3, parts: 1, kernels: 8, firstKernel: 36 },
  ])
})

test('groups hold no more than a bounded number of activations', () => {
  const groups = partGroups(Array<number>(300).fill(4096), 64)
  expect(groups.map((group) => group.parts)).toEqual([...Array<number>(18).fill(16), 12])
})
