import { describe, expect, it } from 'vitest'
import {
  defaultPreprocessing,
  formatPreprocessing,
  isSamePreprocessing,
  parseChannelValues,
  preprocessingPresetIds,
  preprocessingPresets,
  preprocessingSchema,
  presetOf,
} from '#shared/network/preprocessing.ts'

describe('presets', () => {
  it.each(preprocessingPresetIds)('%s is a preprocessing, and is recognised whatever the size', (id) => {
    const { preprocessing } = preprocessingPresets[id]
    expect(preprocessingSchema.parse(preprocessing)).toEqual(preprocessing)
    expect(presetOf(preprocessing)).toBe(id)
    expect(presetOf({ ...preprocessing, resize: 232 })).toBe(id)
  })

  it('are the published numbers', () => {
    // torchvision's Normalize, and the means of BVLC's Caffe models in the order red, green, blue.
    expect(preprocessingPresets.imagenet.preprocessing).toMatchObject({ mean: [0.485, 0.456, 0.406] })
    const { mean, standardDeviation } = preprocessingPresets['caffe-rgb'].preprocessing
    expect(mean.map((value) => value * 255)).toEqual([123, 117, 104])
    expect(standardDeviation.map((value) => value * 255)).toEqual([1, 1, 1])
  })
})

it('tells two apart by every part', () => {
  const { mean, standardDeviation } = defaultPreprocessing
  expect(isSamePreprocessing(defaultPreprocessing, { mean, standardDeviation, resize: 0 })).toBe(true)
  expect(isSamePreprocessing(defaultPreprocessing, { mean, standardDeviation, resize: 256 })).toBe(false)
  expect(isSamePreprocessing(defaultPreprocessing, { mean: [0, 0, 0], standardDeviation, resize: 0 })).toBe(false)
  expect(isSamePreprocessing(defaultPreprocessing, { mean, standardDeviation: [1, 1, 1], resize: 0 })).toBe(false)
})

describe('parseChannelValues', () => {
  it.each([
    ['0.5', 1, [0.5]],
    ['0.485, 0.456 0.406', 1, [0.485, 0.456, 0.406]],
    ['51,102,255', 255, [0.2, 0.4, 1]],
  ] as const)('reads %s on the scale %d', (text, scale, expected) => {
    expect(parseChannelValues(text, scale)).toEqual(expected)
  })

  it.each(['', ' , ', 'red', '1, two', '1e999'])('refuses "%s"', (text) => {
    expect(parseChannelValues(text, 1)).toBeUndefined()
  })
})

it('is said in one line', () => {
  expect(formatPreprocessing(defaultPreprocessing)).toBe(
    'ImageNet: mean 0.485, 0.456, 0.406; deviation 0.229, 0.224, 0.225',
  )
  expect(formatPreprocessing({ mean: [1 / 3], standardDeviation: [0.5], resize: 232 })).toBe(
    'mean 0.333333; deviation 0.5; resized to 232 pixels',
  )
})
