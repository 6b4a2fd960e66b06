import { describe, expect, test } from 'vitest'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import type { OptimizerConfig } from '#shared/experiment/config-fields.ts'
import type { Family } from '#shared/experiment/experiment-config.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { networkPresets } from '#shared/experiment/presets.ts'
import { trainDefaults } from '#shared/training/defaults.ts'
import { sizeBreakdown } from '#shared/methods/nern/accounting.ts'
import { parametersOf } from '#shared/parameters/parameter-catalogue.ts'
import { nernWindow } from '#renderer/families/nern.ts'
import { windowFamilyOf } from '#renderer/families/table.ts'
import { trainingWindow } from '#renderer/families/training.ts'
import type { TypedValues } from '#renderer/families/window-family.ts'
import {
  changedPaths,
  parameterGroups,
  parseValues,
  shownGroups,
  typedValues,
  valueTitle,
  type ParsedValues,
} from '#renderer/features/new-experiment/config-editing.ts'
import { trainingPlan } from '#renderer/families/training-plan.ts'
import { steppedText } from '#renderer/features/new-experiment/stepping.ts'
import { compressPresetConfig } from '#test/support/preset-config.ts'

const typed = typedValues(fastConfig)
const wrong = (path: string, text: string): string | undefined =>
  parseValues('compress', { ...typed, [path]: text }).problems[path]

describe('typed values', () => {
  test.each([...networkPresets.map(({ config }) => config), trainDefaults])(
    'read back to the configuration they came from',
    (config) => {
      expect(parseValues(config.kind, typedValues(config))).toEqual({ config, problems: {} })
    },
  )

  test('stay as they were typed while they are wrong, and say what is allowed', () => {
    expect([
      wrong('predictor.hiddenSize', ''),
      wrong('predictor.hiddenSize', '12.5'),
      wrong('predictor.hiddenSize', '0'),
      wrong('predictor.hiddenSize', '9000'),
      wrong('embedding.base', '0'),
      wrong('reconstruction.optimizer.learningRate', '1e'),
      wrong('checkpointEverySteps', '0'),
      wrong('seed', '0x10'),
      wrong('reconstruction.steps', '10,000'),
    ]).toEqual([
      'Type a whole number of units from 1 to 8,192.',
      'Type a whole number of units from 1 to 8,192.',
      'Type a whole number of units from 1 to 8,192.',
      'Type a whole number of units from 1 to 8,192.',
      'Type a number above 0 and at most 4.',
      'Type a number above 0 and at most 10.',
      'Type a whole number of steps of at least 1.',
      'Type a whole number from 0 to 4,294,967,295.',
      'Type a whole number of steps from 0 to 10,000,000. Write decimals with a point and thousands without a comma.',
    ])
  })

  test('give no configuration while any of them is wrong', () => {
    expect(parseValues('compress', { ...typed, seed: '-1' }).config).toBeUndefined()
  })

  test('count as changed only when they mean something else', () => {
    const edited = { ...typed, 'embedding.base': '1.250', 'predictor.hiddenSize': '120', 'permutation.mode': 'none' }
    expect([...changedPaths('compress', edited, typed)]).toEqual(['predictor.hiddenSize', 'permutation.mode'])
    expect([...changedPaths('compress', { ...typed, seed: '' }, typed)]).toEqual(['seed'])
  })

  test('are named by their title', () => {
    const row = parametersOf('compress').find(({ path }) => path === 'permutation.mode')
    expect(row && valueTitle(row, 'cross-filter')).toBe('Across filters')
  })
})

describe('an arrow key', () => {
  const number = { type: 'number', isInteger: false, minimum: 0, maximum: 1, step: 0.1 } as const

  test('adds one step without the noise of binary fractions', () => {
    expect(steppedText('0.2', number, 1)).toBe('0.3')
    expect(steppedText('0.3', number, -1)).toBe('0.2')
  })

  test('does not leave the range, and leaves text alone', () => {
    expect(steppedText('1', number, 1)).toBe('1')
    expect(steppedText('0.1', { ...number, isMinimumExclusive: true }, -1)).toBe('0.1')
    expect(steppedText('abc', number, 1)).toBe('abc')
  })
})

