import { describe, expect, test } from 'vitest'
import type { DoctorEngine } from '#shared/protocol/commands/studio.ts'
import { isPackaged, type CompressResult } from '#shared/experiment/results.ts'
import { engineState } from '#renderer/features/doctor/engine-state.ts'
import { reportText } from '#renderer/features/doctor/report-text.ts'
import { layerErrors } from '#renderer/features/run/layer-errors.ts'
import { accuracyRows, timeRows } from '#renderer/features/run/result-rows.ts'
import { parseTags } from '#renderer/ui/parse-tags.ts'
import { engineTitles } from '#renderer/features/settings/engine-titles.ts'
import { parseWholeNumber } from '#renderer/features/settings/whole-number.ts'
import { completedRun } from '../../../support/experiment-records.ts'

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
