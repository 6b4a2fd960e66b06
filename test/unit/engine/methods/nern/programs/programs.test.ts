import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { createOptimizer } from '#engine/training/optimizers/create-optimizer.ts'
import { initialOptimizerState, optimizerInputsAt } from '#engine/training/optimizers/optimizer.ts'
import { sgd } from '#engine/training/optimizers/sgd.ts'
import { permuteNetwork } from '#engine/methods/nern/permutation/network-permutation.ts'
import { prunedByMagnitude } from '#engine/methods/nern/predictor-pruning.ts'
import { fullStepProgram, type FullStepOptions } from '#engine/methods/nern/programs/full-step.ts'
import { objectiveInputs } from '#engine/methods/nern/programs/objective-gradients.ts'
import { predictAllProgram } from '#engine/methods/nern/programs/predict-all.ts'
import { sampledStepProgram } from '#engine/methods/nern/programs/sampled-step.ts'
import { initialScales, quantisationPlan } from '#engine/quantisation/fake-quantisation.ts'
import { createRepresentation, freshPredictor, kernelTargets } from '#engine/methods/nern/representation.ts'
import { evaluateProgram } from '#engine/network/evaluation.ts'
import type { Program } from '#engine/program/program.ts'
import { gentleOptimizer } from '#shared/experiment/config-fields.ts'
import { float32Tensor, int32Tensor, type HostTensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { Random } from '#shared/basics/random.ts'
import { normalTensor } from '#test/support/normal-tensor.ts'
import { dataOf, runOnce, scalarOf } from '#test/support/run-program.ts'
import { tinyNetwork } from '../../../network/tiny-network.ts'

/** Plain descent of rate 1 without momentum: the change of a parameter is minus its gradient. */
const descent = sgd({ momentum: 0, nesterov: false, weightDecay: 0 })

const network = tinyNetwork()
const random = Random.fromSeed(7)
const normal = (shape: readonly number[], scale?: number, offset?: number): HostTensor =>
  normalTensor(random, shape, scale, offset)
const parameters: HostTensors = Object.fromEntries(
  network.parameters.map(({ name, shape, role }) => [
    name,
    role === 'bn-variance' ? normal(shape, 0.01, 1) : normal(shape, 0.5),
  ]),
)
const representation = createRepresentation({
  representedLayers: network.representedLayers,
  embedding: { type: 'positional', base: 0.76, levels: 6, fusion: 'concat' },
  hiddenSize: 7,
  blocks: 3,
})
const { table } = representation
const targets = kernelTargets(representation, parameters)
const start = freshPredictor(representation, Random.fromSeed(8))
const names = Object.keys(representation.parameterSpecs)
const batch = 3
const images = float32Tensor(
  [batch, 3, 8, 8],
  Float32Array.from({ length: batch * 192 }, () => random.integer(256)),
)

let executor: Executor
beforeAll(async () => {
  executor = await createExecutor({ executor: 'reference', provider: 'cpu', threads: 1 })
})
afterAll(() => executor.dispose())

function fullStep(
  sampledKernels: number | 'all',
  change: Partial<FullStepOptions['distillation']> = {},
  more: Partial<Pick<FullStepOptions, 'optimizer' | 'quantisation' | 'pruned'>> = {},
): Program {
  return fullStepProgram({
    representation,
    targets,
    form: 'rmse',
    optimizer: descent,
    sampledKernels,
    distillation: {
      network,
      parameters,
      batch,
      featureMaps: 'documented',
      form: 'standard',
      temperature: 1,
      ...change,
    },
    ...more,
  })
}

interface Step {
  readonly outputs: HostTensors
  /** Of every parameter. */
  readonly gradients: Readonly<Record<string, readonly number[]>>
}

/** One step of rate 1 from `from`: outputs, and gradients by what moved. */
async function step(program: Program, inputs: HostTensors, from: HostTensors = start): Promise<Step> {
  const compiled = await executor.compile(program)
  const state = executor.createState({ ...from, ...initialOptimizerState(descent, from) })
  const outputs = await compiled.run({ ...inputs, ...optimizerInputsAt(descent, 1, 1) }, state)
  const after = await state.read(names)
  state.dispose()
  compiled.dispose()
  const moved = names.map((name) => [
    name,
    Array.from(dataOf(from, name), (value, at) => value - (dataOf(after, name)[at] ?? NaN)),
  ])
  return { outputs, gradients: Object.fromEntries(moved) }
}

const weights = { reconstruction: 1, featureMaps: 0.3, distillation: 0.5 }
const fullInputs = { images, ...objectiveInputs(weights) }
const indices = (...kernels: number[]): HostTensor => int32Tensor([kernels.length], Int32Array.from(kernels))
const everyKernel = indices(...Array.from({ length: table.kernels }, (_, kernel) => kernel))

function expectNear(actual: Step['gradients'], expected: Step['gradients'], digits = 5): void {
  for (const name of names) {
    actual[name]?.forEach((value, at) => {
      expect(value, `${name}[${at}]`).toBeCloseTo(expected[name]?.[at] ?? NaN, digits)
    })
  }
}

describe('a sampled step', () => {
  const program = (sampledKernels: number): Program =>
    sampledStepProgram({ representation, targets, form: 'rmse', optimizer: descent, sampledKernels })

  test('of all kernels is a full step without distillation', async () => {
    const sampled = await step(program(table.kernels), { kernels: everyKernel })
    const reconstruction = { reconstruction: 1, featureMaps: 0, distillation: 0 }
    const full = await step(fullStep('all'), { images, ...objectiveInputs(reconstruction) })
    expect(scalarOf(sampled.outputs, 'loss')).toBeCloseTo(scalarOf(full.outputs, 'reconstructionLoss'), 6)
    expectNear(sampled.gradients, full.gradients)
  })

  test('has the error of the sample, and a kernel drawn twice counts twice', async () => {
    const twice = await step(program(3), { kernels: indices(5, 0, 5) })
    const [five, zero] = [
      await step(program(1), { kernels: indices(5) }),
      await step(program(1), { kernels: indices(0) }),
    ]
    const squares = [five, five, zero].map(({ outputs }) => scalarOf(outputs, 'loss') ** 2)
    const mean = squares.reduce((sum, square) => sum + square, 0) / 3
    expect(scalarOf(twice.outputs, 'loss')).toBeCloseTo(Math.sqrt(mean), 5)
  })

  test('keeps a kernel that it fits exactly where it is', async () => {
    const predicted = await runOnce(executor, predictAllProgram(representation, 'caller'), {}, start)
    const fitted = kernelTargets(representation, { ...parameters, ...predicted })
    const exact = sampledStepProgram({
      representation,
      targets: fitted,
      form: 'rmse',
      optimizer: descent,
      sampledKernels: 1,
    })
    const { outputs, gradients } = await step(exact, { kernels: indices(4) })
    expect(scalarOf(outputs, 'loss')).toBe(0)
    expect(
      Object.values(gradients)
        .flat()
        .every((value) => value === 0),
    ).toBe(true)
  })
})

describe('a full step', () => {
  test('has one gradient, whether all kernels are asked for by name or not', async () => {
    const all = await step(fullStep('all'), fullInputs)
    const listed = await step(fullStep(table.kernels), { ...fullInputs, kernels: everyKernel })
    expectNear(listed.gradients, all.gradients)
  })

  test('adds gradients of sampled kernels, m times for one drawn m times', async () => {
    const rest = everyKernel.data.slice(2)
    const parts = [indices(0, 0, 0), indices(1), indices(...rest)]
    const [triple, one, others] = await Promise.all(
      parts.map((kernels) => step(fullStep(kernels.data.length), { ...fullInputs, kernels })),
    )
    const all = await step(fullStep('all'), fullInputs)
    const sum = Object.fromEntries(
      names.map((name) => [
        name,
        all.gradients[name]?.map(
          (_, at) =>
            (triple?.gradients[name]?.[at] ?? NaN) / 3 +
            (one?.gradients[name]?.[at] ?? NaN) +
            (others?.gradients[name]?.[at] ?? NaN),
        ) ?? [],
      ]),
    )
    expectNear(all.gradients, sum)
  })

  test('reports the same losses whatever is sampled', async () => {
    const all = await step(fullStep('all'), fullInputs)
    const few = await step(fullStep(2), { ...fullInputs, kernels: indices(3, 9) })
    for (const name of ['loss', 'reconstructionLoss', 'featureMapLoss', 'distillationLoss']) {
      expect(scalarOf(few.outputs, name), name).toBeCloseTo(scalarOf(all.outputs, name), 5)
    }
    const [loss, reconstruction, maps, divergence] = [
      'loss',
      'reconstructionLoss',
      'featureMapLoss',
      'distillationLoss',
    ].map((name) => scalarOf(all.outputs, name))
    const weighted =
      weights.reconstruction * (reconstruction ?? NaN) +
      weights.featureMaps * (maps ?? NaN) +
      weights.distillation * (divergence ?? NaN)
    expect(loss).toBeCloseTo(weighted, 5)
  })

  test.each(['predictor.0.weight', 'predictor.1.bias', 'predictor.2.weight'])(
    'has the slope of its loss along %s',
    async (name) => {
      const program = fullStep('all', { featureMaps: 'faithful', form: 'stabilised', temperature: 2 })
      const { gradients } = await step(program, fullInputs)
      const direction = gradients[name] ?? []
      const length = Math.sqrt(direction.reduce((sum, value) => sum + value * value, 0))
      const lossAt = async (distance: number): Promise<number> => {
        const { shape, data } = start[name] ?? normal([])
        const moved = Float32Array.from(data, (value, at) => value + (distance * (direction[at] ?? NaN)) / length)
        const { outputs } = await step(program, fullInputs, { ...start, [name]: float32Tensor(shape, moved) })
        return scalarOf(outputs, 'loss')
      }
      const distance = 1e-2
      const slope = ((await lossAt(distance)) - (await lossAt(-distance))) / (2 * distance)
      expect(Math.abs(slope / length - 1)).toBeLessThan(0.02)
    },
  )

  test('has no distillation left where the weights are the original ones', async () => {
    const predicted = await runOnce(executor, predictAllProgram(representation, 'caller'), {}, start)
    const same = { ...parameters, ...predicted }
    const program = fullStepProgram({
      representation,
      targets: kernelTargets(representation, same),
      form: 'rmse',
      optimizer: descent,
      sampledKernels: 'all',
      distillation: {
        network,
        parameters: same,
        batch,
        featureMaps: 'documented',
        form: 'standard',
        temperature: 1,
      },
    })
    const { outputs } = await step(program, fullInputs)
    for (const name of ['reconstructionLoss', 'featureMapLoss', 'distillationLoss']) {
      expect(Math.abs(scalarOf(outputs, name)), name).toBeLessThan(1e-6)
    }
  })
})

describe('terms that a full step leaves out', () => {
  const rec = { reconstruction: 1, featureMaps: 0, distillation: 0 }

  test.each([
    ['feature maps', { featureMaps: 'none' }, { ...rec, distillation: 0.5 }, 'distillationLoss'],
    ['divergence', { form: 'none' }, { ...rec, featureMaps: 0.3 }, 'featureMapLoss'],
  ] as const)('%s: it goes where a weight of 0 takes it', async (_title, change, objective, left) => {
    const inputs = { images, ...objectiveInputs(objective) }
    const [without, weighted] = [await step(fullStep('all', change), inputs), await step(fullStep('all'), inputs)]
    expect(Object.keys(without.outputs).toSorted()).toEqual(['loss', 'reconstructionLoss', left].toSorted())
    for (const name of ['loss', 'reconstructionLoss', left]) {
      expect(scalarOf(without.outputs, name)).toBeCloseTo(scalarOf(weighted.outputs, name), 6)
    }
    expectNear(without.gradients, weighted.gradients)
  })

  test('both: it has no images', async () => {
    const program = fullStepProgram({
      representation,
      targets,
      form: 'rmse',
      optimizer: descent,
      sampledKernels: 'all',
    })
    const without = await step(program, objectiveInputs(rec))
    const weighted = await step(fullStep('all'), { images, ...objectiveInputs(rec) })
    expect(scalarOf(without.outputs, 'loss')).toBeCloseTo(scalarOf(weighted.outputs, 'loss'), 6)
    expectNear(without.gradients, weighted.gradients)
  })

  test('the original network, where its logits are given, which needs feature maps to be left out', async () => {
    const objective = { ...rec, distillation: 0.5 }
    const evaluated = await runOnce(
      executor,
      evaluateProgram(network, { batch, parameters, inState: 'none' }),
      { images },
      {},
    )
    const originalLogits = evaluated['logits'] ?? normal([])
    const given = await step(fullStep('all', { featureMaps: 'none', hasOriginalLogits: true }), {
      images,
      originalLogits,
      ...objectiveInputs(objective),
    })
    const computed = await step(fullStep('all', { featureMaps: 'none' }), { images, ...objectiveInputs(objective) })
    expect(scalarOf(given.outputs, 'distillationLoss')).toBeCloseTo(scalarOf(computed.outputs, 'distillationLoss'), 6)
    expectNear(given.gradients, computed.gradients)
    const inputs = { images, originalLogits, ...objectiveInputs(objective) }
    await expect(step(fullStep('all', { hasOriginalLogits: true }), inputs)).rejects.toThrow(
      'feature maps need the original network to run',
    )
  })
})

describe('a step of a pruned predictor', () => {
  const matrix = 'predictor.1.weight'

  test.each(['adam', 'ranger', 'muon'] as const)(
    'leaves zeros at zero and moves the other weights, by %s',
    async (type) => {
      const optimizer = createOptimizer({ ...gentleOptimizer, type, learningRate: 0.01, weightDecay: 1e-3 }, [matrix])
      const pruned = prunedByMagnitude(start, [matrix], 0.5)
      const plan = quantisationPlan(representation.parameterSpecs, 'int6')
      const quantisation = { plan, learnsScales: true }
      const from = { ...pruned, ...initialScales(plan, pruned) }
      const compiled = await executor.compile(fullStep('all', {}, { optimizer, quantisation, pruned: [matrix] }))
      const state = executor.createState({ ...from, ...initialOptimizerState(optimizer, from) })
      // Ranger's slow weights come back at the sixth.
      for (let at = 1; at <= 7; at++) {
        await compiled.run({ ...fullInputs, ...optimizerInputsAt(optimizer, at, 0.01) }, state)
      }
      const after = dataOf(await state.read([matrix]), matrix)
      const before = dataOf(pruned, matrix)
      const wrong = Array.from(before, (value, at) => (value === 0 ? !Object.is(after[at], 0) : after[at] === value))
      expect(before.filter((value) => value === 0)).toHaveLength(24)
      expect(wrong).not.toContain(true)
      state.dispose()
      compiled.dispose()
    },
  )
})

describe('predicting all', () => {
  test('replaces the weights in the state that an evaluation reads', async () => {
    const compiled = await executor.compile(predictAllProgram(representation, 'state'))
    const state = executor.createState({ ...parameters, ...start })
    await compiled.run({}, state)
    const written = await state.read(network.representedLayers.map(({ name }) => name))
    const returned = await runOnce(executor, predictAllProgram(representation, 'caller'), {}, start)
    expect(written).toEqual(returned)
    for (const { name, shape } of network.representedLayers) expect(written[name]?.shape).toEqual(shape)
    state.dispose()
    compiled.dispose()
  })

  test('never moves weights: a permutation only renames coordinates', async () => {
    const permutations = await permuteNetwork('cross-filter', table, parameters)
    const permuted = createRepresentation({
      representedLayers: network.representedLayers,
      embedding: { type: 'positional', base: 0.76, levels: 6, fusion: 'concat' },
      hiddenSize: 7,
      blocks: 3,
      permutations,
    })
    expect(kernelTargets(permuted, parameters)).toEqual(targets)
    const natural = await runOnce(executor, predictAllProgram(representation, 'caller'), {}, start)
    const moved = await runOnce(executor, predictAllProgram(permuted, 'caller'), {}, start)
    const [layer] = table.layers
    const [permutation] = permutations
    if (layer === undefined || permutation?.mode !== 'cross-filter') throw new Error('expected a permuted layer')
    permutation.order.forEach((kernel, position) => {
      const rowOf = (weights: HostTensors, at: number) => [...dataOf(weights, layer.name).slice(9 * at, 9 * at + 9)]
      expect(rowOf(moved, kernel)).toEqual(rowOf(natural, position))
    })
  })
})
