import { expect, test } from 'vitest'
import { cellBeside, heatPicture } from '#renderer/charts/heat-map.ts'
import { errorMap } from '#renderer/features/run/error-map.ts'

const colors = { negative: [255, 0, 0], zero: [0, 0, 0], positive: [255, 0, 0] } as const

test('a cell is as bright as its value, and one that is no number is left out', () => {
  const { width, height, pixels } = heatPicture(
    [
      [0, 0.5],
      [2, Number.NaN],
    ],
    2,
    1,
    colors,
  )
  expect([width, height]).toEqual([2, 2])
  expect([...pixels]).toEqual([0, 0, 0, 255, 128, 0, 0, 255, 255, 0, 0, 255, 0, 0, 0, 0])
})

test('arrow keys stay within the map', () => {
  expect(cellBeside({ row: 0, column: 1 }, 'ArrowRight', 2, 2)).toEqual({ row: 0, column: 1 })
  expect(cellBeside({ row: 0, column: 1 }, 'ArrowDown', 2, 2)).toEqual({ row: 1, column: 1 })
  expect(cellBeside({ row: 0, column: 1 }, 'Enter', 2, 2)).toBeUndefined()
})

test('errors are laid out by layer, with a mark where a phase begins', () => {
  const layer = { shape: [1, 1, 1, 1], filters: [0], channels: [0] } as const
  const map = errorMap(
    [
      { name: 'a', ...layer },
      { name: 'b', ...layer },
    ],
    [
      { step: 0, phase: 'reconstruction', errors: [1.5, 1] },
      { step: 8, phase: 'reconstruction', errors: [0.5, 0.25] },
      { step: 1200, phase: 'distillation', errors: [0.4, Number.NaN] },
    ],
  )
  expect(map).toEqual({
    names: ['a', 'b'],
    values: [
      [1.5, 0.5, 0.4],
      [1, 0.25, Number.NaN],
    ],
    limit: 1,
    marks: [
      { at: 0, title: 'reconstruction, step 0' },
      { at: 2 / 3, title: 'distillation, step 1,200' },
    ],
  })
})
