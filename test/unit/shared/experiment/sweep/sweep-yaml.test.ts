import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { unwrap } from '#shared/basics/result.ts'
import { expandSweep } from '#shared/experiment/sweep/expand-sweep.ts'
import { sweepFromYaml } from '#shared/experiment/sweep/sweep-yaml.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'

const head = 'network: small\ndataset: images\nconfig: { preset: fast }\n'

it('the example is ten variants in two seeds', () => {
  const path = join(import.meta.dirname, '../../../../../docs/examples/sweep.yaml')
  const { sweep, networks, name } = unwrap(sweepFromYaml(readFileSync(path, 'utf8'), 'sweep.yaml'))
  const { runs } = unwrap(expandSweep({ ...sweep, networkIds: ['net-1'], datasetId: 'data-1' }))
  expect([name, networks.map((network) => network.name), runs.length]).toEqual([
    'Ten variants',
    ['resnet20-cifar10'],
    20,
  ])
})

describe('a sweep in a file', () => {
  const sweepOf = (text: string) => unwrap(sweepFromYaml(head + text, 'sweep.yaml')).sweep

  it('varies parameters by paths with dots or as nested mappings, in lists or texts', () => {
    expect(sweepOf('vary:\n  predictor:\n    hiddenSize: 64..96 step 16\n  storage.predictor: [int8, int4]\n')).toEqual(
      {
        config: fastConfig,
        presetIds: [],
        plan: {
          kind: 'grid',
          vary: [
            { path: 'predictor.hiddenSize', values: [64, 80, 96] },
            { path: 'storage.predictor', values: ['int8', 'int4'] },
          ],
        },
        seeds: [1],
      },
    )
  })

  it('names how many seeds, or which', () => {
    expect(sweepOf('seeds: 3').seeds).toEqual([1, 2, 3])
    expect(sweepOf('seeds: [4, 9]').seeds).toEqual([4, 9])
    expect(sweepOf('seeds: [4]').seeds).toEqual([4])
    expect(sweepOf('seeds: 2..4').seeds).toEqual([2, 3, 4])
  })

  it('draws at random from distributions', () => {
    const text = `random: { variants: 8, seed: 5 }
vary:
  predictor.hiddenSize: { integer: [64, 128] }
  reconstruction.steps: { log-uniform: [100, 10000] }
  reconstruction.optimizer.learningRate: log 0.001..0.1
  distillation.temperature: { uniform: [1, 4] }
  permutation.mode: { choice: [none, in-filter] }
  storage.predictor: [int8, int4]
`
    expect(sweepOf(text).plan).toEqual({
      kind: 'random',
      variants: 8,
      seed: 5,
      vary: [
        { path: 'predictor.hiddenSize', draw: { kind: 'integer', from: 64, to: 128 } },
        { path: 'reconstruction.steps', draw: { kind: 'log-uniform', from: 100, to: 10_000, isWhole: true } },
        {
          path: 'reconstruction.optimizer.learningRate',
          draw: { kind: 'log-uniform', from: 0.001, to: 0.1, isWhole: false },
        },
        { path: 'distillation.temperature', draw: { kind: 'uniform', from: 1, to: 4 } },
        { path: 'permutation.mode', draw: { kind: 'choice', values: ['none', 'in-filter'] } },
        { path: 'storage.predictor', draw: { kind: 'choice', values: ['int8', 'int4'] } },
      ],
    })
  })

  it('lists variants, also of other methods', () => {
    expect(
      sweepOf('list:\n  - predictor.hiddenSize: 64\n  - preset: spectral\n    size: { ratio: 12 }\n').plan,
    ).toEqual({
      kind: 'list',
      rows: [
        { values: [{ path: 'predictor.hiddenSize', value: 64 }] },
        { presetId: 'spectral', values: [{ path: 'size.ratio', value: 12 }] },
      ],
    })
  })

  it('varies presets and networks', () => {
    const read = unwrap(
      sweepFromYaml(
        'dataset: images\nconfig: { preset: fast }\nvary:\n  network: [small, large]\n  preset: [fast, small]\n',
      ),
    )
    expect([read.networks.map(({ name }) => name), read.sweep.presetIds]).toEqual([
      ['small', 'large'],
      ['fast', 'small'],
    ])
  })
})

describe('what is wrong is told with file, line and column', () => {
  test.each([
    ['varry: {}', '4:1', 'A sweep has no varry.', 'Did you mean vary?'],
    [
      'vary:\n  predictor.hidenSize: [1]',
      '5:3',
      'There is no parameter predictor.hidenSize.',
      'Did you mean predictor.hiddenSize?',
    ],
    [
      'vary:\n  predictor.hiddenSize: [64, many]',
      '5:30',
      'predictor.hiddenSize takes a whole number from 1 to 8192, got many.',
      undefined,
    ],
    ['vary:\n  predictor.hiddenSize: []', '5:25', 'predictor.hiddenSize has no values.', undefined],
    [
      'vary:\n  predictor.hiddenSize: 9..4',
      '5:25',
      'predictor.hiddenSize: A range goes up: 4..9 rather than 9..4.',
      undefined,
    ],
    [
      'vary:\n  predictor.hiddenSize: { integer: [1, 2] }',
      '5:25',
      'predictor.hiddenSize takes a list of values, or a range such as "64..128 step 16".',
      'Distributions are for sweeps with random: { variants: 20 }.',
    ],
    [
      'random: { variants: 3 }\nvary:\n  predictor.hiddenSize: { unifrom: [1, 2] }',
      '6:27',
      'predictor.hiddenSize has no unifrom.',
      'Did you mean uniform?',
    ],
    [
      'random: { variants: 3 }\nvary:\n  predictor.hiddenSize: { integer: [1] }',
      '6:36',
      'integer takes two numbers, such as [0.001, 0.1].',
      undefined,
    ],
    [
      'random: { variants: 0 }\nvary:\n  predictor.hiddenSize: 1..2',
      '4:21',
      'variants takes a whole number from 1 on, got 0.',
      undefined,
    ],
    ['random: { variants: 3 }', '4:9', 'Nothing varies that could be drawn at random.', undefined],
    ['list: []\nvary: {}', '5:1', 'A sweep has a list or vary, not both.', undefined],
    ['vary:\n  preset: [fast, fats]', '5:18', 'The list of presets has no fats.', 'Did you mean fast?'],
    ['vary:\n  network: [other]', '5:3', 'The network is named already, and varies here.', 'Leave one of them out.'],
    ['seeds: none', '4:8', 'seeds: none: it takes a whole number from 0 to 4294967295.', undefined],
  ])('%j', (text, place, message, remedy) => {
    expect(sweepFromYaml(head + text, 'sweep.yaml')).toEqual({
      ok: false,
      error: {
        code: 'invalid-config',
        message,
        where: `sweep.yaml:${place}`,
        remedy: remedy ?? 'Correct it and try again.',
      },
    })
  })

  it('also what is missing', () => {
    expect(sweepFromYaml('network: small\nconfig: { preset: fast }\n', 'sweep.yaml')).toMatchObject({
      error: { message: 'The sweep has no dataset.', remedy: 'Add a line such as: dataset: cifar10' },
    })
  })
})
