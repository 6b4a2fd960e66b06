import { describe, expect, it } from 'vitest'
import { leafTitle } from '#shared/experiment/config-leaves.ts'
import { expandSweep } from '#shared/experiment/sweep/expand-sweep.ts'
import { outlookOf } from '#shared/experiment/sweep/sweep-outlook.ts'
import { runName } from '#shared/experiment/sweep/run-name.ts'
import { sweepSchema, type Sweep, type SweepPlan } from '#shared/experiment/sweep/sweep.ts'
import { unwrap } from '#shared/basics/result.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'

function sweep(plan: SweepPlan, changes: Partial<Sweep> = {}): Sweep {
  const whole = { config: fastConfig, networkIds: ['net-1'], datasetId: 'data-1', presetIds: [], seeds: [1], plan }
  return sweepSchema.parse({ ...whole, ...changes })
}

const sizes: SweepPlan = { kind: 'grid', vary: [{ path: 'predictor.hiddenSize', values: [64, 96, 128] }] }

const valuesOf = (made: Sweep) =>
  unwrap(expandSweep(made)).runs.map(({ varied }) => varied.map(({ value }) => value).join(' '))

describe('a grid', () => {
  it('is every combination, for every seed', () => {
    const plan: SweepPlan = {
      kind: 'grid',
      vary: [...sizes.vary, { path: 'storage.predictor', values: ['int8', 'float16'] }],
    }
    expect(valuesOf(sweep(plan, { seeds: [1, 2] }))).toEqual([
      '64 int8 1',
      '64 int8 2',
      '64 float16 1',
      '64 float16 2',
      '96 int8 1',
      '96 int8 2',
      '96 float16 1',
      '96 float16 2',
      '128 int8 1',
      '128 int8 2',
      '128 float16 1',
      '128 float16 2',
    ])
  })

  it('puts each value into a configuration that is otherwise as it was', () => {
    expect(unwrap(expandSweep(sweep(sizes))).runs.map(({ config }) => config)).toEqual(
      [64, 96, 128].map((hiddenSize) => ({ ...fastConfig, predictor: { ...fastConfig.predictor, hiddenSize } })),
    )
  })

  it('drops what would repeat a run, and says how many', () => {
    const plan: SweepPlan = { kind: 'grid', vary: [{ path: 'predictor.hiddenSize', values: [64, 96, 64] }] }
    const { runs, duplicates } = unwrap(expandSweep(sweep(plan, { seeds: [1, 2, 2] })))
    expect([runs.length, duplicates]).toEqual([4, 5])
  })

  it('runs presets of other methods once, whatever varies of the first', () => {
    const expanded = unwrap(expandSweep(sweep(sizes, { presetIds: ['fast', 'spectral'] })))
    expect(expanded.runs.map(({ varied }) => varied.map(({ value }) => value).join(' '))).toEqual([
      'fast 64',
      'fast 96',
      'fast 128',
      'spectral',
    ])
    expect(expanded.duplicates).toBe(2)
  })

  it('keeps what was changed of a preset in another one', () => {
    const config = { ...fastConfig, reconstruction: { ...fastConfig.reconstruction, steps: 10 } }
    const { runs } = unwrap(expandSweep(sweep({ kind: 'grid', vary: [] }, { config, presetIds: ['fast', 'small'] })))
    expect(runs.map((run) => run.config.kind === 'compress' && run.config.reconstruction.steps)).toEqual([10, 10])
  })

  it('is of each network', () => {
    const { runs } = unwrap(expandSweep(sweep(sizes, { networkIds: ['net-1', 'net-2'] })))
    expect(runs.map(({ networkId }) => networkId)).toEqual(['net-1', 'net-1', 'net-1', 'net-2', 'net-2', 'net-2'])
  })
})

