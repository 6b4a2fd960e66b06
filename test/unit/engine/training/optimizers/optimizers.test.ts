import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { named } from '#engine/program/named.ts'
import { adam } from '#engine/training/optimizers/adam.ts'
import { createOptimizer } from '#engine/training/optimizers/create-optimizer.ts'
import { muon } from '#engine/training/optimizers/muon.ts'
import {
  applyOptimizer,
  initialOptimizerState,
  optimizerInputsAt,
  optimizerInputSpecs,
  optimizerStateSpecs,
  type Optimizer,
} from '#engine/training/optimizers/optimizer.ts'
import { publishedRanger, ranger } from '#engine/training/optimizers/ranger.ts'
import { sgd } from '#engine/training/optimizers/sgd.ts'
import type { Program } from '#engine/program/program.ts'
import { float32Tensor, type HostTensors, type TensorSpecs } from '#shared/tensors/host-tensor.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { dataOf } from '#test/support/run-program.ts'

const named2d = z.record(z.string(), z.array(z.number()))
const fixture = z
  .object({
    shapes: z.record(z.string(), z.array(z.int())),
    learningRates: z.array(z.number()),
    start: named2d,
    gradients: z.array(named2d),
    cases: z.record(z.string(), z.array(named2d)),
  })
  .parse(
    JSON.parse(readFileSync(new URL('../../../../fixtures/optimizers/optimizer-steps.json', import.meta.url), 'utf8')),
  )

let executor: Executor
beforeAll(async () => {
  executor = await createExecutor({ executor: 'reference', provider: 'cpu', threads: 1 })
})
afterAll(() => executor.dispose())

const adamOptions = { beta1: 0.8, beta2: 0.95, epsilon: 1e-5, weightDecay: 0 }

describe('the steps of PyTorch', () => {
  const cases: Readonly<Record<string, readonly [Optimizer, readonly string[]]>> = {
    sgd: [sgd({ momentum: 0.9, nesterov: false, weightDecay: 0.01 }), ['matrix', 'wide', 'vector']],
    nesterov: [sgd({ momentum: 0.9, nesterov: true, weightDecay: 0.01 }), ['matrix', 'wide', 'vector']],
    adam: [adam(adamOptions), ['matrix', 'wide', 'vector']],
    adamw: [adam({ ...adamOptions, weightDecay: 0.1 }), ['matrix', 'wide', 'vector']],
    muon: [
      muon({ ...adamOptions, weightDecay: 0.1, momentum: 0.95, adamShare: 1, matrices: ['matrix', 'wide'] }),
      ['matrix', 'wide'],
    ],
  }

  test.each(Object.entries(cases))('%s', async (name, [optimizer, parameters]) => {
    const history = await run(optimizer, parameters)
    const expected = fixture.cases[name] ?? []
    expect(history).toHaveLength(expected.length)
    history.forEach((values, step) => {
      for (const parameter of parameters) {
        dataOf(values, parameter).forEach((value, at) => {
          expect(value, `${parameter}[${at}] after step ${step + 1}`).toBeCloseTo(
            expected[step]?.[parameter]?.[at] ?? NaN,
            5,
          )
        })
      }
    })
  })
})

test('muon moves all other tensors by Adam, at its share of the learning rate', async () => {
  const options = { ...adamOptions, momentum: 0.95, adamShare: 0.25, matrices: ['matrix'] }
  const mixed = await run(muon(options), ['vector', 'matrix'])
  const quartered = fixture.learningRates.map((rate) => rate / 4)
  const alone = await run(adam(adamOptions), ['vector'], quartered)
  expect(mixed.map((values) => values['vector'])).toEqual(alone.map((values) => values['vector']))
})

test('muon leaves a matrix without gradient where it is', async () => {
  const options = { ...adamOptions, momentum: 0.95, adamShare: 1, matrices: ['matrix'] }
  const history = await run(muon(options), ['matrix'], [0.1], () => 0)
  expect([...dataOf(history[0] ?? {}, 'matrix')]).toEqual(fixture.start['matrix']?.map(Math.fround))
})

test('ranger: rectification starts at step 6, Lookahead syncs every sixth step', () => {
  const optimizer = ranger({ beta1: 0.5, beta2: 0.999, epsilon: 1e-5, weightDecay: 1e-3, ...publishedRanger })
  const scalars = Array.from({ length: 13 }, (_, at) => optimizer.scalarsAt(at + 1, 1))
  expect(scalars.map(({ isRectified }) => isRectified)).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1])
  expect(scalars.map(({ isLookahead }) => isLookahead)).toEqual([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0])
})

test('ranger: slow weights start as the parameters and take half the way at a sync', async () => {
  const optimizer = ranger({ beta1: 0.5, beta2: 0.999, epsilon: 1e-5, weightDecay: 0, ...publishedRanger })
  const never = ranger({
    beta1: 0.5,
    beta2: 0.999,
    epsilon: 1e-5,
    weightDecay: 0,
    ...publishedRanger,
    lookaheadSteps: 1000,
  })
  const [synced, unsynced] = [(await run(optimizer, ['vector']))[5], (await run(never, ['vector']))[5]]
  dataOf(synced ?? {}, 'vector').forEach((value, at) => {
    const start = fixture.start['vector']?.[at] ?? NaN
    const fast = dataOf(unsynced ?? {}, 'vector')[at] ?? NaN
    expect(value).toBeCloseTo((start + fast) / 2, 6)
  })
})

test.each(['adam', 'ranger', 'muon'] as const)('a configuration of %s makes that optimiser', (type) => {
  const config = { ...fastConfig.reconstruction.optimizer, type }
  expect(createOptimizer(config, ['predictor.1.weight']).name).toBe(type)
})

/** Parameters after every step, from the fixture's start and gradients. */
async function run(
  optimizer: Optimizer,
  parameters: readonly string[],
  rates: readonly number[] = fixture.learningRates,
  change: (gradient: number) => number = (gradient) => gradient,
): Promise<readonly HostTensors[]> {
  const tensor = (name: string, values: readonly number[] | undefined) =>
    float32Tensor(fixture.shapes[name] ?? [], Float32Array.from(values ?? []))
  const start = Object.fromEntries(parameters.map((name) => [name, tensor(name, fixture.start[name])]))
  const specs: TensorSpecs = Object.fromEntries(
    parameters.map((name) => [name, { shape: fixture.shapes[name] ?? [], dtype: 'float32' }]),
  )
  const program: Program = {
    name: 'optimiser',
    inputs: {
      ...Object.fromEntries(
        parameters.map((name) => [`gradient.${name}`, specs[name] ?? { shape: [], dtype: 'float32' }]),
      ),
      ...optimizerInputSpecs(optimizer),
    },
    state: { ...specs, ...optimizerStateSpecs(optimizer, specs) },
    constants: {},
    build(tensors) {
      const gradients = Object.fromEntries(parameters.map((name) => [name, named(tensors, `gradient.${name}`)]))
      return applyOptimizer(optimizer, parameters, gradients, tensors)
    },
  }
  const compiled = await executor.compile(program)
  const state = executor.createState({ ...start, ...initialOptimizerState(optimizer, start) })
  const history: HostTensors[] = []
  for (const [at, rate] of rates.entries()) {
    const gradients = parameters.map((name) => [
      `gradient.${name}`,
      tensor(name, fixture.gradients[at]?.[name]?.map(change)),
    ])
    await compiled.run({ ...Object.fromEntries(gradients), ...optimizerInputsAt(optimizer, at + 1, rate) }, state)
    history.push(await state.read(parameters))
  }
  state.dispose()
  compiled.dispose()
  return history
}
