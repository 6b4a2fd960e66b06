import { describe, expect, test } from 'vitest'
import { codedNetwork } from '#engine/methods/spectral/coded-layers.ts'
import { CodeRates, largestPriced, slopeCount } from '#engine/methods/spectral/code-rates.ts'
import { coarsestStep, findStep } from '#engine/methods/spectral/find-step.ts'
import { frequencyExponents } from '#engine/methods/spectral/frequency-steps.ts'
import { initialLatents, learnedCodes } from '#engine/methods/spectral/latents.ts'
import { quantise } from '#engine/methods/spectral/quantise.ts'
import { RateControl } from '#engine/methods/spectral/rate-control.ts'
import { estimate, sampleLayers } from '#engine/methods/spectral/sampled-estimate.ts'
import { unfolded } from '#engine/methods/spectral/unfolded.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import { toAppError, unwrap } from '#shared/basics/result.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import { spectralWeights } from '#shared/tensors/spectral-layer.ts'

const network = unwrap(buildNetwork('resnet20-cifar-b', 10))
const parameters = initialParameters(network, 1)
const coded = codedNetwork(network, parameters, spectralDefaults, {})
const [layer] = coded.layers
if (layer === undefined) throw new Error('nothing is coded')

describe('coefficients', () => {
  test('give the folded weights back where the step is small', () => {
    for (const own of coded.layers.filter(({ isFine }) => !isFine)) {
      const step = 1e-6
      const weights = spectralWeights({ ...own, ...quantise(own, { step, rateWeight: 0 }) }, 'cosine', step)
      const original = coded.parameters[own.name]?.data ?? []
      weights.data.forEach((value, at) => expect(Math.abs(value - (original[at] ?? 0))).toBeLessThan(1e-5))
    }
  })

  test('have errors of at most half a step at each frequency', () => {
    const step = 0.05
    const { codes } = quantise(layer, { step, rateWeight: 0 })
    layer.coefficients.forEach((value, at) => {
      const own = step * 2 ** ((layer.stepExponents[at % layer.size] ?? 0) / 16)
      expect(Math.abs(value - (codes[at] ?? 0) * own)).toBeLessThanOrEqual(0.5001 * own)
    })
  })

  test('of a layer marked finer have half the step', () => {
    const finer = codedNetwork(network, parameters, spectralDefaults, { [layer.name]: 'finer' }).layers[0]
    expect(finer?.stepExponents).toEqual(layer.stepExponents.map((exponent) => exponent - 16))
  })

  test('of an exact layer are not there, and its batch norm is not folded', () => {
    const exact = codedNetwork(network, parameters, spectralDefaults, { [layer.name]: 'exact' })
    expect(exact.layers.map(({ name }) => name)).not.toContain(layer.name)
    expect(exact.folded.folds.map(({ weight }) => weight)).not.toContain(layer.name)
    expect(exact.parameters[layer.name]).toBe(parameters[layer.name])
  })
})

describe('frequencies', () => {
  test('of 3x3 kernels have finer steps the lower they are', () => {
    const exponents = frequencyExponents(3, 3, 'cosine')
    expect(exponents[0]).toBe(-19)
    expect([...exponents]).toEqual([-19, -1, 11, -1, 11, 24, 11, 24, 32])
  })

  test.each([
    [1, 1],
    [1, 7],
    [5, 5],
    [7, 7],
  ])('of %i x %i kernels go from the same lowest to no more than the same highest step', (height, width) => {
    const exponents = frequencyExponents(height, width, 'cosine')
    expect(exponents).toHaveLength(height * width)
    expect(exponents[0]).toBe(-19)
    expect(Math.max(...exponents)).toBeLessThanOrEqual(32)
  })
})

describe('the price of bits', () => {
  test('prefers codes that cost less, the more a bit costs', () => {
    const nonZero = (rateWeight: number): number =>
      quantise(layer, { step: 0.2, rateWeight }).codes.filter((code) => code !== 0).length
    expect(nonZero(0.2)).toBeLessThan(nonZero(0.05))
    expect(nonZero(0.05)).toBeLessThan(nonZero(0))
  })

  test('is the entropy of the codes', () => {
    // Half zeros, a quarter ones and a quarter minus ones: 1.5 bits each.
    const rates = CodeRates.of(Int32Array.of(0, 0, 1, -1, 0, 0, -1, 1), 1)
    expect(rates.total).toBeCloseTo(12, 10)
  })

  test('rises away from the codes that are frequent', () => {
    const slopes = CodeRates.of(
      Int32Array.from({ length: 1000 }, (_, at) => (at % 10 === 0 ? 1 : 0)),
      1,
    ).slopes()
    expect(slopes).toHaveLength(slopeCount)
    expect(slopes[largestPriced]).toBeGreaterThan(2.5)
    expect(slopes[largestPriced - 1]).toBeLessThan(-5)
  })
})

describe('the step', () => {
  const measure = (step: number): number => 500 + estimate(sampleLayers(coded.layers), step, 0).bits / 8

  test.each([20_000, 50_000, 120_000])('gives the %i bytes that are asked for', (wantedBytes) => {
    const step = findStep(coded.layers, { wantedBytes, leastBytes: measure(coarsestStep), rateWeight: 0, measure })
    expect(Math.abs(measure(step) - wantedBytes)).toBeLessThan(0.003 * wantedBytes)
  })

  test('is refused where even zeros take more', () => {
    const tooFew = () => findStep(coded.layers, { wantedBytes: 400, leastBytes: 500, rateWeight: 0, measure })
    try {
      tooFew()
    } catch (thrown) {
      expect(toAppError(thrown)).toMatchObject({ code: 'invalid-config', where: 'size' })
      return
    }
    throw new Error('a size out of reach was taken')
  })
})

test('latents are the codes of the network they begin with', () => {
  const step = 0.03
  const { codes, biases } = learnedCodes(coded, initialLatents(coded, step), step)
  for (const own of coded.layers) {
    const expected = quantise(own, { step, rateWeight: 0 })
    expect(codes[own.name]?.stepExponents).toEqual(expected.stepExponents)
    expect(codes[own.name]?.gainExponents).toEqual(expected.gainExponents)
    const differing = expected.codes.filter((code, at) => code !== codes[own.name]?.codes[at])
    // Only what lies on the edge of two codes may round otherwise in single precision.
    expect(differing.length).toBeLessThan(3)
  }
  expect(Object.keys(biases)).toHaveLength(coded.layers.length)
})

test('unfolded weights are those of the original', () => {
  const { folds } = coded.folded
  const back = unfolded(coded.parameters, folds, parameters)
  const original = parameters[layer.name]?.data ?? []
  back[layer.name]?.data.forEach((value, at) => expect(value).toBeCloseTo(original[at] ?? 0, 5))
})

describe('the control of the rate', () => {
  test('raises the price while there are too many bits and lowers it after', () => {
    const control = new RateControl(2)
    const before = control.price
    control.look(2, 1.5)
    expect(control.price).toBeGreaterThan(before)
    const high = control.price
    control.look(1.4, 1.5)
    expect(control.price).toBeLessThan(high)
  })

  test('goes on from where it stood', () => {
    const control = new RateControl(2)
    control.look(1.9, 1.5)
    const resumed = new RateControl(7, control.state)
    control.look(1.8, 1.5)
    resumed.look(1.8, 1.5)
    expect(resumed.state).toEqual(control.state)
  })
})
