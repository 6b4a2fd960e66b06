import { describe, expect, test } from 'vitest'
import { familyOf } from '#shared/experiment/families.ts'
import { networkPresets } from '#shared/experiment/presets.ts'
import { spectralConfigSchema, type SpectralConfig } from '#shared/methods/spectral/config.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import { spectralPresets } from '#shared/methods/spectral/presets.ts'
import { spectralSizes } from '#shared/methods/spectral/accounting.ts'
import { spectralTitle } from '#shared/methods/spectral/title.ts'
import type { NetworkShape } from '#shared/package/accounting.ts'

const network: NetworkShape = {
  representedLayers: [{ name: 'conv', shape: [64, 32, 3, 3] }],
  remainder: [{ name: 'fc.weight', shape: [10, 64], group: 'linear', isVariance: false }],
}
const originalBytes = 4 * (64 * 32 * 9 + 640)
const sized = (size: Partial<SpectralConfig['size']>): SpectralConfig => ({
  ...spectralDefaults,
  size: { ...spectralDefaults.size, ...size },
})
const family = familyOf(spectralDefaults)

describe('the presets', () => {
  test('are configurations that the schema takes, and stand among those of networks', () => {
    for (const { config } of spectralPresets) expect(spectralConfigSchema.parse(config)).toEqual(config)
    expect(networkPresets).toEqual(expect.arrayContaining([...spectralPresets]))
  })

  test('are named by what differs', () => {
    expect(spectralPresets.map(({ config }) => spectralTitle(config))).toEqual([
      'spectral 15x',
      'spectral 20x, distilled',
      'entropy QAT 20x, distilled',
    ])
    expect(spectralTitle(sized({ target: 'bytes', bytes: 65_536 }))).toBe('spectral 65,536 bytes')
    expect(spectralTitle(sized({ target: 'step', step: 0.025 }))).toBe('spectral step 0.025')
    expect(family.nameOf(spectralDefaults, 'ResNet')).toBe('ResNet spectral 15x')
  })
})

describe('the expected size', () => {
  test('is what was asked for, all parts together', () => {
    expect(spectralSizes(network, sized({ ratio: 10 }))).toMatchObject({
      totalBytes: Math.floor(originalBytes / 10),
      originalBytes,
      parts: [{ part: 'kernels', detail: 'with all other parts, as asked for' }],
    })
    expect(spectralSizes(network, sized({ target: 'bytes', bytes: 5000 }))?.totalBytes).toBe(5000)
  })

  test('is not known for a step', () => {
    expect(spectralSizes(network, sized({ target: 'step' }))).toBeUndefined()
  })
})

describe('what a file keeps of the original', () => {
  test('is no kernel to the bit, and folded batch norms come back in another form', () => {
    expect(family.describeKept(spectralDefaults)).toEqual([
      'Kernels are sums of frequencies, each a multiple of a step: near those of the original, not to the bit.',
      'Weights of linear layers are rounded to 6-bit codes.',
      'Batch norms are folded into the convolutions before them. Exports put them back under their original names, with mean 0, variance 1 − epsilon, weight 1 and the shift as bias.',
      'Tensors that are neither coded nor folded are rounded to 16-bit floats.',
    ])
  })

  test('is what was marked exact, and tensors that are stored as they are', () => {
    const kept = family.describeKept({
      ...spectralDefaults,
      transform: 'none',
      layers: 'conv1.weight exact, fc.* finer',
      storage: { linear: 'coded', remainder: 'float32' },
      distillation: { ...spectralDefaults.distillation, steps: 10 },
    })
    expect(kept).toEqual([
      'Layers marked exact are kept to the bit, with their batch norms: conv1.weight.',
      'Other kernels are multiples of a step: near those of the original, not to the bit.',
      expect.stringContaining('folded'),
      'The distillation changes biases and linear layers as well.',
      'Tensors that are neither coded nor folded are kept to the bit.',
    ])
  })

  test.each(networkPresets)('is said of the preset $id', ({ config }) => {
    const kept = familyOf(config).describeKept(config)
    expect(kept.length).toBeGreaterThan(1)
    expect(kept.filter((sentence) => !/^[A-Z].*\.$/.test(sentence))).toEqual([])
  })
})

test('a result says where the time went', () => {
  const text = family.describeResult({
    kind: 'spectral',
    accuracies: [],
    sizes: spectralSizes(network, spectralDefaults) ?? expect.fail('There are no sizes.'),
    layers: [],
    relativeError: 0.277,
    seconds: { distillation: 211, compression: 1.2, evaluation: 18, total: 230.2 },
  })
  expect(text).toContain('relative error of the weights  0.2770')
  expect(text).toContain('time  3 min 50 s (distillation 3 min 31 s, compression 1.2 s, evaluation 18 s)')
})
