import { describe, expect, it } from 'vitest'
import { UsageError } from '#cli/usage-error.ts'
import { editDistance } from '#shared/basics/near-names.ts'
import { applySettings } from '#cli/set-option.ts'
import { nearestPath } from '#shared/parameters/nearest-path.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { trainDefaults } from '#shared/training/defaults.ts'

const error = (run: () => unknown): UsageError => {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof UsageError) return thrown
    throw thrown
  }
  throw new Error('nothing was thrown')
}

describe('applySettings', () => {
  it('reads each value as its leaf type and leaves the rest alone', () => {
    const changed = applySettings(fastConfig, [
      'predictor.hiddenSize=80',
      'reconstruction.optimizer.learningRate=1e-3',
      'permutation.mode=none',
    ])
    expect(changed).toEqual({
      ...fastConfig,
      predictor: { ...fastConfig.predictor, hiddenSize: 80 },
      permutation: { ...fastConfig.permutation, mode: 'none' },
      reconstruction: {
        ...fastConfig.reconstruction,
        optimizer: { ...fastConfig.reconstruction.optimizer, learningRate: 0.001 },
      },
    })
    expect(applySettings(trainDefaults, ['nesterov=false']).nesterov).toBe(false)
  })

  it.each([
    ['predictor.hiddenSize=0', 'predictor.hiddenSize takes a whole number from 1 to 8192, got 0.'],
    ['predictor.hiddenSize=1.5', 'predictor.hiddenSize takes a whole number from 1 to 8192, got 1.5.'],
    ['predictor.hiddenSize=', 'predictor.hiddenSize takes a whole number from 1 to 8192, got .'],
    ['embedding.base=0', 'embedding.base takes a number above 0 to 4, got 0.'],
    ['permutation.mode=both', 'permutation.mode takes none, in-filter, cross-filter, got both.'],
    ['seed', '--set takes PATH=VALUE, got seed.'],
  ])('refuses %s with the allowed range', (assignment, message) => {
    expect(error(() => applySettings(fastConfig, [assignment])).message).toBe(message)
  })

  it.each([
    ['predictor.hidenSize=3', 'predictor.hiddenSize'],
    ['hiddenSize=3', 'predictor.hiddenSize'],
    ['distillation.tempreature=3', 'distillation.temperature'],
  ])('suggests the nearest path for %s', (assignment, nearest) => {
    expect(error(() => applySettings(fastConfig, [assignment])).remedy).toBe(`Did you mean ${nearest}?`)
  })

  it('refuses what cannot be set', () => {
    expect(error(() => applySettings(fastConfig, ['kind=train'])).message).toBe('There is no parameter kind.')
    expect(error(() => applySettings(trainDefaults, ['nesterov=yes'])).message).toBe(
      'nesterov takes true or false, got yes.',
    )
  })
})

it('measures the distance of words in single-letter edits', () => {
  expect([editDistance('', 'abc'), editDistance('kitten', 'sitting'), editDistance('Same', 'same')]).toEqual([3, 3, 0])
  expect([editDistance('fats', 'fast'), editDistance('netwrok', 'network')]).toEqual([1, 1])
  expect(nearestPath('x.lerningRate', ['seed', 'x.learningRate'])).toBe('x.learningRate')
})
