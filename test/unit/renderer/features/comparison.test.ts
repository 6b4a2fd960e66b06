import { describe, expect, test } from 'vitest'
import type { ComparedPair, Comparison, ComparisonEntry, Flip } from '#shared/measures/comparison.ts'
import { differencesFrom, ownOriginal, pairTable } from '#shared/measures/paired-differences.ts'
import {
  byteScale,
  comparedRows,
  keptGroups,
  markLegend,
  scatterPoints,
  usedParts,
} from '#renderer/features/compare/comparison-rows.ts'
import { configGroups } from '#renderer/features/compare/config-differences.ts'
import { commonMistakes, confusionTable } from '#renderer/features/compare/confusion-table.ts'
import { flipsByClass, shownFlips } from '#renderer/features/compare/flip-list.ts'
import { classDifferences } from '#renderer/features/compare/per-class.ts'
import { pairedOverSeeds, seedGroups } from '#shared/measures/seed-groups.ts'
import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import { trainDefaults } from '#shared/training/defaults.ts'
import { completedRun, experimentRecord } from '../../../support/experiment-records.ts'
import { datasetRecord, networkRecord } from '../../../support/records.ts'

const evaluation = (correct: number) => ({
  id: `evaluation-${correct}`,
  datasetId: 'data-1',
  split: 'test' as const,
  correct,
  total: 10_000,
  accuracy: correct / 10_000,
  device: 'cpu',
  hasConfidences: true,
  createdAt: '2030-01-01T00:00:00.000Z',
})
const dataset = datasetRecord({ classNames: ['cat', 'dog', 'ship'] })
const network = networkRecord()
const made = { network, dataset, original: evaluation(9173) }
const originalSubject = { networkId: network.id, datasetId: dataset.id }
const entryA: ComparisonEntry = {
  experiment: experimentRecord({ id: 'a', name: 'A', latestRun: completedRun({ correct: 9108 }) }),
  ...made,
  reconstructed: evaluation(9108),
  perClass: [0.88, 0.76, 0.94],
}
const entryB: ComparisonEntry = { experiment: experimentRecord({ id: 'b', name: 'B', status: 'failed' }), ...made }
const originals = [{ network, dataset, evaluation: evaluation(9173), perClass: [0.9, 0.8, 0.95] }]
const pairs: readonly ComparedPair[] = [
  {
    first: originalSubject,
    second: { experimentId: 'a' },
    agreement: { bothRight: 9042, onlyFirst: 131, onlySecond: 66, bothWrong: 761 },
  },
]
const comparison: Comparison = {
  split: 'test',
  originals,
  entries: [entryA, entryB],
  pairs,
  configRows: [
    { path: 'permutation.mode', values: ['none', 'cross-filter'], isSame: false },
    { path: 'seed', values: ['1', '1'], isSame: true },
    { path: 'reconstruction.steps', values: ['10', '20'], isSame: false },
    { path: 'distillation.optimizer.type', values: ['adam', ''], isSame: false },
  ],
}
const rows = comparedRows(comparison)
const originalKey = rows[0]?.key ?? ''

describe('rows of a comparison', () => {
  test('begin with the originals, and say what waits where nothing was measured', () => {
    expect(rows.map(({ name, isOriginal, label }) => [name, isOriginal, label])).toEqual([
      [network.name, true, 'original'],
      ['A', false, 'A'],
      ['B', false, 'B'],
    ])
    expect(rows[2]).toMatchObject({ status: 'failed', originalKey })
    expect(rows[2]?.accuracy).toBeUndefined()
  })

  test('are points of accuracy against bytes where both are known', () => {
    expect(scatterPoints(rows).map(({ id, isReference }) => [id, isReference])).toEqual([
      [originalKey, true],
      ['a', false],
    ])
  })

  test('are named by their method, by their experiment where several have the same', () => {
    const spectral = { ...entryA, experiment: experimentRecord({ id: 'c', name: 'C', config: spectralDefaults }) }
    const mixed = { ...comparison, entries: [entryA, spectral] }
    const labels = (compared: Comparison) => comparedRows(compared).map(({ label }) => label)
    expect(labels(mixed)).toEqual(['original', 'NeRN, hidden size 160', 'spectral 15x'])
    expect(labels({ ...mixed, entries: [entryA, spectral, entryA] })).toEqual(['original', 'A', 'spectral 15x', 'A'])
    const other = { network: networkRecord({ id: 'net-2', name: 'other' }), dataset }
    expect(labels({ ...mixed, originals: [...originals, other] }).slice(0, 2)).toEqual([
      `original ${network.name}`,
      'original other',
    ])
    expect(markLegend(mixed)).toEqual([
      { mark: 'circle', title: 'predictor (NeRN)' },
      { mark: 'square', title: 'spectral codes' },
    ])
  })

  test('say what the files keep of their originals, once for all of which the same is true', () => {
    const exact = { ...spectralDefaults, layers: 'conv1.weight exact' }
    const entries = [...comparison.entries, { experiment: experimentRecord({ name: 'C', config: exact }) }]
    const groups = keptGroups({ ...comparison, entries })
    expect(groups.map(({ entries: named }) => named.map(({ name }) => name))).toEqual([['A', 'B'], ['C']])
    expect(groups[1]?.sentences[0]).toBe(
      'Layers marked exact are kept to the bit, with their batch norms: conv1.weight.',
    )
    const training = { experiment: experimentRecord({ config: trainDefaults }) }
    expect(keptGroups({ ...comparison, entries: [training] })).toEqual([])
  })

  test('have bars to the scale of the largest original, or of a package that is larger still', () => {
    const bytes = rows[1]?.sizes?.originalBytes ?? NaN
    const withTotal = (totalBytes: number) =>
      rows.map((row) => (row.sizes === undefined ? row : { ...row, sizes: { ...row.sizes, totalBytes } }))
    expect([byteScale(withTotal(bytes)), byteScale(withTotal(bytes + 1)), byteScale([])]).toEqual([
      { bytes, isOriginal: true },
      { bytes: bytes + 1, isOriginal: false },
      undefined,
    ])
    expect(usedParts(rows)).toEqual(['predictor', 'permutation', 'linear', 'header'])
  })
})

