import { describe, expect, test } from 'vitest'
import type { Comparison, DoctorEngine } from '#shared/protocol/contract.ts'
import {
  byteScale,
  comparedRows,
  keptGroups,
  markLegend,
  scatterPoints,
  shownConfigRows,
  usedParts,
} from '#renderer/features/compare/comparison-rows.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import { trainDefaults } from '#shared/training/defaults.ts'
import { isPackaged, type CompressResult } from '#shared/experiment/results.ts'
import { perClassRows } from '#renderer/features/compare/per-class.ts'
import { engineState } from '#renderer/features/doctor/engine-state.ts'
import { reportText } from '#renderer/features/doctor/report-text.ts'
import { layerErrors } from '#renderer/features/run/layer-errors.ts'
import { accuracyRows, timeRows } from '#renderer/features/run/result-rows.ts'
import { parseTags } from '#renderer/ui/parse-tags.ts'
import { engineTitles } from '#renderer/features/settings/engine-titles.ts'
import { parseWholeNumber } from '#renderer/features/settings/whole-number.ts'
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
  createdAt: '2030-01-01T00:00:00.000Z',
})
const dataset = datasetRecord({ classNames: ['cat', 'dog', 'ship'] })
const comparison: Comparison = {
  split: 'test',
  entries: [
    {
      experiment: experimentRecord({ id: 'a', name: 'A', latestRun: completedRun({ correct: 9108 }) }),
      network: networkRecord(),
      dataset,
      original: evaluation(9173),
      reconstructed: evaluation(9108),
      perClass: { original: [0.9, 0.8, 0.95], reconstructed: [0.88, 0.76, 0.94] },
      agreement: { bothRight: 9042, onlyOriginal: 131, onlyReconstructed: 66, bothWrong: 761 },
    },
    { experiment: experimentRecord({ id: 'b', number: 2, name: 'B', status: 'failed' }) },
  ],
  configRows: [
    { path: 'permutation.mode', values: ['none', 'cross-filter'], isSame: false },
    { path: 'seed', values: ['1', '1'], isSame: true },
    { path: 'reconstruction.steps', values: ['10', '20'], isSame: false },
    { path: 'distillation.optimizer.type', values: ['adam', 'muon'], isSame: false },
  ],
}

