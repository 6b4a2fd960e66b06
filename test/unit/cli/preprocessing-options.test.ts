import { expect, it } from 'vitest'
import { Command } from 'commander'
import { parserOptions, type ValuesOf } from '#cli/option.ts'
import { preprocessingFrom, preprocessingOptions } from '#cli/preprocessing-options.ts'
import { UsageError } from '#cli/usage-error.ts'
import { preprocessingPresets } from '#shared/network/preprocessing.ts'

const { mean, standardDeviation } = preprocessingPresets['caffe-rgb'].preprocessing

/** What a command gets of options as they are typed. */
function read(typed: Readonly<Record<string, string>>): ValuesOf<typeof preprocessingOptions> {
  const parser = new Command()
  for (const option of parserOptions(preprocessingOptions)) parser.addOption(option)
  const args = Object.entries(typed).flatMap(([name, value]) => [`--${name}`, value])
  return parser.parse(args, { from: 'user' }).opts()
}

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
  expect(preprocessingFrom(read(options))).toEqual(expected)
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
  expect(() => preprocessingFrom(read(options))).toThrow(UsageError)
  expect(() => preprocessingFrom(read(options))).toThrow(message)
})

it('says how to give values in bytes', () => {
  const options = read({ mean: '123', std: '1' })
  expect(() => preprocessingFrom(options)).toThrow(expect.objectContaining({ remedy: expect.stringMatching(/255/) }))
})
