import { expect, test } from 'vitest'
import { neighbour, pathPoints, pictureSize, weightAt, weightBox } from '#renderer/charts/kernel-layout.ts'

/** Two rows of three kernels of 2 x 2, and one more kernel below. */
const layout = { kernelShape: [2, 2], count: 7, columns: 3, scale: 5, gap: 1 } as const

test('the picture ends with its last kernel, not with a gap', () => {
  expect(pictureSize(layout)).toEqual({ width: 32, height: 32 })
})

test('the weight at a point is the one that is drawn there', () => {
  const place = { kernel: 4, row: 1, column: 0 }
  const { x, y, size } = weightBox(layout, place)
  expect({ x, y, size }).toEqual({ x: 11, y: 16, size: 5 })
  expect(weightAt(layout, { x: x + 4, y: y + 4 })).toEqual(place)
  expect(weightAt(layout, { x: 10.5, y: 3 })).toBeUndefined()
  expect(weightAt(layout, { x: 20, y: 30 })).toBeUndefined()
})

test('arrow keys cross from kernel to kernel and stop at the edge', () => {
  expect(neighbour(layout, { kernel: 0, row: 1, column: 1 }, 'ArrowRight')).toEqual({ kernel: 1, row: 1, column: 0 })
  expect(neighbour(layout, { kernel: 0, row: 1, column: 1 }, 'ArrowDown')).toEqual({ kernel: 3, row: 0, column: 1 })
  const corner = { kernel: 0, row: 0, column: 0 }
  expect(neighbour(layout, corner, 'ArrowUp')).toEqual(corner)
  expect(neighbour(layout, corner, 'ArrowLeft')).toEqual(corner)
  expect(neighbour(layout, { kernel: 6, row: 0, column: 1 }, 'ArrowRight')).toEqual({ kernel: 6, row: 0, column: 1 })
})

test('a path goes through the middle of each kernel', () => {
  expect(pathPoints(layout, [0, 4])).toBe('5,5 16,16')
})