describe('a comparison', () => {
  const rows = comparedRows(comparison)

  test('states difference and significance where both were measured, nothing where not', () => {
    expect(rows[0]?.difference).toBeCloseTo(-0.0065, 10)
    expect(rows[0]?.probability).toBeLessThan(1e-4)
    expect(rows[1]).toEqual({ id: 'b', name: 'B', token: '--experiment-2', mark: 'circle', label: 'B' })
  })

  test('says what the files keep of their originals, once for all of which the same is true', () => {
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

  test('draws bars to the scale of the largest original, or of a package that is larger still', () => {
    const original = rows[0]?.sizes?.originalBytes ?? NaN
    const withTotal = (totalBytes: number) =>
      rows.map((row) => (row.sizes === undefined ? row : { ...row, sizes: { ...row.sizes, totalBytes } }))
    expect([byteScale(withTotal(original)), byteScale(withTotal(original + 1)), byteScale([])]).toEqual([
      { bytes: original, isOriginal: true },
      { bytes: original + 1, isOriginal: false },
      undefined,
    ])
  })

  test('draws each original once and every measured reconstruction', () => {
    const twice = { ...comparison, entries: [comparison.entries[0], comparison.entries[0]].flatMap((e) => e ?? []) }
    expect(scatterPoints(twice, comparedRows(twice)).map(({ id, isReference }) => [id, isReference])).toEqual([
      ['net-1', true],
      ['a', false],
      ['a', false],
    ])
  })

  test('names points by their method, by their experiment where several have the same, and the only original as such', () => {
    const spectral = {
      ...comparison.entries[0],
      experiment: experimentRecord({
        id: 'c',
        name: 'C',
        config: spectralDefaults,
        latestRun: completedRun({ correct: 9100 }),
      }),
    }
    const labelsOf = (compared: Comparison) => scatterPoints(compared, comparedRows(compared)).map(({ label }) => label)
    const mixed = { ...comparison, entries: [...comparison.entries.slice(0, 1), spectral] }
    expect(labelsOf(mixed)).toEqual(['original', 'NeRN, hidden size 160', 'spectral 15x'])
    expect(labelsOf({ ...comparison, entries: [...mixed.entries, ...mixed.entries.slice(0, 1)] })).toEqual([
      'original',
      'A',
      'spectral 15x',
      'A',
    ])
    const other = { ...spectral, network: networkRecord({ id: 'net-2', name: 'other' }) }
    expect(labelsOf({ ...comparison, entries: [...comparison.entries.slice(0, 1), other] }).slice(0, 2)).toEqual([
      `original ${networkRecord().name}`,
      'original other',
    ])
    expect(markLegend(mixed)).toEqual([
      { mark: 'circle', title: 'predictor (NeRN)' },
      { mark: 'square', title: 'spectral codes' },
    ])
  })

  test('lists the parts that are there, in their fixed order', () => {
    expect(usedParts(rows)).toEqual(['predictor', 'permutation', 'linear', 'header'])
  })

  test('names parameters and values for people, and can hide the identical', () => {
    expect(shownConfigRows(comparison, true)).toEqual([
      { path: 'permutation.mode', title: 'Permutation', values: ['None', 'Across filters'], isSame: false },
      {
        path: 'reconstruction.steps',
        title: 'Reconstruction steps',
        values: ['10', '20'],
        isSame: false,
      },
      {
        path: 'distillation.optimizer.type',
        title: 'Distillation: Optimiser',
        values: ['Adam', 'Muon'],
        isSame: false,
      },
    ])
    expect(shownConfigRows(comparison, false)).toHaveLength(4)
  })

  test('by class starts its axis at the round value below the lowest', () => {
    const perClass = perClassRows(comparison)
    expect(perClass?.floor).toBe(0.7)
    expect(perClass?.columns.flat()[1]).toEqual({
      name: 'dog',
      values: [
        { entry: undefined, accuracy: 0.8 },
        { entry: 0, accuracy: 0.76 },
      ],
    })
    expect(perClassRows({ ...comparison, entries: [] })).toBeUndefined()
  })
})

describe('an engine', () => {
  const engine: DoctorEngine = {
    executor: 'onnxruntime',
    provider: 'cpu',
    status: 'available',
    isVerified: true,
    detail: 'There.',
  }
  const probe = { isPassed: true, deviation: 1e-7, millisecondsPerStep: 18, device: 'CPU' }

  test('works only when it is verified and passed its proof', () => {
    expect(engineState({ ...engine, probe })).toEqual({ title: 'Works', tone: 'positive' })
    expect(engineState(engine).title).toBe('Available')
    expect(engineState({ ...engine, probe: { ...probe, isPassed: false } }).tone).toBe('negative')
    expect(engineState({ ...engine, status: 'unavailable', probe }).title).toBe('Not here')
  })

  test('that is unverified is never shown as working, not even after a passed proof', () => {
    expect(engineState({ ...engine, isVerified: false, probe })).toEqual({
      title: 'Unverified, proof passed',
      tone: 'caution',
    })
    expect(engineState({ ...engine, isVerified: false })).toEqual({ title: 'Unverified', tone: 'caution' })
  })

  test('is named for people, or by its identifiers when nobody named it', () => {
    expect([engineTitles(engine), engineTitles({ executor: 'new', provider: 'npu' })]).toEqual([
      { executor: 'ONNX Runtime', provider: 'CPU' },
      { executor: 'new', provider: 'npu' },
    ])
  })

  test('stands in the report with its state and error', () => {
    const text = reportText(
      {
        engines: [{ ...engine, probe: { ...probe, isPassed: false, error: 'No adapter.' } }],
        store: { path: '/s', sizeBytes: 1024, schemaVersion: 1, isHealthy: true, detail: 'Checked.' },
        system: { platform: 'linux', processor: 'P', cores: 2, memoryBytes: 2 ** 30, freeDiskBytes: 2 ** 30 },
        versions: { Node: '24' },
        unverified: ['CUDA.'],
      },
      '0.1.0',
    )
    expect(text).toContain('- onnxruntime cpu: Failed its proof. No adapter.')
    expect(text).toContain('- CUDA.')
  })
})

describe('results', () => {
  test('put accuracies beside their intervals', () => {
    const [row] = accuracyRows([
      { split: 'test', original: { correct: 9173, total: 10_000 }, reconstructed: { correct: 9108, total: 10_000 } },
    ])
    expect(row?.difference).toBeCloseTo(-0.0065, 10)
    expect(row?.original.interval.low).toBeLessThan(0.9173)
  })

  test('say where the time went, also the part that belongs to no phase', () => {
    const { result } = completedRun({ correct: 9108 })
    if (!isPackaged(result)) throw new Error('The run has no package.')
    const phases = { permutation: 1, reconstruction: 2, distillation: 3, evaluation: 4 }
    const compressed = (total: number): CompressResult => ({
      ...result,
      kind: 'compress',
      seconds: { ...phases, total },
    })
    expect(timeRows({ ...compressed(10), permutationSource: 'cache' })[0]?.title).toBe('Permutation, kept from before')
    const titles = timeRows(compressed(10.2)).map(({ title }) => title)
    expect(titles).toEqual(['Permutation', 'Reconstruction', 'Distillation', 'Evaluation'])
    expect(timeRows(compressed(17)).at(-1)).toEqual({ title: 'Start and storage', seconds: 7 })
    const seconds = { distillation: 0, compression: 1, evaluation: 20, total: 21.1 }
    const baseline = timeRows({ ...result, kind: 'baseline', seconds })
    expect(baseline.map(({ title }) => title)).toEqual(['Compression', 'Evaluation'])
    const distilled = timeRows({ ...result, kind: 'spectral', seconds: { ...seconds, distillation: 3 } })
    expect(distilled.map(({ title }) => title)).toEqual(['Distillation', 'Compression', 'Evaluation'])
  })

  test('show errors of previewed kernels until the final ones are there', () => {
    const preview = {
      step: 1,
      layer: 'conv',
      relativeError: 0.6,
      kernelShape: [1, 1] as const,
      count: 2,
      original: Float32Array.of(3, 4),
      reconstructed: Float32Array.of(3, 1),
    }
    expect(layerErrors(undefined, [preview])).toEqual({ isFinal: false, rows: [{ name: 'conv', error: 0.6 }] })
    expect(layerErrors([{ name: 'fc', shape: [1], relativeError: 0.1 }], [preview])).toEqual({
      isFinal: true,
      rows: [{ name: 'fc', error: 0.1 }],
    })
  })
})

describe('small inputs', () => {
  test('tags are trimmed and unique', () => {
    expect(parseTags(' paper, , baseline,paper ')).toEqual(['paper', 'baseline'])
  })

  test('whole numbers are read up to the largest one', () => {
    expect(['0', ' 8 ', '1025', '-1', '1.5', ''].map((text) => parseWholeNumber(text, 1024))).toEqual([
      0,
      8,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })
})
