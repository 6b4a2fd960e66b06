import { describe, expect, test } from 'vitest'
import { bucketSizes, extremeIndices, thinnedIndices, thinnedPoints } from '#shared/measures/thinning.ts'

describe('thinning', () => {
  test('keeps every point when there are few', () => {
    expect(thinnedIndices([3, 1, 2], 10)).toEqual([0, 1, 2])
    expect(thinnedIndices([], 10)).toEqual([])
  })

  test('keeps spikes, gaps, both ends and the limit', () => {
    const values = Array.from({ length: 10_000 }, () => 1)
    values[5003] = 50
    values[7001] = -50
    values[7002] = NaN
    const kept = thinnedIndices(values, 100)
    expect(kept.length).toBeLessThanOrEqual(100)
    expect(kept).toEqual([...kept].sort((a, b) => a - b))
    for (const index of [0, 5003, 7001, 7002, 9999]) expect(kept).toContain(index)
  })

  test.each([2, 3, 4, 5, 17, 9_999])('of 10,000 points at most %i are kept, ends among them', (maximum) => {
    const values = Array.from({ length: 10_000 }, (_, index) => (index % 7 === 0 ? NaN : Math.sin(index)))
    const kept = thinnedIndices(values, maximum)
    expect([kept.length <= maximum, kept[0], kept.at(-1)]).toEqual([true, 0, 9_999])
  })

  test('buckets share all points between the ends, as evenly as they can', () => {
    expect(bucketSizes(12, 11)).toEqual([3, 3, 4])
    expect(bucketSizes(3, 2)).toEqual([])
  })

  test('a bucket gives its extremes in their order, each once', () => {
    expect(extremeIndices([2, 9, NaN, 1, 9, NaN])).toEqual([1, 2, 3])
    expect(extremeIndices([NaN, NaN])).toEqual([0])
    expect(extremeIndices([4, 4])).toEqual([0])
    expect(extremeIndices([0, -Infinity, 5, Infinity], 1)).toEqual([1, 3])
  })

  test('points of several metrics are thinned metric by metric, and stay in their order', () => {
    const points = Array.from({ length: 1000 }, (_, step) => [
      { name: 'loss', step, value: step === 500 ? 99 : step / 1000 },
      ...(step % 100 === 0 ? [{ name: 'rate', step, value: 1 }] : []),
    ]).flat()
    const kept = thinnedPoints(points, 50)
    const of = (name: string) => kept.filter((point) => point.name === name)
    expect(of('loss').length).toBeLessThanOrEqual(50)
    expect(of('loss')).toContainEqual({ name: 'loss', step: 500, value: 99 })
    expect(of('loss').at(-1)?.step).toBe(999)
    expect(of('rate')).toHaveLength(10)
    expect(kept.map(({ step }) => step)).toEqual(kept.map(({ step }) => step).toSorted((a, b) => a - b))
  })

  test('few points are given back as they are', () => {
    const points = [
      { name: 'loss', value: 1 },
      { name: 'rate', value: 2 },
      { name: 'loss', value: 3 },
    ]
    expect(thinnedPoints(points, 2)).toBe(points)
  })
})
