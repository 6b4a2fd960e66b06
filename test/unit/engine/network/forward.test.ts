import { describe, expect, test } from 'vitest'
import { evaluateProgram } from '#engine/network/evaluation.ts'
import { normaliseImages } from '#engine/network/images.ts'
import { networkForward } from '#engine/network/forward.ts'
import { tf } from '#engine/program/tfjs.ts'
import { float32Tensor } from '#shared/tensors/host-tensor.ts'
import { runEagerly } from './run-eagerly.ts'
import { tinyNetwork } from './tiny-network.ts'
import { largestDifference, parameterTensors, readTrainingSteps } from './training-steps.ts'

const network = tinyNetwork()
const pytorch = readTrainingSteps()
const parameters = parameterTensors(network, pytorch.parameters)
const images = float32Tensor([5, 3, 8, 8], Float32Array.from(pytorch.images))
const expectedLogits = pytorch.inference['logits'] ?? []
const expectedPredictions = Array.from({ length: 5 }, (_, image) => {
  const row = expectedLogits.slice(image * 3, image * 3 + 3)
  return row.indexOf(Math.max(...row))
})
const options = { batch: 5, parameters }

describe('evaluateProgram', () => {
  test.each(['none', 'represented', 'all'] as const)(
    'computes the logits of PyTorch with %s of the parameters in the state',
    async (inState) => {
      const program = evaluateProgram(network, { ...options, inState })
      const { logits, predictions } = await runEagerly(program, { images }, parameters)
      expect(largestDifference(logits?.data ?? [], expectedLogits)).toBeLessThan(2e-6)
      expect([...(predictions?.data ?? [])]).toEqual(expectedPredictions)
    },
  )

  test('reads represented layers from the state and the rest from constants', () => {
    const { state, constants } = evaluateProgram(network, { ...options, inState: 'represented' })
    expect(Object.keys(state)).toEqual(network.representedLayers.map(({ name }) => name))
    expect(Object.keys(state).filter((name) => name in constants)).toEqual([])
    expect(Object.keys(constants).length).toBe(network.parameters.length - network.representedLayers.length)
  })

  test("normalises images as the network's own training did", async () => {
    const mean = [0.48, 0.45, 0.41]
    const withMean = { ...network, preprocessing: { mean, standardDeviation: [1 / 255, 1 / 255, 1 / 255], resize: 0 } }
    const withoutMean = {
      ...network,
      preprocessing: { mean: [0, 0, 0], standardDeviation: [1 / 255, 1 / 255, 1 / 255], resize: 0 },
    }
    const centred = images.data.map((value, at) => value - 255 * (mean[Math.floor(at / 64) % 3] ?? NaN))
    const logits = async (of: typeof network, data: ArrayLike<number>) => {
      const program = evaluateProgram(of, { ...options, inState: 'none' })
      const outputs = await runEagerly(program, { images: float32Tensor([5, 3, 8, 8], Float32Array.from(data)) }, {})
      return outputs['logits']?.data ?? []
    }
    const expected = await logits(withoutMean, centred)
    const found = await logits(withMean, images.data)
    const scale = Math.max(...expected)
    expect(largestDifference(found, Array.from(expected)) / scale).toBeLessThan(1e-5)
  })

  test('names a constant that is missing', () => {
    const { 'linear.bias': _, ...incomplete } = parameters
    expect(() => evaluateProgram(network, { ...options, parameters: incomplete, inState: 'represented' })).toThrow(
      'Parameter linear.bias of Tiny must be float32 [3] and is missing.',
    )
  })

  test('keeps nothing allocated', async () => {
    const program = evaluateProgram(network, { ...options, inState: 'none' })
    await runEagerly(program, { images }, parameters)
    const before = tf.memory().numTensors
    await runEagerly(program, { images }, parameters)
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe('networkForward', () => {
  test.each([
    ['documented', ['projected.bn1', 'projected.add']],
    ['faithful', ['projected.add', 'projected.add']],
  ] as const)('returns the %s feature maps in PyTorch layout', async (featureMaps, names) => {
    const program = {
      ...evaluateProgram(network, { ...options, inState: 'none' }),
      build: (tensors: Readonly<Record<string, tf.Tensor>>) => {
        const normalised = normaliseImages(tensors['images'] ?? tf.scalar(0), network.preprocessing)
        const maps = networkForward(network, tensors, normalised, { mode: 'inference', featureMaps }).featureMaps
        return Object.fromEntries(maps.map((map, at) => [String(at), map]))
      },
    }
    const maps = Object.values(await runEagerly(program, { images }, {}))
    expect(maps.map(({ shape }) => shape)).toEqual([
      [5, 6, 2, 2],
      [5, 6, 2, 2],
    ])
    const differences = maps.map(({ data }, at) => largestDifference(data, pytorch.inference[names[at] ?? ''] ?? []))
    expect(Math.max(...differences)).toBeLessThan(5e-6)
  })
})
