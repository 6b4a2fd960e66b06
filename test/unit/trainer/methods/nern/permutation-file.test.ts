import { describe, expect, test } from 'vitest'
import { kernelTable } from '#engine/methods/nern/coordinates.ts'
import type { LayerPermutation } from '#engine/methods/nern/permutation/layer-permutation.ts'
import { readPermutations, writePermutations } from '#trainer/methods/nern/permutation-file.ts'

const table = kernelTable([
  { name: 'a', shape: [2, 3, 3, 3] },
  { name: 'b', shape: [1, 2, 1, 1] },
])
const cross: readonly LayerPermutation[] = [
  { mode: 'cross-filter', order: Int32Array.of(5, 0, 1, 4, 2, 3) },
  { mode: 'cross-filter', order: Int32Array.of(1, 0) },
]
const inFilter: readonly LayerPermutation[] = [
  { mode: 'in-filter', filterOrder: Int32Array.of(1, 0), channelOrders: Int32Array.of(2, 0, 1, 0, 1, 2) },
  { mode: 'in-filter', filterOrder: Int32Array.of(0), channelOrders: Int32Array.of(1, 0) },
]

describe('a file of permutations', () => {
  test('reads back what was written', () => {
    expect(readPermutations(writePermutations(cross, table), 'kept', 'cross-filter', table)).toEqual(cross)
    expect(readPermutations(writePermutations(inFilter, table), 'kept', 'in-filter', table)).toEqual(inFilter)
  })

  test.each([
    ['a kernel twice', Int32Array.of(5, 0, 1, 4, 2, 2)],
    ['a kernel that is not there', Int32Array.of(6, 0, 1, 4, 2, 3)],
    ['a negative kernel', Int32Array.of(-1, 0, 1, 4, 2, 3)],
    ['too few kernels', Int32Array.of(0, 1, 2)],
  ])('is refused when an order holds %s', (_, order) => {
    const bytes = writePermutations([{ mode: 'cross-filter', order }, ...cross.slice(1)], table)
    expect(() => readPermutations(bytes, 'kept', 'cross-filter', table)).toThrow(/kept holds no order of the 6/)
  })

  test('is refused when a channel order repeats a channel', () => {
    const repeated = {
      mode: 'in-filter',
      filterOrder: Int32Array.of(1, 0),
      channelOrders: Int32Array.of(2, 0, 1, 0, 1, 1),
    }
    const bytes = writePermutations([repeated as LayerPermutation, ...inFilter.slice(1)], table)
    expect(() => readPermutations(bytes, 'kept', 'in-filter', table)).toThrow(/permutation\.a\.channels/)
  })

  test('is refused for another mode, and when it is cut off', () => {
    const bytes = writePermutations(cross, table)
    expect(() => readPermutations(bytes, 'kept', 'in-filter', table)).toThrow(/permutation\.a\.filters/)
    expect(() => readPermutations(bytes.subarray(0, 40), 'kept', 'cross-filter', table)).toThrow()
  })
})
