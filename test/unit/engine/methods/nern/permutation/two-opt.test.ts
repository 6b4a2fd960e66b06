import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { kernelTable } from '#engine/methods/nern/coordinates.ts'
import { permutedCoordinates, permuteNetwork } from '#engine/methods/nern/permutation/network-permutation.ts'
import { dotSimilarity, twoOpt, type PathSimilarity } from '#engine/methods/nern/permutation/two-opt.ts'
import { float32Tensor } from '#shared/tensors/host-tensor.ts'
import { Random } from '#shared/basics/random.ts'

function refined(path: Int32Array, similarity: PathSimilarity, passes: number): Int32Array {
  const steps = twoOpt(path, similarity, passes)
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value
}

function sumAlong(path: Int32Array, similarity: PathSimilarity): number {
  let sum = 0
  for (let at = 1; at < path.length; at++) sum += similarity.between(path[at - 1] ?? -1, path[at] ?? -1)
  return sum
}

const byDistance = (values: readonly number[]): PathSimilarity => ({
  highest: 0,
  between: (left, right) => -(((values[left] ?? NaN) - (values[right] ?? NaN)) ** 2),
})

describe('2-opt', () => {
  test('turns a stretch round that lies the wrong way', () => {
    expect([...refined(Int32Array.of(0, 3, 2, 1, 4), byDistance([0, 1, 2, 3, 4]), 5)]).toEqual([0, 1, 2, 3, 4])
  })

  test('turns the start and the end of a path round', () => {
    const similarity = byDistance([0, 1, 2, 3, 4])
    expect([...refined(Int32Array.of(1, 0, 2, 3, 4), similarity, 5)]).toEqual([0, 1, 2, 3, 4])
    expect([...refined(Int32Array.of(0, 1, 2, 4, 3), similarity, 5)]).toEqual([0, 1, 2, 3, 4])
  })

  test('keeps every item, never lowers the sum, and gains no less with more passes', () => {
    const vectors = fc.array(fc.double({ noNaN: true, min: -1, max: 1 }), { minLength: 0, maxLength: 240 })
    fc.assert(
      fc.property(vectors, (values) => {
        const count = Math.floor(values.length / 3)
        const similarity = dotSimilarity(Float64Array.from(values), 3, new Uint8Array(count), 3)
        const path = Int32Array.from({ length: count }, (_, item) => item)
        const once = refined(path, similarity, 1)
        const often = refined(path, similarity, 20)
        expect([...often].toSorted((left, right) => left - right)).toEqual([...path])
        const sums = [path, once, often].map((each) => sumAlong(each, similarity))
        expect(sums[1]).toBeGreaterThanOrEqual((sums[0] ?? 0) - 1e-12)
        expect(sums[2]).toBeGreaterThanOrEqual((sums[1] ?? 0) - 1e-12)
      }),
      { seed: 1, numRuns: 60 },
    )
  })

  test('counts a pair with an undefined item as 0', () => {
    const similarity = dotSimilarity(Float64Array.of(1, 1, -1), 1, Uint8Array.of(0, 1, 0), 1)
    expect([similarity.between(0, 1), similarity.between(0, 2)]).toEqual([0, -1])
  })
})

test.each(['cross-filter', 'in-filter'] as const)(
  'a refined network keeps every coordinate once (%s)',
  async (mode) => {
    const table = kernelTable([
      { name: 'a', shape: [16, 12, 3, 3] },
      { name: 'b', shape: [8, 16, 1, 1] },
    ])
    const random = Random.fromSeed(1)
    const values = (count: number): Float32Array => Float32Array.from({ length: count }, () => random.normal())
    const weights = {
      a: float32Tensor([16, 12, 3, 3], values(16 * 12 * 9)),
      b: float32Tensor([8, 16, 1, 1], values(8 * 16)),
    }
    const greedy = await permuteNetwork(mode, table, weights)
    const better = await permuteNetwork(mode, table, weights, { twoOptPasses: 5 })
    expect(better).not.toEqual(greedy)
    const coordinates = permutedCoordinates(table, better)
    const triples = Array.from({ length: table.kernels }, (_, at) => String(coordinates.slice(3 * at, 3 * at + 3)))
    expect(new Set(triples).size).toBe(table.kernels)
  },
)
