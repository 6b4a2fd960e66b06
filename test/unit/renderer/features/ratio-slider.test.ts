import { describe, expect, test } from 'vitest'
import {
  expectedAt,
  lastPosition,
  positionOf,
  ratioAt,
  ratioRange,
  withinRange,
} from '#renderer/features/compress/ratio-slider.ts'

const point = (ratio: number, relativeError: number) => ({ ratio, bytes: 960_000 / ratio, relativeError, step: 0.01 })
const points = [point(4, 0.1), point(16, 0.3), point(64, 0.9)]
const range = { least: 4, most: 64 }

describe('the slider', () => {
  test('spreads ratios evenly over their logarithm', () => {
    expect([0, lastPosition / 2, lastPosition].map((position) => ratioAt(position, range))).toEqual([4, 16, 64])
  })

  test('gives a ratio back to its position', () => {
    const positions = Array.from({ length: lastPosition + 1 }, (_, position) => position)
    expect(positions.map((position) => positionOf(ratioAt(position, range), range))).toEqual(positions)
  })

  test('says ratios in three digits, but never leaves its ends', () => {
    const uneven = { least: 3.14159, most: 61.8034 }
    expect(ratioAt(0, uneven)).toBe(3.14159)
    expect(ratioAt(lastPosition, uneven)).toBe(61.8)
    expect(ratioAt(100, uneven)).toBe(13.9)
  })

  test('takes what is out of reach for its end', () => {
    expect([positionOf(1, range), positionOf(900, range)]).toEqual([0, lastPosition])
    expect([withinRange(1, range), withinRange(900, range), withinRange(15, range)]).toEqual([4, 64, 15])
  })

  test('needs two sizes to choose between', () => {
    expect(ratioRange(points)).toEqual(range)
    expect([ratioRange([]), ratioRange(points.slice(0, 1))]).toEqual([undefined, undefined])
  })
})

describe('what is expected', () => {
  test('is the sketch at its points', () => {
    expect(points.map(({ ratio }) => expectedAt(points, ratio))).toEqual(
      points.map(({ bytes, relativeError }) => ({ bytes, relativeError })),
    )
  })

  test('lies between them by the logarithm of the ratio', () => {
    const expected = expectedAt(points, 32)
    expect(expected?.bytes).toBe(30_000)
    expect(expected?.relativeError).toBeCloseTo(0.6)
  })

  test('stays at the ends outside of them, and is unknown without points', () => {
    expect(expectedAt(points, 2)).toEqual({ bytes: 240_000, relativeError: 0.1 })
    expect(expectedAt(points, 100)).toEqual({ bytes: 15_000, relativeError: 0.9 })
    expect(expectedAt([], 15)).toBeUndefined()
  })
})
