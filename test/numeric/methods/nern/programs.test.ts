/**
 * The programs of the method on ONNX Runtime: what the reference computes at small sizes, over steps that feed their
 * state back; and at real sizes with two threads what one computes, to the bit the same again and again.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { KernelSampler } from '#engine/methods/nern/kernel-sampling.ts'
import { createOptimizer } from '#engine/training/optimizers/create-optimizer.ts'
import { initialOptimizerState, optimizerInputsAt, type Optimizer } from '#engine/training/optimizers/optimizer.ts'
import { hiddenMatrices } from '#engine/methods/nern/predictor.ts'
import { fullStepProgram } from '#engine/methods/nern/programs/full-step.ts'
import { objectiveInputs } from '#engine/methods/nern/programs/objective-gradients.ts'
import { sampledStepProgram } from '#engine/methods/nern/programs/sampled-step.ts'
import { createRepresentation, freshPredictor, kernelTargets } from '#engine/methods/nern/representation.ts'
import type { Program } from '#engine/program/program.ts'
import { withRepresentedLayers } from '#networks/linear-layers.ts'
import { cifarResnet } from '#networks/zoo/cifar-resnet.ts'
import type { Network } from '#networks/network.ts'
import type { OptimizerConfig } from '#shared/experiment/config-fields.ts'
import { float32Tensor, int32Tensor, type HostTensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { Random } from '#shared/basics/random.ts'
import { distance } from '../../engine/agreement.ts'
import { variedNetwork } from '../../../unit/engine/network/varied-network.ts'
import { tinyNetwork } from '../../../unit/engine/network/tiny-network.ts'
import { normalTensor } from '#test/support/normal-tensor.ts'

type OptimizerType = OptimizerConfig['type']
const optimizerTypes = ['adam', 'ranger', 'muon'] as const

let reference: Executor
let one: Executor
let two: Executor
beforeAll(async () => {
  reference = await createExecutor({ executor: 'reference', provider: 'cpu', threads: 1 })
  one = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 1 })
  two = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 2 })
})
afterAll(() => {
  for (const executor of [reference, one, two]) executor.dispose()
})

interface Training {
  readonly program: Program
  readonly state: HostTensors
  readonly inputsAt: (step: number) => HostTensors
}

interface Size {
  readonly network: Network
  readonly hiddenSize: number
  readonly kernels: number
  readonly batch: number
}

function prepare({ network, hiddenSize, kernels, batch }: Size, type: OptimizerType, isFull: boolean): Training {
  const random = Random.fromSeed(1)
  const normal = (shape: readonly number[], scale?: number, offset?: number): HostTensor =>
    normalTensor(random, shape, scale, offset)
  const parameters: HostTensors = Object.fromEntries(
    network.parameters.map(({ name, shape, role }) => [
      name,
      role.startsWith('bn') ? normal(shape, 0.1, role === 'bn-mean' || role === 'bn-bias' ? 0 : 1) : normal(shape, 0.1),
    ]),
  )
  const blocks = 5
  const representation = createRepresentation({
    representedLayers: network.representedLayers,
    embedding: { type: 'positional', base: 0.76, levels: 40, fusion: 'concat' },
    hiddenSize,
    blocks,
  })
  const optimizer: Optimizer = createOptimizer({ ...fastConfig.reconstruction.optimizer, type }, hiddenMatrices(blocks))
  const targets = kernelTargets(representation, parameters)
  const predictor = freshPredictor(representation, Random.fromSeed(2))
  const sampler = new KernelSampler('magnitude-weighted', targets.norms, kernels)
  const common = { representation, targets, form: 'rmse', optimizer, sampledKernels: sampler.count } as const
  const { channels, height, width } = network.inputShape
  const images = Float32Array.from({ length: batch * channels * height * width }, () => random.integer(256))
  const full = {
    images: float32Tensor([batch, channels, height, width], images),
    ...objectiveInputs({ reconstruction: 1, featureMaps: 1e-3, distillation: 1e-2 }),
  }
  return {
    program: isFull
      ? fullStepProgram({
          ...common,
          distillation: {
            network,
            parameters,
            batch,
            featureMaps: 'documented',
            form: 'standard',
            temperature: 1,
          },
        })
      : sampledStepProgram(common),
    state: { ...predictor, ...initialOptimizerState(optimizer, predictor) },
    inputsAt: (step) => ({
      kernels: int32Tensor([sampler.count], sampler.draw(Random.fromSeed(step, 'kernels'))),
      ...(isFull ? full : {}),
      ...optimizerInputsAt(optimizer, step, 1e-3),
    }),
  }
}

/** Outputs of every step and the state after the last. */
async function train(executor: Executor, { program, state, inputsAt }: Training, steps: number): Promise<HostTensors> {
  const compiled = await executor.compile(program)
  const held = executor.createState(state)
  const results: Record<string, HostTensors[string]> = {}
  for (let step = 1; step <= steps; step++) {
    const outputs = await compiled.run(inputsAt(step), held)
    for (const [name, tensor] of Object.entries(outputs)) results[`${name} at ${step}`] = tensor
  }
  Object.assign(results, await held.read())
  held.dispose()
  compiled.dispose()
  return results
}

const small: Size = { network: tinyNetwork(), hiddenSize: 12, kernels: 20, batch: 3 }
/** Depthwise, grouped and plain layers of 3 x 3, 5 x 5 and 7 x 7 and a linear one, pools, joined and shuffled channels. */
const varied: Size = {
  network: withRepresentedLayers(variedNetwork(), { linearLayers: true, tiles: false }),
  hiddenSize: 12,
  kernels: 40,
  batch: 3,
}
const real: Size = {
  network: cifarResnet({ depth: 20, shortcut: 'b', classes: 10 }),
  hiddenSize: 160,
  kernels: 4096,
  batch: 64,
}
/** Seven steps feed rounding back into momentum, and cross the rectification of Ranger and its Lookahead. */
const steps = 7

test.each([
  ['a sampled step', false],
  ['a full step', true],
] as const)('%s of layers of many kinds and sizes agrees with the reference', async (_, isFull) => {
  const training = prepare(varied, 'adam', isFull)
  expect(distance(await train(two, training, 3), await train(reference, training, 3))).toBeLessThan(1e-3)
})

describe.each([
  ['sampled step', false],
  ['full step', true],
] as const)('a %s', (_, isFull) => {
  test.each(optimizerTypes)('with %s agrees with the reference', async (type) => {
    const training = prepare(small, type, isFull)
    const expected = await train(reference, training, steps)
    expect(distance(await train(one, training, steps), expected)).toBeLessThan(1e-3)
    // The divergence of the tiny networks, 2e-4, is a difference of numbers near 1: rounding alone moves it by 2e-4 of itself.
    expect(distance(await train(one, training, 1), await train(reference, training, 1))).toBeLessThan(4e-4)
  })

  test.each(['adam', 'muon'] as const)('with %s at real size needs no luck with two threads', async (type) => {
    const training = prepare(real, type, isFull)
    const together = await train(two, training, 2)
    expect(distance(await train(two, training, 2), together)).toBe(0)
    expect(distance(together, await train(one, training, 2))).toBeLessThan(1e-3)
  })
})