describe('advice', () => {
  const network = {
    representedLayers: [{ name: 'conv', shape: [64, 64, 3, 3] as const }],
    remainder: [{ name: 'fc.weight', shape: [10, 65], group: 'linear' as const, isVariance: false }],
  }

  test('says nothing about a preset on a network it suits', () => {
    expect(nernWindow.advise(fastConfig, undefined)).toEqual([])
    expect(trainingWindow.advise(trainDefaults)).toEqual([])
  })

  test('warns when represented linear layers would have more kernels than the convolutions', () => {
    const large = {
      ...network,
      remainder: [
        {
          name: 'fc.weight',
          shape: [4096, 25_088],
          group: 'linear' as const,
          isVariance: false,
          linearShape: [4096, 25_088] as const,
        },
      ],
    }
    const config = { ...fastConfig, representation: { linearLayers: true, tiles: false } }
    expect(nernWindow.advise(config, undefined, large)).toEqual([
      'Linear layers add 102,760,448 kernels of one weight each to the 4,096 of the convolutions: steps over all weights take as much longer, and as much more memory.',
    ])
    expect(nernWindow.advise(fastConfig, undefined, large)).toEqual([])
    expect(nernWindow.advise(config, undefined, network)).toEqual([])
  })

  test('warns of steps with few kernels of each part', () => {
    const partition = { ...fastConfig.predictor.partition, by: 'kernels' as const, kernels: 256 }
    const config = { ...fastConfig, predictor: { ...fastConfig.predictor, partition } }
    expect(nernWindow.advise(config, undefined, network)).toEqual([
      'In the reconstruction phase a step draws 256 kernels of each of 16 parts: from 384 on a step says enough of a part.',
    ])
  })

  test('shows what is said of parts only where there are some, and of coordinates only where they are seen', () => {
    const shown = (by: string, inputs: string): readonly string[] => {
      const typed = { 'predictor.partition.by': by, 'predictor.partition.inputs': inputs }
      return parametersOf('compress').flatMap((row) => (nernWindow.form.hasEffect(row, typed) ? [row.path] : []))
    }
    const whole = shown('none', 'seeded')
    expect(whole.filter((path) => path.startsWith('predictor.partition.'))).toEqual(['predictor.partition.by'])
    expect(whole).toEqual(expect.arrayContaining(['embedding.levels', 'permutation.mode', 'storage.firstLayer']))
    const seeded = shown('kernels', 'seeded')
    expect(seeded).toEqual(expect.arrayContaining(['predictor.partition.kernels', 'predictor.partition.numbers']))
    expect(seeded.filter((path) => /^(embedding|permutation)\.|firstLayer/.test(path))).toEqual([])
    const coordinates = shown('layers', 'coordinates')
    expect(coordinates).toEqual(expect.arrayContaining(['embedding.levels', 'permutation.mode']))
    expect(coordinates).not.toContain('predictor.partition.numbers')
  })

  test('warns when the result would be no smaller than the original', () => {
    expect(nernWindow.advise(fastConfig, sizeBreakdown(network, fastConfig))).toContain(
      'The result would be no smaller than the original: lower the hidden size.',
    )
  })

  test('warns of an Adam that goes on from a fitted predictor without a warm-up, and of no other optimiser', () => {
    const withOptimizer = (change: Partial<OptimizerConfig>): CompressConfig => ({
      ...fastConfig,
      distillation: { ...fastConfig.distillation, optimizer: { ...fastConfig.distillation.optimizer, ...change } },
    })
    expect(nernWindow.advise(withOptimizer({ warmupSteps: 0 }), undefined)).toEqual([
      'In the distillation phase Adam has no warm-up: its first step moves every parameter by the whole learning rate and can undo a good fit.',
    ])
    expect(nernWindow.advise(withOptimizer({ warmupSteps: 0, type: 'ranger' }), undefined)).toEqual([])
    expect(nernWindow.advise(withOptimizer({ warmupSteps: 1 }), undefined)).toEqual([])
  })

  test('warns of schedules that rise, phases that are all warm-up, and no steps at all', () => {
    const config = {
      ...fastConfig,
      reconstruction: { ...fastConfig.reconstruction, steps: 0 },
      distillation: {
        ...fastConfig.distillation,
        steps: 10,
        warmupSteps: 10,
        optimizer: { ...fastConfig.distillation.optimizer, minLearningRate: 1, warmupSteps: 10 },
      },
    }
    expect(nernWindow.advise(config, undefined)).toEqual([
      'In the distillation phase the final learning rate is above the learning rate: the schedule would rise.',
      'In the distillation phase the learning-rate warm-up is as long as the phase.',
      'The objective warm-up is as long as the distillation phase: nothing would be distilled.',
    ])
    const small = compressPresetConfig('small')
    const layers = { ...small, quantisation: { ...small.quantisation, steps: 100 } }
    expect(nernWindow.advise(layers, undefined)).toEqual([
      'In the quantisation phase the learning-rate warm-up is as long as a layer has steps: it begins anew with every layer.',
    ])
    const idle = { ...config, distillation: { ...config.distillation, steps: 0, warmupSteps: 0 } }
    expect(nernWindow.advise(idle, undefined)).toEqual(['No phase has steps: the predictor would stay random.'])
  })
})

test('a training goes through whole batches only', () => {
  expect(trainingPlan({ ...trainDefaults, epochs: 40, batchSize: 128 }, 45_000)).toEqual({
    batchSize: 128,
    stepsPerEpoch: 351,
    steps: 14_040,
    images: 14_040 * 128,
  })
})

describe('the groups of a form', () => {
  const shown = (kind: Family, typed: TypedValues, problems: ParsedValues['problems'] = {}) =>
    shownGroups(kind, windowFamilyOf({ kind }).form, typed, problems)
  const titles = (...groups: Parameters<typeof shown>): readonly string[] => shown(...groups).map(({ group }) => group)

  test('are what the chosen method of a baseline reads, and all of a compression', () => {
    expect(titles('baseline', { method: 'low-rank' })).toEqual(['method', 'low-rank', 'storage'])
    expect(titles('baseline', { method: 'pruning' })).toEqual([
      'method',
      'pruning',
      'distillation-phase',
      'objective',
      'storage',
    ])
    expect(titles('compress', {})).toEqual(parameterGroups('compress').map(({ group }) => group))
  })

  test('of coded kernels hold the size that decides, and no more of the distillation than its steps without any', () => {
    const typed = typedValues(spectralDefaults)
    const paths = (values: TypedValues, ...problems: readonly string[]): readonly string[] =>
      shown('spectral', values, Object.fromEntries(problems.map((path) => [path, 'wrong'])))
        .flatMap(({ rows }) => rows.map(({ path }) => path))
        .filter((path) => /^(size|distillation|correction)\./.test(path))
    expect(paths(typed)).toEqual(['size.target', 'size.ratio', 'correction.images', 'distillation.steps'])
    expect(paths({ ...typed, 'size.target': 'step', 'correction.images': 'noise' })).toEqual([
      'size.target',
      'size.step',
      'correction.images',
      'correction.count',
      'distillation.steps',
    ])
    expect(paths({ ...typed, 'distillation.steps': '400' })).toContain('distillation.codeRate')
    // What has to be corrected is never hidden.
    expect(paths(typed, 'size.bytes')).toContain('size.bytes')
  })
})
