import { expect, it } from 'vitest'
import { UsageError } from '#cli/command.ts'
import { OptionValues } from '#cli/option-values.ts'
import { preprocessingFrom } from '#cli/preprocessing-options.ts'
import { preprocessingPresets } from '#shared/network/preprocessing.ts'

const { mean, standardDeviation } = preprocessingPresets['caffe-rgb'].preprocessing

it.each([
  [{}, {}],
  [{ preprocessing: 'caffe-rgb' }, { mean, standardDeviation }],
  [
    { mean: '123,117,104', std: '1', scale: '255', resize: '256' },
    { mean, standardDeviation: [1 / 255], resize: 256 },
  ],
  [
    { mean: '0.5', std: '0.25' },
    { mean: [0.5], standardDeviation: [0.25] },
  ],
  [{ resize: '0' }, { resize: 0 }],
])('reads %j', (options, expected) => {
  expect(preprocessingFrom(new OptionValues(options))).toEqual(expected)
})

it.each([
  [{ preprocessing: 'caffe' }, /takes imagenet, cifar10/],
  [{ mean: '0.5' }, /given together/],
  [{ mean: '0.5', std: '1', preprocessing: 'imagenet' }, /already/],
  [{ mean: 'half', std: '1' }, /numbers separated by commas/],
  [{ mean: '123,117,104', std: '1' }, /of 0 to 1/],
  [{ mean: '0.5', std: '0' }, /above 0/],
  [{ resize: '2000' }, /8 to 1024/],
])('refuses %j', (options, message) => {
  expect(() => preprocessingFrom(new OptionValues(options))).toThrow(UsageError)
  expect(() => preprocessingFrom(new OptionValues(options))).toThrow(message)
})

it('says how to give values in bytes', () => {
  const options = new OptionValues({ mean: '123', std: '1' })
  expect(() => preprocessingFrom(options)).toThrow(expect.objectContaining({ remedy: expect.stringMatching(/255/) }))
})
