import { describe, expect, test } from 'vitest'
import { imageLimits, importanceLayers, importanceLines, shownRecord } from '#renderer/features/run/importance-view.ts'
import type { ImportanceRecord } from '#shared/measures/importance.ts'
import { wilsonInterval } from '#shared/measures/statistics.ts'

const record: ImportanceRecord = {
  runId: 'run-1',
  level: 'weight',
  split: 'validation',
  images: 100,
  seeds: [1, 2],
  device: 'cpu',
  createdAt: '2030-01-01T00:00:00.000Z',
  layers: [
    { name: 'a.weight', weights: 40, meanRelativeError: 0.9, medianRelativeError: 0.3 },
    { name: 'b.weight', weights: 10, meanRelativeError: 0.5, medianRelativeError: 0.2 },
  ],
  curves: [
    {
      score: 'reconstructed-magnitude',
      points: [
        { fraction: 0, correct: [90], zeroed: [0, 0] },
        { fraction: 0.5, correct: [80], zeroed: [15, 10] },
      ],
    },
    {
      score: 'random',
      points: [
        { fraction: 0, correct: [90, 90], zeroed: [0, 0] },
        { fraction: 0.5, correct: [10, 30], zeroed: [20, 5] },
      ],
    },
  ],
}

describe('the lines of a measurement', () => {
  const [magnitude, random] = importanceLines(record)

  test('have no band where there is one order, and Wilson intervals', () => {
    expect(magnitude?.points[1]).toEqual({
      x: 0.5,
      y: 0.8,
      accuracy: { accuracy: 0.8, interval: wilsonInterval(80, 100), standardDeviation: undefined },
    })
  })

  test('have the interval of the mean over seeds as their band, inside the range', () => {
    // Student's t of one degree of freedom: 0.2 ± 12.706 * 0.1414 / sqrt(2).
    expect(random?.points[1]).toMatchObject({ x: 0.5, y: 0.2, band: { low: 0, high: 1 } })
    expect(random?.points[1]?.accuracy.standardDeviation).toBeCloseTo(Math.SQRT2 / 10, 12)
  })

  test('have no two looks alike', () => {
    expect(magnitude).toMatchObject({ title: 'Magnitude, reconstructed', dashes: '7 4' })
    expect(random?.token).not.toBe(magnitude?.token)
  })
})

test('layers tell how much of them a score prunes at a fraction', () => {
  expect(importanceLayers(record, 'reconstructed-magnitude', 1)).toEqual([
    { name: 'a.weight', weights: 40, median: 0.3, mean: 0.9, share: 0.375 },
    { name: 'b.weight', weights: 10, median: 0.2, mean: 0.5, share: 1 },
  ])
})

test('the newest measurement of a level and split is shown', () => {
  const older = { ...record, images: 50 }
  const filters = { ...record, level: 'filter' as const }
  expect(shownRecord([filters, record, older], 'weight', 'validation')).toBe(record)
  expect(shownRecord([filters, record, older], 'weight', 'test')).toBeUndefined()
})

test('fewer images than there are can be chosen, and all', () => {
  expect(imageLimits(5000)).toEqual([500, 1000, 2000, 0])
  expect(imageLimits(1000)).toEqual([500, 0])
  expect(imageLimits(60)).toEqual([0])
})
