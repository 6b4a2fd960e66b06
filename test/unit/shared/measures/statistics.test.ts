import { describe, expect, test } from 'vitest'
import { mcnemarExact, meanInterval, wilsonInterval } from '#shared/measures/statistics.ts'

describe('the Wilson interval', () => {
  // The interval is defined by its ends: the fractions whose normal score at the observed one is exactly 1.96.
  test.each([
    [9173, 10_000],
    [5, 10],
    [1, 1000],
  ])('of %i of %i ends where the score is the 97.5 %% quantile', (correct, total) => {
    const fraction = correct / total
    const { low, high } = wilsonInterval(correct, total)
    for (const end of [low, high]) {
      const score = Math.abs(fraction - end) / Math.sqrt((end * (1 - end)) / total)
      expect(score).toBeCloseTo(1.959964, 5)
    }
    expect(low).toBeLessThan(fraction)
    expect(high).toBeGreaterThan(fraction)
  })

  // Newcombe 1998, table I: 0 of 10 gives 0 to 0.2775.
  test('stays inside the range at none and at all', () => {
    expect(wilsonInterval(0, 10).low).toBe(0)
    expect(wilsonInterval(0, 10).high).toBeCloseTo(0.2775, 4)
    expect(wilsonInterval(10, 10).low).toBeCloseTo(0.7225, 4)
    expect(wilsonInterval(10, 10).high).toBeCloseTo(1, 12)
  })

  test('says nothing when nothing was counted', () => {
    expect(wilsonInterval(0, 0)).toEqual({ low: 0, high: 1 })
  })
})

describe("McNemar's exact test", () => {
  test('adds the tail of the binomial distribution on both sides', () => {
    // 2 * (1 + 10 + 45) / 1024
    expect(mcnemarExact(2, 8)).toBeCloseTo(112 / 1024, 12)
    expect(mcnemarExact(8, 2)).toBeCloseTo(112 / 1024, 12)
  })

  test('is 1 when both agree, or differ equally often', () => {
    expect(mcnemarExact(0, 0)).toBe(1)
    expect(mcnemarExact(50, 50)).toBe(1)
  })

  test('stays finite for thousands of images', () => {
    const p = mcnemarExact(4000, 5000)
    expect(p).toBeGreaterThan(0)
    expect(p).toBeLessThan(1e-20)
  })
})

describe('the interval of a mean', () => {
  // The density of Student's t by its definition, integrated by Simpson's rule from 0; its factor by integrating as well,
  // with x = tan(angle) so that the whole line is a finite range.
  function coverage(quantile: number, degrees: number): number {
    const integral = (end: number): number => {
      const pieces = 20_000
      const density = (angle: number) =>
        (1 + Math.tan(angle) ** 2 / degrees) ** (-(degrees + 1) / 2) / Math.cos(angle) ** 2
      const width = end / pieces
      let sum = 0
      for (let at = 0; at < pieces; at++) {
        const [low, middle, high] = [at, at + 0.5, at + 1].map((place) => density(place * width))
        sum += ((low ?? NaN) + 4 * (middle ?? NaN) + (high ?? NaN)) / 6
      }
      return sum * width
    }
    return integral(Math.atan(quantile)) / integral(Math.PI / 2 - 1e-9)
  }

  test.each([2, 3, 4, 5, 6, 7, 8, 9, 10])("of %i values covers 95 %% by Student's t", (count) => {
    const values = Array.from({ length: count }, (_, at) => at)
    const { mean, standardDeviation, interval } = meanInterval(values)
    expect(mean).toBeCloseTo((count - 1) / 2, 12)
    // Variance of 0, 1 ... n - 1 with Bessel's correction: n (n + 1) / 12.
    expect(standardDeviation).toBeCloseTo(Math.sqrt((count * (count + 1)) / 12), 12)
    const quantile = ((interval.high - mean) * Math.sqrt(count)) / standardDeviation
    expect(coverage(quantile, count - 1)).toBeCloseTo(0.95, 6)
    expect(mean - interval.low).toBeCloseTo(interval.high - mean, 12)
  })

  test('needs several values', () => {
    expect(() => meanInterval([0.5])).toThrow(RangeError)
  })
})
