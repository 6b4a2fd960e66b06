import { expect, test } from 'vitest'
import { kernelTable, naturalCoordinates } from '#engine/methods/nern/coordinates.ts'

const table = kernelTable([
  { name: 'stem', shape: [2, 1, 3, 3] },
  { name: 'shortcut', shape: [1, 2, 1, 1] },
  { name: 'classifier', shape: [2, 1] },
])

test('kernels are numbered layer by layer', () => {
  expect(table).toEqual({
    layers: [
      { name: 'stem', shape: [2, 1, 3, 3], filters: 2, channels: 1, height: 3, width: 3, firstKernel: 0, kernels: 2 },
      {
        name: 'shortcut',
        shape: [1, 2, 1, 1],
        filters: 1,
        channels: 2,
        height: 1,
        width: 1,
        firstKernel: 2,
        kernels: 2,
      },
      { name: 'classifier', shape: [2, 1], filters: 2, channels: 1, height: 1, width: 1, firstKernel: 4, kernels: 2 },
    ],
    kernels: 6,
    kernelSize: 3,
    weights: 22,
  })
})

test('coordinates are (layer, filter, channel), channels running fastest', () => {
  expect([...naturalCoordinates(table)]).toEqual([0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 2, 0, 0, 2, 1, 0])
})
