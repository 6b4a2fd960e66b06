import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { codedNetwork } from '#engine/methods/spectral/coded-layers.ts'
import { correctionProgram } from '#engine/methods/spectral/correction.ts'
import { codeDistillationProgram } from '#engine/methods/spectral/distillation-step.ts'
import { codePrices, codesOf, initialLatents } from '#engine/methods/spectral/latents.ts'
import { nameOf } from '#engine/methods/spectral/latent-names.ts'
import { networkForward } from '#engine/network/forward.ts'
import { normaliseImages } from '#engine/network/images.ts'
import { parameterSpecs } from '#engine/network/parameters.ts'
import { tf } from '#engine/program/tfjs.ts'
import { named } from '#engine/program/named.ts'
import { adamByShares } from '#engine/training/optimizers/adam.ts'
import { initialOptimizerState, optimizerInputsAt } from '#engine/training/optimizers/optimizer.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import { Random } from '#shared/basics/random.ts'
import type { SpectralConfig } from '#shared/methods/spectral/config.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import { float32Tensor, scalarTensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { runOnce, scalarOf } from '#test/support/run-program.ts'
import { tinyNetwork } from '../../../unit/engine/network/tiny-network.ts'

const network = tinyNetwork()
const parameters = initialParameters(network, 3)
const batch = 8
const random = Random.fromSeed(11, 'images')
const images = float32Tensor(
  [batch, 3, 8, 8],
  Float32Array.from({ length: batch * 3 * 64 }, () => 255 * random.uniform()),
)
const optimizer = adamByShares({ beta1: 0.9, beta2: 0.99, epsilon: 1e-10, weightDecay: 0 }, () => 1)

let executor: Executor
beforeAll(async () => {
  executor = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 1 })
})
afterAll(() => executor.dispose())

interface Run {
  readonly transform?: SpectralConfig['transform']
  readonly step: number
  readonly steps: number
  readonly bitPrice?: number
  readonly isFrozen?: boolean
  readonly rate?: number
}

async function distilled({ transform = 'cosine', step, steps, bitPrice = 0, isFrozen = false, rate = 1e-2 }: Run) {
  const config = {
    ...spectralDefaults,
    transform,
    distillation: { ...spectralDefaults.distillation, dataBatch: batch },
  }
  const coded = codedNetwork(network, parameters, config, {})
  const program = await executor.compile(codeDistillationProgram({ coded, config, optimizer, isFrozen }))
  const before = initialLatents(coded, step)
  const prices = codePrices(coded, before)
  const state = executor.createState({
    ...before,
    ...prices.slopes,
    ...initialOptimizerState(optimizer, before),
  })
  const losses: number[] = []
  for (let at = 1; at <= steps; at++) {
    const inputs = { images, bitPrice: scalarTensor(bitPrice), ...optimizerInputsAt(optimizer, at, rate) }
    losses.push(scalarOf(await program.run(inputs, state), 'loss'))
  }
  const after = await state.read(Object.keys(before))
  program.dispose()
  state.dispose()
  return { coded, before, after, losses }
}

describe('distilling into codes', () => {
  test.each(['cosine', 'none'] as const)('begins at the original where steps are fine (%s)', async (transform) => {
    const { losses } = await distilled({ transform, step: 1e-5, steps: 1 })
    expect(losses[0]).toBeLessThan(1e-4)
  })

  test.each(['cosine', 'none'] as const)('brings coarse codes nearer to the original (%s)', async (transform) => {
    const { losses } = await distilled({ transform, step: 0.3, steps: 80 })
    expect(losses.at(-1)).toBeLessThan(0.7 * (losses[0] ?? NaN))
  })

  test('takes fewer bits where bits have a price', async () => {
    const bitsAfter = async (bitPrice: number): Promise<number> => {
      const { coded, after } = await distilled({ step: 0.1, steps: 60, bitPrice, rate: 0.05 })
      return codePrices(coded, after).bits
    }
    expect(await bitsAfter(1)).toBeLessThan(0.8 * (await bitsAfter(0)))
  })

  test('leaves frozen codes as they are and learns scales and biases', async () => {
    const { coded, before, after } = await distilled({ step: 0.3, steps: 5, isFrozen: true })
    expect(codesOf(coded, after)).toEqual(codesOf(coded, before))
    const [layer] = coded.layers
    const gains = nameOf.gains(layer?.name ?? '')
    expect(after[gains]?.data).not.toEqual(before[gains]?.data)
  })
})

test('the correction gives every channel its mean and deviation back', async () => {
  const coded = codedNetwork(network, parameters, spectralDefaults, {})
  // A copy whose kernels are too weak and whose biases are off, by a factor that a correction may have.
  const copy: HostTensors = Object.fromEntries(
    Object.entries(coded.parameters).map(([name, { shape, data }]) => [
      name,
      float32Tensor(
        shape,
        Float32Array.from(data, (value) => (shape.length === 4 ? 0.8 * value : value + 0.05)),
      ),
    ]),
  )
  const outputs = await runOnce(executor, correctionProgram(coded, copy, batch), { images })
  const corrected: HostTensors = Object.fromEntries(
    Object.entries(copy).map(([name, tensor]) => {
      const shift = coded.layers.find(({ biasName }) => biasName === name)
      const bias = shift === undefined ? undefined : outputs[`shift.${shift.name}`]
      if (bias !== undefined) return [name, bias]
      const gains = outputs[`gain.${name}`]
      if (gains === undefined) return [name, tensor]
      const columns = tensor.data.length / gains.data.length
      const values = Float32Array.from(
        tensor.data,
        (value, at) => value * 2 ** ((gains.data[Math.floor(at / columns)] ?? 0) / 16),
      )
      return [name, float32Tensor(tensor.shape, values)]
    }),
  )
  const [wanted, found] = [await channelStatistics(coded.parameters), await channelStatistics(corrected)]
  for (const [name, expected] of Object.entries(wanted)) {
    // Gains have steps of four percent.
    expected.forEach((value, at) =>
      expect(Math.abs((found[name]?.[at] ?? NaN) - value)).toBeLessThan(0.04 * Math.abs(value) + 0.01),
    )
  }
  expect(Object.keys(wanted).length).toBeGreaterThan(4)

  async function channelStatistics(values: HostTensors): Promise<Record<string, readonly number[]>> {
    const folded = coded.folded.network
    const given = await runOnce(
      executor,
      {
        name: 'statistics',
        inputs: { images },
        state: {},
        constants: parameterSpecs(folded, values, 'none').constants,
        build(tensors) {
          const found: Record<string, tf.Tensor> = {}
          networkForward(folded, tensors, normaliseImages(named(tensors, 'images'), folded.preprocessing), {
            mode: 'inference',
            adjust(node, output) {
              const mean = tf.mean(output, [0, 2, 3])
              const centred = tf.sub(output, tf.reshape(mean, [-1, 1, 1]))
              found[`${node.id} mean`] = mean
              found[`${node.id} deviation`] = tf.sqrt(tf.mean(tf.square(centred), [0, 2, 3]))
              return output
            },
          })
          return found
        },
      },
      { images },
    )
    return Object.fromEntries(Object.entries(given).map(([name, { data }]) => [name, [...data]]))
  }
})
