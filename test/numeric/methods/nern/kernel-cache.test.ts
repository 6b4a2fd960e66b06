/** Steps that predict only their sampled kernels, beside steps that predict all of them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { adam } from '#engine/training/optimizers/adam.ts'
import { initialOptimizerState, optimizerInputsAt } from '#engine/training/optimizers/optimizer.ts'
import { fullStepProgram, type FullStepOptions } from '#engine/methods/nern/programs/full-step.ts'
import { cachedRows, emptyCache, rowSourcesOf } from '#engine/methods/nern/programs/kernel-cache.ts'
import { objectiveInputs } from '#engine/methods/nern/programs/objective-gradients.ts'
import { createRepresentation, freshPredictor, kernelTargets } from '#engine/methods/nern/representation.ts'
import { initialParameters as initialNetwork } from '#networks/initial-parameters.ts'
import { float32Tensor, int32Tensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { Random } from '#shared/basics/random.ts'
import { dataOf } from '#test/support/run-program.ts'
import { distance } from '../../engine/agreement.ts'
import { tinyNetwork } from '../../../unit/engine/network/tiny-network.ts'

const batch = 3
/** One of them twice. */
const kernels = Int32Array.of(4, 0, 17, 4, 9, 23)

const network = tinyNetwork()
const original = initialNetwork(network, 1)
const representation = createRepresentation({
  representedLayers: network.representedLayers,
  embedding: { type: 'positional', base: 0.76, levels: 8, fusion: 'concat' },
  hiddenSize: 12,
  blocks: 3,
})
const optimizer = adam({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 })
const predictor = freshPredictor(representation, Random.fromSeed(2))
const start: HostTensors = { ...predictor, ...initialOptimizerState(optimizer, predictor) }

function options(sampledKernels: FullStepOptions['sampledKernels']): FullStepOptions {
  return {
    representation,
    targets: kernelTargets(representation, original),
    form: 'rmse',
    optimizer,
    sampledKernels,
    distillation: {
      network,
      parameters: original,
      batch,
      featureMaps: 'documented',
      form: 'standard',
      temperature: 1,
    },
  }
}

function inputsAt(step: number, learningRate: number): HostTensors {
  const { channels, height, width } = network.inputShape
  const random = Random.fromSeed(3)
  const pixels = Float32Array.from({ length: batch * channels * height * width }, () => random.integer(256))
  return {
    images: float32Tensor([batch, channels, height, width], pixels),
    kernels: int32Tensor([kernels.length], kernels),
    ...objectiveInputs({ reconstruction: 1, featureMaps: 0.1, distillation: 0.1 }),
    ...optimizerInputsAt(optimizer, step, learningRate),
  }
}

describe.each(['reference', 'onnxruntime'] as const)('on %s', (name) => {
  let executor: Executor
  beforeAll(async () => {
    executor = await createExecutor({ executor: name, provider: 'cpu', threads: 1 })
  })
  afterAll(() => {
    executor.dispose()
  })

  /** A step with this cache: what it returns and the state after it. */
  async function run(
    cache: FullStepOptions['cache'],
    state: HostTensors,
    step: number,
    learningRate: number,
  ): Promise<HostTensors> {
    const program = fullStepProgram({ ...options(kernels.length), ...(cache === undefined ? {} : { cache }) })
    const compiled = await executor.compile(program)
    const held = executor.createState(state)
    const sources = cache === 'read' ? rowSourcesOf(representation, kernels) : {}
    const outputs = await compiled.run({ ...inputsAt(step, learningRate), ...sources }, held)
    const result = { ...outputs, ...(await held.read()) }
    held.dispose()
    compiled.dispose()
    return result
  }

  const stateOf = (result: HostTensors): HostTensors =>
    Object.fromEntries(
      [...Object.keys(start), cachedRows].flatMap((key) => (result[key] === undefined ? [] : [[key, result[key]]])),
    )

  test('a cache that is up to date changes nothing', async () => {
    const { [cachedRows]: rows, ...filled } = await run('filled', { ...start, ...emptyCache(representation) }, 1, 0)
    expect(distance(filled, await run(undefined, start, 1, 0))).toBe(0)
    if (rows === undefined) throw new Error('the step kept no rows')

    const whole = await run('filled', { ...stateOf(filled), [cachedRows]: rows }, 2, 1e-2)
    const partial = await run('read', { ...stateOf(filled), [cachedRows]: rows }, 2, 1e-2)
    expect(distance(partial, whole)).toBeLessThan(1e-6)
  })

  test('a step that reads renews the rows of its sampled kernels and no others', async () => {
    const { kernels: count } = representation.table
    const columns = representation.predictor.outputs
    const stale = float32Tensor([count, columns], new Float32Array(count * columns).fill(0.25))
    const fresh = dataOf(await run('filled', { ...start, [cachedRows]: stale }, 1, 0), cachedRows)
    const found = dataOf(await run('read', { ...start, [cachedRows]: stale }, 1, 0), cachedRows)
    const sampled = new Set(kernels)
    const differences = Array.from(found, (value, at) => {
      const expected = sampled.has(Math.floor(at / columns)) ? (fresh[at] ?? Number.NaN) : 0.25
      return Math.abs(value - expected)
    })
    expect(found).toHaveLength(count * columns)
    expect(Math.max(...differences)).toBeLessThan(1e-6)
  })
})

test('a cache needs a sample', () => {
  expect(() => fullStepProgram({ ...options('all'), cache: 'read' })).toThrow(RangeError)
})