describe('differences', () => {
  test('are from the original of each, or from the base that is chosen', () => {
    const own = differencesFrom(pairs, rows, ownOriginal)
    expect([...own.keys()]).toEqual(['a'])
    expect(own.get('a')?.difference).toBeCloseTo(-0.0065, 10)
    expect(own.get('a')?.probability).toBeLessThan(1e-4)
    const turned = differencesFrom(pairs, rows, 'a')
    expect([...turned.keys()]).toEqual([originalKey])
    expect(turned.get(originalKey)?.difference).toBeCloseTo(0.0065, 10)
    expect(turned.get(originalKey)?.agreement).toMatchObject({ onlyFirst: 66, onlySecond: 131 })
  })

  test('of every pair are corrected for all of them', () => {
    const more: readonly ComparedPair[] = [
      ...pairs,
      {
        first: originalSubject,
        second: { experimentId: 'b' },
        agreement: { bothRight: 9000, onlyFirst: 100, onlySecond: 90, bothWrong: 810 },
      },
    ]
    const measuredRows = rows.map((row) => ({ ...row, accuracy: rows[0]?.accuracy ?? row.accuracy }))
    const table = pairTable(more, measuredRows as typeof rows)
    expect(table.count).toBe(2)
    const [toA, toB] = [table.cells[1]?.[0], table.cells[2]?.[0]]
    expect(toA?.adjusted).toBeCloseTo(2 * (toA?.probability ?? NaN), 12)
    expect(toB?.adjusted).toBe(toB?.probability)
    expect(table.cells[0]?.[1]?.difference).toBeCloseTo(0.0065, 10)
    expect(table.cells[1]?.[2]).toBeUndefined()
  })

  test('by class are from the base, and only the largest of many are shown', () => {
    const shown = classDifferences(rows, ownOriginal)
    expect(shown?.classes.map(({ name }) => name)).toEqual(['cat', 'dog', 'ship'])
    expect(shown?.rows[0]?.differences).toBeUndefined()
    expect(shown?.rows[1]?.differences?.[1]).toBeCloseTo(-0.04, 10)
    expect(shown?.largest).toBeCloseTo(0.04, 10)
    expect(classDifferences([], ownOriginal)).toBeUndefined()
    const classNames = Array.from({ length: 100 }, (_, index) => `class ${index}`)
    const flat = classNames.map(() => 0.5)
    const many = [{ ...originals[0], network, dataset: datasetRecord({ classNames }), perClass: flat }]
    const one = { ...entryA, dataset: datasetRecord({ classNames }), perClass: flat.with(70, 0.2) }
    const thinned = classDifferences(comparedRows({ ...comparison, originals: many, entries: [one] }), ownOriginal)
    expect([thinned?.classes[0]?.name, thinned?.classes.length, thinned?.classCount]).toEqual(['class 70', 24, 100])
  })
})

