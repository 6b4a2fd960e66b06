import { describe, expect, test } from 'vitest'
import { cloneName, experimentName } from '#shared/experiment/experiment-name.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import { trainDefaults } from '#shared/training/defaults.ts'

describe('an experiment that nobody named', () => {
  test('is called by its method where it is as in a preset', () => {
    expect([
      experimentName(fastConfig, 'ResNet-20'),
      experimentName(spectralDefaults, 'ResNet-20'),
      experimentName(trainDefaults, ''),
    ]).toEqual(['ResNet-20 h160', 'ResNet-20 spectral 15x', 'resnet20-cifar-b'])
  })

  test('says what differs from the preset, but nothing twice', () => {
    const { predictor, permutation } = fastConfig
    expect(
      experimentName({ ...fastConfig, predictor: { ...predictor, hiddenSize: 200, blocks: 4 }, seed: 2 }, 'ResNet-20'),
    ).toBe('ResNet-20 h200, layers 4, seed 2')
    expect(experimentName({ ...fastConfig, permutation: { ...permutation, mode: 'none' } }, 'ResNet-20')).toBe(
      'ResNet-20 h160, permutation none',
    )
    expect(
      experimentName({ ...spectralDefaults, size: { ...spectralDefaults.size, ratio: 18 }, seed: 3 }, 'ResNet-20'),
    ).toBe('ResNet-20 spectral 18x, seed 3')
  })

  test('names three differences and counts the others', () => {
    const predictor = { ...fastConfig.predictor, blocks: 3 }
    const embedding = { ...fastConfig.embedding, base: 1.1, levels: 7 }
    expect(experimentName({ ...fastConfig, predictor, embedding, seed: 9 }, 'Net')).toBe(
      'Net h160, layers 3, embedding base 1.1, embedding levels 7, 1 more',
    )
  })
})

describe('a clone that nobody named', () => {
  const origin = { name: 'Mine', config: fastConfig }

  test('is a copy while nothing was changed', () => {
    expect(cloneName(origin, fastConfig)).toBe('Mine copy')
  })

  test('is called by its change, which takes the place of the one before', () => {
    const second = { ...fastConfig, seed: 2 }
    expect(cloneName(origin, second)).toBe('Mine, seed 2')
    expect(cloneName({ name: 'Mine, seed 2', config: second }, { ...fastConfig, seed: 3 })).toBe('Mine, seed 3')
    const optimizer = { ...fastConfig.distillation.optimizer, learningRate: 0.002 }
    expect(cloneName(origin, { ...fastConfig, distillation: { ...fastConfig.distillation, optimizer } })).toBe(
      'Mine, distillation phase learning rate 0.002',
    )
  })

  test('of another method says which', () => {
    expect(cloneName(origin, spectralDefaults)).toBe('Mine, compression by coded kernels')
  })
})
