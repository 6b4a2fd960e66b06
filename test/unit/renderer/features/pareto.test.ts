import { describe, expect, test } from 'vitest'
import { gripBoxes } from '#renderer/features/pareto/limit-grips.ts'
import { summaryOf, type ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import { formatFilter } from '#shared/experiment/filter/format-filter.ts'
import { parseFilter } from '#shared/experiment/filter/filter-text.ts'
import { nearestPoint, paretoFront } from '#renderer/charts/scatter-layout.ts'
import { filterOfFrame, frameAround, isInFrame } from '#renderer/features/pareto/frame.ts'
import { readLimits } from '#renderer/features/knob/limits-form.ts'
import { kibibytesText, limitKey, movedBytes, movedPoints, pointsText } from '#renderer/features/pareto/limit-steps.ts'
import {
  filterOfLimits,
  runsOfNetwork,
  isWithin,
  measuredDatasets,
  originalAccuracy,
} from '#renderer/features/pareto/network-points.ts'
import { candidatePoints, plainPoint } from '#renderer/features/pareto/pareto-points.ts'
import { colorEntry, colorLegend } from '#renderer/features/pareto/point-colors.ts'
import { experimentRecord } from '#test/support/experiment-records.ts'
import { inventedCandidates } from '#test/support/renderer-harness/invented-candidates.ts'

function finished(id: string, totalBytes: number, accuracy: number, more: Partial<ExperimentSummary> = {}) {
  const outcome = { totalBytes, accuracy, difference: accuracy - 0.9173, ratio: 10 }
  return { ...summaryOf(experimentRecord({ id, name: id, status: 'completed' })), outcome, ...more }
}

const experiments = [
  finished('small', 20_000, 0.9),
  finished('middle', 40_000, 0.9123),
  finished('beaten', 50_000, 0.91),
  finished('archived', 10_000, 0.91, { isArchived: true }),
  finished('of another network', 10_000, 0.95, { networkId: 'net-2' }),
  summaryOf(experimentRecord({ id: 'waiting', status: 'queued' })),
]
const runs = runsOfNetwork(experiments, 'net-1')

describe('the runs of a network', () => {
  test('are those that were measured, and are not archived', () => {
    expect(runs.map(({ experiment }) => experiment.id)).toEqual(['small', 'middle', 'beaten'])
    expect(runs[1]?.drop).toBe(0.005)
    expect(measuredDatasets(runs)).toEqual(['data-1'])
  })

  test('have a front of what nothing beats; what is expected is no part of it', () => {
    const expected = candidatePoints(inventedCandidates({ points: 0.5 }).candidates, 0.9173)
    expect(expected.length).toBeGreaterThan(0)
    expect(expected.every(({ y, yLow, yHigh }) => yLow <= y && y <= yHigh)).toBe(true)
    expect(paretoFront([...runs.map(plainPoint), ...expected]).map(({ id }) => id)).toEqual(['small', 'middle'])
  })

  test('tell the accuracy of an original that was not measured by itself', () => {
    expect(originalAccuracy([], runs, 'data-1')?.accuracy).toBeCloseTo(0.9173, 12)
    expect(originalAccuracy([], runs, 'data-2')).toBeUndefined()
  })

  test.each([
    [{}, 3],
    [{ bytes: 40_000 }, 2],
    [{ points: 0.5 }, 1],
    [{ points: 0.73, bytes: 49_999 }, 1],
    [{ points: 0.73 }, 2],
  ])('within %o are %i', (limits, count) => {
    expect(runs.filter((run) => isWithin(run, limits))).toHaveLength(count)
  })
})

describe('limits as a filter', () => {
  test.each([
    [
      { points: 0.5, bytes: 102_400 },
      'network = ResNet-20 and dataset = CIFAR-10 and size <= 100 KiB and drop <= 0.5 points',
    ],
    [{ bytes: 34_099 }, 'network = ResNet-20 and dataset = CIFAR-10 and size <= 33.3 KiB and drop is known'],
    [undefined, 'network = ResNet-20 and dataset = CIFAR-10 and drop is known'],
  ])('%o', (limits, text) => {
    const filter = filterOfLimits('ResNet-20', 'CIFAR-10', limits)
    expect(formatFilter(filter)).toBe(text)
    expect(parseFilter(text)).toMatchObject({ ok: true, filter })
  })

  test('admit what is no larger, and nothing else, whatever was typed', () => {
    for (let bytes = 1; bytes < 5e6; bytes += 1 + Math.floor(bytes / 997)) {
      const kibibytes = Number(/size <= ([\d.e-]+) KiB/.exec(formatFilter(filterOfLimits('n', 'd', { bytes })))?.[1])
      expect(Math.floor(kibibytes * 1024)).toBe(bytes)
    }
  })

  test('say the same bytes as the field that was typed or dragged', () => {
    for (let bytes = 900; bytes < 5e6; bytes *= 1.037) {
      const { limits } = readLimits({ points: '', kibibytes: kibibytesText(bytes) })
      const text = formatFilter(filterOfLimits('n', 'd', limits))
      expect(text).toContain(`size <= ${kibibytesText(bytes)} KiB`)
    }
  })
})

describe('a frame', () => {
  const frame = frameAround([20_011, 40_003], [0.90121, 0.91558])

  test('has sides that a filter can say, no smaller than what was drawn', () => {
    const text = formatFilter(filterOfFrame('ResNet-20', 'CIFAR-10', frame))
    expect(text).toBe(
      'network = ResNet-20 and dataset = CIFAR-10 and size >= 19.54 KiB and size <= 39.07 KiB and ' +
        'accuracy >= 90.12 % and accuracy <= 91.56 %',
    )
    expect(parseFilter(text)).toMatchObject({ ok: true, filter: filterOfFrame('ResNet-20', 'CIFAR-10', frame) })
  })

  test.each([
    [{ bytes: 20_009, accuracy: 0.91 }, true],
    [{ bytes: 20_008, accuracy: 0.91 }, false],
    [{ bytes: 40_007, accuracy: 0.9156 }, true],
    [{ bytes: 40_008, accuracy: 0.91 }, false],
    [{ bytes: 30_000, accuracy: 0.90125 }, true],
    [{ bytes: 30_000, accuracy: 0.9011 }, false],
  ])('holds %o: %s', (run, isInside) => {
    expect(isInFrame({ ...run, drop: 0, experiment: finished('any', 1, 1) }, frame)).toBe(isInside)
  })
})

describe('a limit that is moved', () => {
  test('by a key always changes what the field says', () => {
    for (let bytes = 900; bytes < 5e6; bytes *= 1.5) {
      expect(Number(kibibytesText(movedBytes(bytes, 1)))).toBeGreaterThan(Number(kibibytesText(bytes)))
      expect(Number(kibibytesText(movedBytes(bytes, -1)))).toBeLessThan(Number(kibibytesText(bytes)))
    }
    expect(pointsText(movedPoints(0.5, 1))).toBe('0.45')
    expect(pointsText(movedPoints(0.5, -5))).toBe('0.75')
  })

  test('stays above 0 points', () => {
    expect(pointsText(movedPoints(0.05, 1))).toBe('0.05')
    expect(pointsText(-3)).toBe('0.05')
  })

  test('knows its keys', () => {
    expect(limitKey('ArrowLeft')).toEqual({ steps: -1 })
    expect(limitKey('PageUp')).toEqual({ steps: 5 })
    expect(limitKey('Delete')).toBe('clear')
    expect(limitKey('Tab')).toBeUndefined()
  })
})

describe('the colour of a run', () => {
  const batches = [
    { id: 'second', name: 'Second' },
    { id: 'first', name: 'First' },
  ]
  const sources = { methodOf: (id: string) => (id === 'small' ? 'spectral' : 'pruning'), batches }
  const [small, middle] = runs.map(({ experiment }) => experiment)

  test('says its method, its batch, or which experiment it is', () => {
    if (small === undefined || middle === undefined) throw new Error('no runs')
    expect(colorEntry('method', small, sources)).toEqual({ title: 'spectral codes', token: '--series-2' })
    expect(colorEntry('batch', { ...small, batchId: 'first' }, sources)).toEqual({
      title: 'First',
      token: '--experiment-1',
    })
    expect(colorEntry('batch', middle, sources).title).toBe('without a batch')
    expect(colorEntry('experiment', middle, sources).title).toBe('middle')
    const entries = [small, middle, small].map((one) => colorEntry('method', one, sources))
    expect(colorLegend(entries).map(({ title }) => title)).toEqual(['spectral codes', 'pruning'])
  })
})

test('a pointer means the nearest point within its reach', () => {
  const points = runs.map(plainPoint)
  const pixelsOf = ({ x, y }: { x: number; y: number }) => ({ x: x / 1000, y: 1000 * y })
  expect(nearestPoint(points, pixelsOf, { x: 41, y: 911 }, 14)?.id).toBe('middle')
  expect(nearestPoint(points, pixelsOf, { x: 400, y: 911 }, 14)).toBeUndefined()
})

describe('grips of limits', () => {
  const scales = {
    toX: (value: number) => value,
    toY: (value: number) => 100 - 100 * value,
    fromX: (pixels: number) => pixels,
    fromY: (pixels: number) => (100 - pixels) / 100,
    ...{ left: 0, right: 400, top: 0, bottom: 100 },
  }

  test('cover what lies around their lines, or at the edges while there is no limit', () => {
    const [upright, level] = gripBoxes(scales, { bytes: 200, points: 50, original: 0.9 })
    expect([upright?.top, upright?.bottom]).toEqual([56, 76])
    expect(((upright?.left ?? 0) + (upright?.right ?? 0)) / 2).toBeCloseTo(200, 6)
    expect([level?.left, level?.top]).toEqual([8, 64])
    const waiting = gripBoxes(scales, { bytes: undefined, points: undefined, original: 0.9 })
    expect(waiting.map(({ right, top }) => [right > 390, top])).toEqual([
      [true, 56],
      [false, 76],
    ])
    expect(gripBoxes(scales, { bytes: 200, points: 1, original: undefined })).toHaveLength(1)
  })
})
