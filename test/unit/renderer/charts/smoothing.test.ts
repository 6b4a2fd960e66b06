import { describe, expect, test } from 'vitest'
import { smooth, smoothingMethods } from '#renderer/charts/smoothing.ts'

const grid = Array.from({ length: 401 }, (_, index) => index)
const middle = 200

describe.each(smoothingMethods)('smoothing by %s', (method) => {
  const linear = { method, width: 10, isLogarithmic: false }

  test('leaves a constant as it is, from the first value on', () => {
    const smoothed = smooth([0, 1, 50], [2, 2, 2], linear).map((value) => value.toFixed(9))
    expect(smoothed).toEqual(Array(3).fill('2.000000000'))
    expect(smooth([7], [3], linear)).toEqual([3])
  })

  test('lies in the middle of a logarithmic axis: between 1 and 100 at 10', () => {
    const values = grid.map((index) => (index % 2 === 0 ? 1 : 100))
    const value = smooth(grid, values, { method, width: 100, isLogarithmic: true })[middle] ?? NaN
    expect(value).toBeGreaterThan(9.5)
    expect(value).toBeLessThan(10.6)
  })

  test('gives many points in a short stretch no more weight than one', () => {
    const dense = Array.from({ length: 100 }, (_, index) => 10 + index / 1000)
    const wide = { ...linear, width: 60 }
    const once = smooth([0, 10, 20], [0, 1, 0], wide).at(-1) ?? NaN
    const often = smooth([0, ...dense, 20], [0, ...dense.map(() => 1), 0], wide).at(-1) ?? NaN
    expect(Math.abs(often - once)).toBeLessThan(0.01)
  })

  test('passes over what the axis cannot show', () => {
    expect(smooth([0, 1, 2], [1, NaN, 1], linear)).toEqual([1, NaN, 1])
    expect(smooth([0, 1, 2], [1, -5, 1], { ...linear, isLogarithmic: true })).toEqual([1, -5, 1])
  })

  test('is off at width 0', () => {
    const values = [3, 1, 2]
    expect(smooth([0, 1, 2], values, { ...linear, width: 0 })).toBe(values)
  })
})

describe('an exponential mean', () => {
  test('weighs a value by the stretch before it, and by its distance', () => {
    // Each of the three stretches is one width long.
    const smoothed = smooth([0, 10, 20], [1, 2, 4], { method: 'exponential', width: 10, isLogarithmic: false })
    const [a, b, c] = [Math.exp(-2), Math.exp(-1), 1]
    expect(smoothed[2]).toBeCloseTo((a * 1 + b * 2 + c * 4) / (a + b + c), 12)
  })

  test('follows a line one width behind', () => {
    const smoothed = smooth(grid, grid, { method: 'exponential', width: 20, isLogarithmic: false })
    // The sum of k e^(-k/20) over that of e^(-k/20) for equal steps is 1 / (e^(1/20) - 1).
    expect(smoothed[400]).toBeCloseTo(400 - 1 / (Math.exp(1 / 20) - 1), 5)
  })
})

describe('a Gaussian', () => {
  test('leaves a line as it is, away from its ends', () => {
    const smoothed = smooth(grid, grid, { method: 'gaussian', width: 40, isLogarithmic: false })
    expect(smoothed[middle]).toBeCloseTo(middle, 9)
  })

  test('damps a wave of frequency w by exp(-(w s)^2 / 2)', () => {
    const frequency = (2 * Math.PI) / 50
    const deviation = 10
    const wave = grid.map((x) => Math.cos(frequency * (x - middle)))
    const smoothed = smooth(grid, wave, { method: 'gaussian', width: 4 * deviation, isLogarithmic: false })
    // Cut off at three deviations.
    expect(smoothed[middle]).toBeCloseTo(Math.exp(-((frequency * deviation) ** 2) / 2), 2)
  })
})

describe('a running mean', () => {
  test('damps a wave as sin(n w / 2) / (n sin(w / 2)) of n points', () => {
    const [frequency, width] = [(2 * Math.PI) / 50, 20]
    const wave = grid.map((x) => Math.cos(frequency * (x - middle)))
    const smoothed = smooth(grid, wave, { method: 'mean', width, isLogarithmic: false })
    const points = width + 1
    const expected = Math.sin((points * frequency) / 2) / (points * Math.sin(frequency / 2))
    expect(smoothed[middle]).toBeCloseTo(expected, 9)
  })

  test('counts only what lies within half its width', () => {
    const smoothed = smooth([0, 10, 20, 30], [1, 5, 9, 100], { method: 'mean', width: 20, isLogarithmic: false })
    expect(smoothed[1]).toBe(5)
  })
})
