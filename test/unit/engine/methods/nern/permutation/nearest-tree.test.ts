import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { greedyPath, type PathItems } from '#engine/methods/nern/permutation/greedy-path.ts'
import type { SearchAmong } from '#engine/methods/nern/permutation/nearest-search.ts'
import { NearestTree } from '#engine/methods/nern/permutation/nearest-tree.ts'
import { scanSearch } from '#test/support/scan-search.ts'

function path(items: PathItems, search: SearchAmong): Int32Array {
  const steps = greedyPath(items, search)
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value
}

/** Rows divided by their norms; zero rows are undefined. */
function unitItems(rows: readonly (readonly number[])[], dimension: number): PathItems {
  const norms = rows.map((row) => Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)))
  const vectors = Float64Array.from(rows.flatMap((row, at) => row.map((value) => value / (norms[at] || 1))))
  return { count: rows.length, dimension, vectors, isUndefined: Uint8Array.from(norms, (norm) => Number(norm === 0)) }
}

function expectSamePath(items: PathItems): void {
  expect(path(items, NearestTree.build)).toEqual(path(items, scanSearch))
}

/** Coarse values make ties of many kinds; float32 ones are what networks have. */
const coarse = fc.constantFrom(-1, -0.5, 0, 0.5, 1)
const weights = fc.float({ noNaN: true, min: -2, max: 2 })
const rowsOf = (value: fc.Arbitrary<number>, dimension: number) =>
  fc.array(fc.array(value, { minLength: dimension, maxLength: dimension }), { minLength: 1, maxLength: 600 })

describe('the path by a tree is the path by looking at all items', () => {
  test.each([1, 2, 4, 9, 25])('for any weights in %i dimensions', (dimension) => {
    fc.assert(
      fc.property(rowsOf(weights, dimension), (rows) => expectSamePath(unitItems(rows, dimension))),
      { seed: 1, numRuns: 40 },
    )
  })

  test.each([1, 3, 9])('for coarse weights, full of ties and zeros, in %i dimensions', (dimension) => {
    fc.assert(
      fc.property(rowsOf(coarse, dimension), (rows) => expectSamePath(unitItems(rows, dimension))),
      { seed: 2, numRuns: 60 },
    )
  })

  test('for few kernels that repeat often', () => {
    const kinds = fc.array(fc.array(weights, { minLength: 9, maxLength: 9 }), { minLength: 1, maxLength: 5 })
    const choices = fc.array(fc.nat(), { minLength: 100, maxLength: 900 })
    fc.assert(
      fc.property(kinds, choices, (kernels, chosen) => {
        const rows = chosen.map((at) => kernels[at % kernels.length] ?? [])
        expectSamePath(unitItems(rows, 9))
      }),
      { seed: 3, numRuns: 40 },
    )
  })

  test('for clusters closer than float32 tells apart', () => {
    const noise = fc.array(fc.tuple(fc.nat({ max: 3 }), fc.array(fc.integer({ min: -2, max: 2 }), nine)), many)
    const centre = (cluster: number, at: number): number => Math.sin(1 + 9 * cluster + at)
    fc.assert(
      fc.property(noise, (points) => {
        const rows = points.map(([cluster, steps]) => steps.map((step, at) => centre(cluster, at) + step * 2 ** -53))
        expectSamePath(unitItems(rows, 9))
      }),
      { seed: 4, numRuns: 40 },
    )
  })

  test('for vectors of other lengths than one', () => {
    fc.assert(
      fc.property(rowsOf(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), 5), (rows) => {
        expectSamePath({
          count: rows.length,
          dimension: 5,
          vectors: Float64Array.from(rows.flat()),
          isUndefined: new Uint8Array(rows.length),
        })
      }),
      { seed: 5, numRuns: 40 },
    )
  })
})

const nine = { minLength: 9, maxLength: 9 }
const many = { minLength: 100, maxLength: 600 }

test('a tree is sparse when half of it was removed', () => {
  const vectors = Float64Array.from({ length: 10 }, (_, at) => at)
  const build = NearestTree.build(vectors, 1, Int32Array.from(vectors))
  const step = build.next()
  if (step.done !== true) throw new Error('a small tree yields nothing')
  const found = [0, 1, 2, 3, 4].map((item) => {
    step.value.remove(item)
    return step.value.isSparse
  })
  expect(found).toEqual([false, false, false, false, true])
  expect(step.value.nearest(Float64Array.of(1))).toBe(9)
})