describe('random variants', () => {
  const plan: SweepPlan = {
    kind: 'random',
    variants: 40,
    seed: 3,
    vary: [
      { path: 'predictor.hiddenSize', draw: { kind: 'integer', from: 64, to: 66 } },
      {
        path: 'reconstruction.optimizer.learningRate',
        draw: { kind: 'log-uniform', from: 1e-3, to: 1e-1, isWhole: false },
      },
      { path: 'reconstruction.steps', draw: { kind: 'log-uniform', from: 10, to: 1000, isWhole: true } },
      { path: 'distillation.temperature', draw: { kind: 'uniform', from: 1, to: 4 } },
      { path: 'permutation.mode', draw: { kind: 'choice', values: ['none', 'in-filter'] } },
    ],
  }

  it('stay in their ranges and come again with the same seed', () => {
    const expanded = unwrap(expandSweep(sweep(plan)))
    const column = (path: string) =>
      expanded.runs.map(({ varied }) => varied.find((value) => value.path === path)?.value)
    expect(new Set(column('predictor.hiddenSize'))).toEqual(new Set([64, 65, 66]))
    expect(new Set(column('permutation.mode'))).toEqual(new Set(['none', 'in-filter']))
    const rates = column('reconstruction.optimizer.learningRate').map(Number)
    expect([Math.min(...rates) >= 1e-3, Math.max(...rates) <= 1e-1]).toEqual([true, true])
    // Half of them below the geometric mean, about: an even draw would have a tenth there.
    expect(rates.filter((rate) => rate < 1e-2).length).toBeGreaterThan(10)
    expect(column('reconstruction.steps').every(Number.isInteger)).toBe(true)
    expect(expandSweep(sweep(plan))).toEqual(expandSweep(sweep(plan)))
    expect(valuesOf(sweep({ ...plan, seed: 4 }))).not.toEqual(valuesOf(sweep(plan)))
  })

  it('are the same for every seed and network', () => {
    const { runs } = unwrap(expandSweep(sweep(plan, { networkIds: ['net-1', 'net-2'], seeds: [1, 2] })))
    expect(runs.length).toBe(160)
    const settings = (from: number) => runs.slice(from, from + 80).map(({ config }) => config)
    expect(settings(0)).toEqual(settings(80))
  })
})

it('a list has its own variants, of several methods', () => {
  const plan: SweepPlan = {
    kind: 'list',
    rows: [
      { values: [{ path: 'predictor.hiddenSize', value: 40 }] },
      { presetId: 'spectral', values: [{ path: 'size.ratio', value: 12 }] },
    ],
  }
  const { runs } = unwrap(expandSweep(sweep(plan)))
  expect(runs.map(({ config }) => config)).toEqual([
    { ...fastConfig, predictor: { ...fastConfig.predictor, hiddenSize: 40 } },
    { ...spectralDefaults, size: { ...spectralDefaults.size, ratio: 12 } },
  ])
  expect(runs.map((run) => runName(run, 'ResNet-20'))).toEqual([
    'ResNet-20: hidden size 40',
    'ResNet-20: spectral, compression ratio 12',
  ])
  expect(leafTitle('distillation.optimizer.learningRate')).toBe('Learning rate (distillation phase)')
})

describe('what a sweep cannot be', () => {
  const vary = (path: string, values: readonly (string | number)[]): SweepPlan => ({
    kind: 'grid',
    vary: [{ path, values: [...values] }],
  })

  it('is larger than the limit, and it is told before anything is made', () => {
    const many = Array.from({ length: 200 }, (_, index) => index + 1)
    expect(expandSweep(sweep(vary('predictor.hiddenSize', many), { seeds: many }))).toMatchObject({
      error: { code: 'invalid-config', message: 'The sweep has 40,000 runs; 10,000 are the most.' },
    })
  })

  it('is of unknown parameters, presets or values', () => {
    expect(expandSweep(sweep(vary('predictor.hidenSize', [1])))).toMatchObject({
      error: { where: 'predictor.hidenSize', remedy: 'Did you mean predictor.hiddenSize?' },
    })
    expect(expandSweep(sweep(sizes, { presetIds: ['fsat'] }))).toMatchObject({
      error: { message: 'There is no preset fsat.', remedy: 'Did you mean fast?' },
    })
    expect(expandSweep(sweep(vary('predictor.hiddenSize', [0.5])))).toMatchObject({
      error: { message: 'predictor.hiddenSize takes a whole number from 1 to 8192, got 0.5.' },
    })
  })
})

it('the outlook knows least and most bytes, and only measured times', () => {
  const expanded = unwrap(expandSweep(sweep(sizes, { presetIds: ['fast', 'spectral'] })))
  const shape = { representedLayers: [{ name: 'conv', shape: [16, 16, 3, 3] as const }], remainder: [] }
  const seconds = expanded.runs.map(({ config }) => (config.kind === 'spectral' ? 3 : undefined))
  const outlook = outlookOf(expanded, () => shape, seconds)
  expect(outlook).toMatchObject({ runs: 4, duplicates: 2, seconds: { total: 3, runs: 1 }, bytes: { runs: 4 } })
  expect(outlook.bytes?.least).toBeLessThan(outlook.bytes?.most ?? 0)
  expect(outlookOf(expanded, () => undefined, [])).toEqual({ runs: 4, duplicates: 2 })
})
