import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compressKernels, planCompression } from '#engine/methods/direct/compress-kernels.ts'
import { distillationStepProgram, initialCopy, learnedParameters } from '#engine/methods/direct/distillation-step.ts'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { adam } from '#engine/training/optimizers/adam.ts'
import { initialOptimizerState, optimizerInputsAt } from '#engine/training/optimizers/optimizer.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import { decompressed } from '#shared/tensors/compressed-tensor.ts'
import type { BaselineConfig } from '#shared/methods/direct/config.ts'
import { float32Tensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { Random } from '#shared/basics/random.ts'
import { scalarOf } from '#test/support/run-program.ts'
import { tinyNetwork } from '../../../unit/engine/network/tiny-network.ts'
import { baselinePresetConfig } from '#test/support/preset-config.ts'

const network = tinyNetwork()
const parameters = initialParameters(network, 3)
const kernels: HostTensors = Object.fromEntries(
  network.representedLayers.map(({ name }) => [name, parameters[name] ?? fail(name)]),
)
const batch = 8
const random = Random.fromSeed(11, 'images')
const images = float32Tensor(
  [batch, 3, 8, 8],
  Float32Array.from({ length: batch * 3 * 64 }, () => 255 * random.uniform()),
)
const optimizer = adam({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 })

let executor: Executor
beforeAll(async () => {
  executor = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 1 })
})
afterAll(() => executor.dispose())

function configOf(id: string): BaselineConfig {
  return baselinePresetConfig(`baseline-${id}`)
}

/** The loss before each step, and what was learned after the last. */
async function distilled(config: BaselineConfig, steps: number) {
  const plan = planCompression(kernels, config)
  const { featureMapWeight, distillationWeight, temperature } = config.distillation
  const options = { network, parameters, batch, optimizer, ...plan, featureMapWeight, distillationWeight, temperature }
  const program = await executor.compile(distillationStepProgram(options))
  const copy = initialCopy(network, parameters, plan.quantisation)
  const state = executor.createState({ ...copy, ...initialOptimizerState(optimizer, copy) })
  const losses: number[] = []
  for (let step = 1; step <= steps; step++) {
    losses.push(scalarOf(await program.run({ images, ...optimizerInputsAt(optimizer, step, 2e-3) }, state), 'loss'))
  }
  const learned = learnedParameters(await state.read(Object.keys(copy)))
  program.dispose()
  state.dispose()
  return { plan, losses, learned }
}

describe('distilling a network into a copy that is stored in fewer bytes', () => {
  test('has nothing to learn where nothing is lost', async () => {
    const { losses } = await distilled(configOf('float16'), 1)
    expect(losses[0]).toBeCloseTo(0, 6)
  })

  test.each(['int3', 'int2', 'pruned30'])('brings %s nearer to the original', async (id) => {
    const { losses } = await distilled(configOf(id), 60)
    expect(losses[0]).toBeGreaterThan(0)
    expect(losses.at(-1)).toBeLessThan(0.7 * (losses[0] ?? NaN))
  })

  test('starts with the very kernels that rounding without training would store', async () => {
    const config = configOf('int3')
    const { learned, plan } = await distilled(config, 0)
    const own = Object.fromEntries(Object.keys(kernels).map((name) => [name, learned[name] ?? fail(name)]))
    expect(decompressed(compressKernels(own, config, plan, learned))).toEqual(
      decompressed(compressKernels(kernels, config)),
    )
  })

  test('trains every parameter but the running statistics, and leaves pruned weights at zero', async () => {
    const { learned, plan } = await distilled(configOf('pruned30'), 5)
    const statistics = network.parameters.filter(({ role }) => role === 'bn-mean' || role === 'bn-variance')
    const others = network.parameters.filter((parameter) => !statistics.includes(parameter))
    expect(Object.keys(learned).sort()).toEqual(others.map(({ name }) => name).sort())
    for (const [name, mask] of Object.entries(plan.masks)) {
      // What is not stored got no gradient: it is where it was.
      const [now, before] = [learned[name]?.data, parameters[name]?.data]
      mask.forEach((isStored, at) => isStored === 1 || expect(now?.[at]).toBe(before?.[at]))
    }
  })
})

function fail(what: string): never {
  throw new Error(`There is no ${what}.`)
}
