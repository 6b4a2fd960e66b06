import { describe, expect, test } from 'vitest'
import { bucketSizes, extremeIndices, thinnedIndices } from '#shared/measures/thinning.ts'

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
})
