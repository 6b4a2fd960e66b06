import { describe, expect, test } from 'vitest'
import { colorLimit, divergingColor, kernelPicture } from '#renderer/charts/kernel-picture.ts'
import {
  accuracyRange,
  logarithmicRange,
  logarithmicTicks,
  paddedRange,
  paretoFront,
  roundTicks,
} from '#renderer/charts/scatter-layout.ts'

const colors = { negative: [0, 0, 200], zero: [100, 100, 100], positive: [200, 0, 0] } as const

describe('a picture of kernels', () => {
  test('places each weight, with gaps between kernels', () => {
    const picture = kernelPicture(Float32Array.of(1, -1, 0, 2), {
      kernelShape: [1, 2],
      count: 2,
      columns: 2,
      limit: 1,
      scale: 1,
      gap: 1,
      colors,
    })
    expect([picture.width, picture.height]).toEqual([5, 1])
    expect([...picture.pixels]).toEqual(
      [
        [200, 0, 0, 255],
        [0, 0, 200, 255],
        [0, 0, 0, 0],
        [100, 100, 100, 255],
        [200, 0, 0, 255],
      ].flat(),
    )
  })

  test('gives colours by sign and magnitude, grey for what is not finite', () => {
    expect(divergingColor(-0.5, 1, colors)).toEqual([50, 50, 150])
    expect(divergingColor(NaN, 1, colors)).toEqual([100, 100, 100])
    expect(divergingColor(1, 0, colors)).toEqual([100, 100, 100])
  })

  test('is not made pale by one outlier', () => {
    const values = Float32Array.from({ length: 1000 }, (_, index) => (index === 0 ? 1000 : -0.5))
    expect(colorLimit(values)).toBe(0.5)
    expect(colorLimit(new Float32Array(0))).toBe(1)
  })
})

describe('the scatter chart', () => {
  const point = (id: string, x: number, y: number, isReference = false) => ({
    id,
    label: id,
    x,
    y,
    yLow: y,
    yHigh: y,
    token: '--series-1',
    mark: 'circle' as const,
    isReference,
  })

  test('its front holds what no other point beats in bytes and accuracy', () => {
    const points = [point('a', 100, 0.9), point('b', 200, 0.89), point('c', 300, 0.92), point('o', 1, 1, true)]
    expect(paretoFront(points).map(({ id }) => id)).toEqual(['a', 'c'])
  })

  test('its ticks are round and inside the range', () => {
    expect(roundTicks(0, 470, 5)).toEqual([0, 100, 200, 300, 400])
    expect(roundTicks(0.897, 0.919, 4).map((tick) => tick.toFixed(3))).toEqual(['0.900', '0.910'])
    expect(roundTicks(2, 2, 4)).toEqual([2])
  })

  test('its ticks on a logarithmic axis are round, inside the range, and as many as there is room for', () => {
    expect(logarithmicTicks(60, 1100, 8)).toEqual([70, 100, 200, 300, 500, 700, 1000])
    expect(logarithmicTicks(60, 1100, 5)).toEqual([100, 200, 500, 1000])
    expect(logarithmicTicks(60, 1100, 2)).toEqual([100, 1000])
    expect(logarithmicTicks(0.5, 30, 6)).toEqual([0.5, 1, 2, 5, 10, 20])
    expect(logarithmicTicks(2.1, 2.9, 3)).toEqual([])
  })

  test('its range of bytes has air on both sides, whatever they are', () => {
    expect(logarithmicRange([100])).toEqual([80, 125])
    const [low, high] = logarithmicRange([100, 1e6])
    expect(low).toBeLessThan(100)
    expect(high).toBeGreaterThan(1e6)
    expect(logarithmicRange([])).toEqual([1, 10])
  })

  test('its range of accuracies leaves the few out that do not work any more, and none where they are many', () => {
    const working = [point('a', 1, 0.92), point('b', 2, 0.9)]
    expect(accuracyRange([...working, point('c', 3, 0.6)])[0]).toBeGreaterThan(0.89)
    expect(accuracyRange([...working, point('c', 3, 0.6), point('d', 4, 0.5), point('e', 5, 0.1)])[0]).toBeLessThan(0.1)
  })

  test('its range is never narrower than asked', () => {
    const [low, high] = paddedRange([0.91], 0.01)
    expect(high - low).toBeGreaterThanOrEqual(0.01)
    expect(paddedRange([], 0.01)).toEqual([0, 0.01])
  })
})