test('experiments that differ only in their seed are a group, compared seed by seed', () => {
  const entry = (id: string, seed: number, correct: number, hiddenSize: number): ComparisonEntry => ({
    ...made,
    experiment: experimentRecord({
      id,
      name: `size ${hiddenSize}, seed ${seed}`,
      config: { ...fastConfig, seed, predictor: { ...fastConfig.predictor, hiddenSize } },
      latestRun: completedRun({ correct }),
    }),
    reconstructed: evaluation(correct),
  })
  const entries = [
    entry('a1', 1, 9100, 160),
    entry('a2', 2, 9120, 160),
    entry('b1', 1, 9050, 80),
    entry('b2', 2, 9080, 80),
  ]
  const seeded = { ...comparison, entries: [...entries, entry('c1', 1, 9000, 40)] }
  const [large, small, ...others] = seedGroups(seeded, comparedRows(seeded))
  expect(others).toEqual([])
  expect([large?.name, large?.seeds, small?.name]).toEqual(['size 160', [1, 2], 'size 80'])
  expect(large?.accuracy.mean).toBeCloseTo(0.911, 10)
  if (large === undefined || small === undefined) throw new Error('no groups')
  expect(pairedOverSeeds(small, large)?.mean).toBeCloseTo(-0.0045, 10)
  expect(pairedOverSeeds({ ...small, seeds: [1, 9] }, large)).toBeUndefined()
})

describe('flipped images', () => {
  const flips: readonly Flip[] = [
    { image: 3, label: 0, first: { classIndex: 0, confidence: 0.9 }, second: { classIndex: 1, confidence: 0.4 } },
    { image: 5, label: 2, first: { classIndex: 1, confidence: 0.8 }, second: { classIndex: 2, confidence: 0.5 } },
    { image: 8, label: 0, first: { classIndex: 0 }, second: { classIndex: 2 } },
  ]
  const images = (...choice: Parameters<typeof shownFlips>) => shownFlips(...choice).map(({ image }) => image)

  test('come with the surest mistakes first, by side and by class', () => {
    expect(images(flips, { side: 'both', label: undefined, order: 'confidence' })).toEqual([5, 3, 8])
    expect(images(flips, { side: 'first', label: undefined, order: 'image' })).toEqual([3, 8])
    expect(images(flips, { side: 'second', label: 0, order: 'image' })).toEqual([])
    expect(flipsByClass(flips)).toEqual([
      { label: 0, count: 2 },
      { label: 2, count: 1 },
    ])
  })
})

test('confusions are a table of few classes, and the commonest mistakes of many', () => {
  const classNames = ['cat', 'dog']
  const own = {
    classNames,
    cells: [
      { label: 0, predicted: 0, count: 9 },
      { label: 0, predicted: 1, count: 3 },
    ],
  }
  const base = {
    classNames,
    cells: [
      { label: 0, predicted: 0, count: 11 },
      { label: 1, predicted: 0, count: 1 },
    ],
  }
  expect(confusionTable(own)).toEqual({
    counts: [
      [9, 3],
      [0, 0],
    ],
    largest: 3,
  })
  expect(confusionTable(own, base)).toEqual({
    counts: [
      [-2, 3],
      [-1, 0],
    ],
    largest: 3,
  })
  expect(commonMistakes(own, base)).toEqual([
    { label: 0, predicted: 1, count: 3, before: 0 },
    { label: 1, predicted: 0, count: 0, before: 1 },
  ])
  expect(confusionTable({ classNames: Array.from({ length: 21 }, String), cells: [] })).toBeUndefined()
})

test('settings that a method ignores, as its others are, are left out', () => {
  const undistilled = experimentRecord({ name: 'C', config: spectralDefaults })
  const distilled = { ...spectralDefaults, distillation: { ...spectralDefaults.distillation, steps: 100 } }
  const row = { path: 'distillation.codeRate', values: ['0.1', '0.2'], isSame: false }
  const of = (...configs: readonly ExperimentConfig[]) =>
    configGroups(
      { configRows: [row], entries: configs.map((config) => ({ experiment: { ...undistilled, config } })) },
      { hidesSame: true, search: '' },
    ).flatMap(({ rows: shown }) => shown.map(({ values }) => values))
  expect(of(spectralDefaults, spectralDefaults)).toEqual([])
  expect(of(spectralDefaults, distilled)).toEqual([[undefined, '0.2']])
  expect(of(distilled, distilled)).toEqual([['0.1', '0.2']])
})

test('settings stand in groups, those that only some methods have at the end', () => {
  const titles = (search: string, hidesSame = true) =>
    configGroups(comparison, { hidesSame, search }).map(({ title, rows: shown }) => [
      title,
      shown.map((row) => row.title),
    ])
  expect(titles('')).toEqual([
    ['Permutation', ['Permutation']],
    ['Reconstruction phase', ['Reconstruction steps']],
    ['Only some methods have', ['Distillation: Optimiser']],
  ])
  expect(titles('across filters')).toEqual([['Permutation', ['Permutation']]])
  expect(titles('seed', false)).toHaveLength(1)
  expect(titles('nothing like it')).toEqual([])
  const [, , special] = configGroups(comparison, { hidesSame: true, search: '' })
  expect(special?.rows[0]?.values).toEqual(['Adam', undefined])
})
