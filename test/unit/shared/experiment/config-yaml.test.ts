import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { configFromYaml, configToYaml } from '#shared/experiment/config-yaml.ts'
import { continued } from '#shared/experiment/continued-config.ts'
import { allPresets, nearestPreset } from '#shared/experiment/presets.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'

test.each(allPresets)('preset $id reads back as it was written', ({ config }) => {
  expect(configFromYaml(configToYaml(config))).toMatchObject({ ok: true, value: { config } })
})

test('every preset is nearest to itself, or to one with the same values', () => {
  for (const { config } of allPresets) expect(nearestPreset(config).config).toEqual(config)
})

describe('a configuration as YAML', () => {
  const changed = {
    ...fastConfig,
    seed: 7,
    predictor: { ...fastConfig.predictor, hiddenSize: 128 },
    storage: { ...fastConfig.storage, predictor: 'int8' as const },
  }

  it('holds what differs from its preset, with titles and units', () => {
    expect(configToYaml(changed)).toBe(`# A configuration of NeRN Studio: what is not named is as in the preset fast.

preset: fast
predictor:
  hiddenSize: 128 # Hidden size, units
storage:
  predictor: int8 # Predictor stored as
seed: 7 # Seed
`)
  })

  it('reads back what was changed, and the run it goes on from', () => {
    const config = continued(changed, 'run-1')
    expect(configFromYaml(configToYaml(config))).toMatchObject({ ok: true, value: { config } })
  })

  it('keeps texts that look like other things', () => {
    const config = { ...spectralDefaults, layers: 'conv1.weight exact, layer3.* finer' }
    expect(configFromYaml(configToYaml(config))).toMatchObject({ ok: true, value: { config } })
  })

  it('takes paths with dots', () => {
    const read = configFromYaml('preset: fast\npredictor.hiddenSize: 128\nstorage: { predictor: int8 }\nseed: 7\n')
    expect(read).toMatchObject({ ok: true, value: { config: changed } })
  })
})

describe('what is wrong with a YAML is told with its place', () => {
  test.each([
    [
      'preset: fast\npredictor:\n  hidenSize: 12\n',
      'config.yaml:3:3',
      'There is no parameter predictor.hidenSize.',
      'Did you mean predictor.hiddenSize?',
    ],
    [
      'preset: fast\npredictor:\n  hiddenSize: many\n',
      'config.yaml:3:15',
      'predictor.hiddenSize takes a whole number from 1 to 8192, got many.',
      undefined,
    ],
    ['preset: fsat\n', 'config.yaml:1:9', 'The list of presets has no fsat.', 'Did you mean fast?'],
    [
      'seed: 1\n',
      'config.yaml:1:1',
      'The configuration names no preset to start from.',
      'Add a line such as: preset: fast',
    ],
    ['preset: fast\npredictor: 3\n', 'config.yaml:2:12', 'predictor is a mapping of names to values.', undefined],
    ['preset: fast\nseed: [1, 2]\n', 'config.yaml:2:7', 'seed takes one value.', undefined],
    ['preset: fast\nseed: 1\nseed: 2\n', 'config.yaml:3:1', 'This is not YAML: Map keys must be unique', undefined],
    ['preset: [fast\n', 'config.yaml:2:1', expect.stringContaining('This is not YAML'), undefined],
    ['', 'config.yaml:1:1', 'It is empty.', undefined],
    ['- 1\n', 'config.yaml:1:1', 'The configuration is a mapping of names to values.', undefined],
  ])('%j', (text, where, message, remedy) => {
    expect(configFromYaml(text, 'config.yaml')).toEqual({
      ok: false,
      error: { code: 'invalid-config', where, message, remedy: remedy ?? 'Correct it and try again.' },
    })
  })

  it.each([
    ['deep lists', '['.repeat(100_000)],
    ['deep mappings', 'preset: fast\n' + '{a: '.repeat(50_000)],
    ['an alias', 'preset: &a fast\nseed: *a\n'],
    ['aliases of aliases', 'a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\npreset: *c\n'],
    ['a merge', 'preset: fast\n<<: { seed: 3 }\n'],
    ['keys that are no names', 'preset: fast\n? [a]\n: 1\n'],
    ['a prototype', 'preset: fast\n__proto__: { seed: 3 }\nconstructor: 1\n'],
    ['too much', ' '.repeat(2_000_000)],
  ])('refuses %s', (_what, text) => {
    expect(configFromYaml(text)).toMatchObject({ ok: false, error: { code: 'invalid-config' } })
  })

  it('never throws, whatever it reads', () => {
    const word = fc.constantFrom(
      'preset',
      'fast',
      'seed',
      'predictor',
      ':',
      ' ',
      '\n',
      '  ',
      '- ',
      '[',
      ']',
      '{',
      '}',
      '&a',
      '*a',
      '1',
      '"',
      '#',
      '!!set',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word).map((words) => words.join('')),
        ),
        (text) => {
          expect([true, false]).toContain(configFromYaml(text).ok)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('says line and column of a text without a file', () => {
    expect(configFromYaml('preset: fast\nsede: 1\n')).toMatchObject({
      error: { where: 'line 2, column 1', remedy: 'Did you mean seed?' },
    })
  })
})
