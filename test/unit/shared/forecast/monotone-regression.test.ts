import { expect, test } from 'vitest'
import { monotoneCurve } from '#shared/forecast/monotone-regression.ts'

const at = (points: readonly (readonly [number, number])[], ...places: readonly number[]): readonly number[] => {
  const curve = monotoneCurve(points.map(([x, y]) => ({ x, y })))
  return places.map(curve)
}

test('points that rise are kept, with straight lines between them', () => {
  const points = [
    [2, 4],
    [1, 2],
    [4, 5],
  ] as const
  expect(at(points, 1, 1.5, 2, 3, 4)).toEqual([2, 3, 4, 4.5, 5])
})

test('points that fall are pooled to their mean, again and again', () => {
  // 3 and 1 give 2; that falls below 2.5 before it, so all three give 6.5 / 3.
  const points = [
    [0, 2.5],
    [1, 3],
    [2, 1],
    [5, 9],
  ] as const
  const pool = 6.5 / 3
  expect(at(points, 0, 1, 3)).toEqual([pool, pool, pool + (9 - pool) / 2])
})

test('it is level beyond the outermost points', () => {
  const points = [
    [1, 2],
    [2, 4],
  ] as const
  expect(at(points, -10, 10)).toEqual([2, 4])
})

test('points at one place become their mean', () => {
  expect(
    at(
      [
        [1, 2],
        [1, 4],
        [1, 9],
      ],
      1,
    ),
  ).toEqual([5])
})

test('nothing makes no curve', () => {
  expect(() => monotoneCurve([])(1)).toThrow('a curve needs points')
})
