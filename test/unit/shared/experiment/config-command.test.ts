import { describe, expect, it, test } from 'vitest'
import { readCommandLine } from '#cli/read-command-line.ts'
import { compressConfigFrom, withSettings } from '#cli/experiment-options.ts'
import { continued } from '#shared/experiment/continued-config.ts'
import { argumentsOf, commandOf } from '#shared/experiment/config-command.ts'
import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import { networkPresets } from '#shared/experiment/presets.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import { trainDefaults } from '#shared/training/defaults.ts'

const subject = { networkName: 'small', datasetName: 'images' }

/** What the command line makes of the arguments. */
function madeBy(args: readonly string[], base?: ExperimentConfig): ExperimentConfig {
  const request = readCommandLine(args)
  if (request.kind !== 'run') throw new Error('It is a call for help.')
  const options = request.options as unknown as Parameters<typeof compressConfigFrom>[0]
  return base === undefined ? compressConfigFrom(options) : withSettings(base, options)
}

test.each(networkPresets)('preset $id comes of its command', ({ config }) => {
  expect(madeBy(argumentsOf(config, subject))).toEqual(config)
})

describe('a command', () => {
  it('names what differs from the nearest preset', () => {
    const config = { ...fastConfig, seed: 7, predictor: { ...fastConfig.predictor, hiddenSize: 128 } }
    expect(commandOf(config, { networkName: "Ada's ResNet", datasetName: 'CIFAR-10' })).toBe(
      String.raw`npm run studio -- run --preset fast --network 'Ada'\''s ResNet' --dataset CIFAR-10 --set predictor.hiddenSize=128 --set seed=7`,
    )
    expect(madeBy(argumentsOf(config, subject))).toEqual(config)
  })

  it('keeps texts with blanks and commas', () => {
    const config = { ...spectralDefaults, layers: 'conv1.weight exact, layer3.* finer' }
    expect(madeBy(argumentsOf(config, subject))).toEqual(config)
  })

  it('trains', () => {
    const config = { ...trainDefaults, architecture: 'resnet56-cifar-a', epochs: 3 }
    const args = argumentsOf(config, { datasetName: 'images' })
    expect(args).toEqual(['train', '--arch', 'resnet56-cifar-a', '--dataset', 'images', '--set', 'epochs=3'])
    expect(madeBy(args, { ...trainDefaults, architecture: 'resnet56-cifar-a' })).toEqual(config)
    expect(argumentsOf(config, subject)).toEqual([
      'train',
      '--from',
      'small',
      '--dataset',
      'images',
      '--set',
      'epochs=3',
    ])
  })

  it('goes on from a predictor', () => {
    const source = { ...fastConfig, seed: 5 }
    const going = continued(source, 'run-1')
    const config = { ...going, quantisation: { ...going.quantisation, steps: 40 } }
    const args = argumentsOf(config, { ...subject, start: { name: 'first', runId: 'run-1', config: source } })
    expect(args).toEqual(['run', '--from', 'first', '--dataset', 'images', '--set', 'quantisation.steps=40'])
    expect(madeBy(args, going)).toEqual(config)
  })
})
