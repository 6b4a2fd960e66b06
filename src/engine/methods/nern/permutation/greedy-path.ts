/**
 * Open greedy nearest-neighbour path from item 0 (method 5.2), in the order of the authors' code: the most similar
 * remaining item comes next, ties go to the lowest index, and an item of norm zero, whose similarities are undefined,
 * is taken at once (14.A.7). Memory grows with the items, never with their pairs.
 */
import { fastestSearch } from './fastest-search.ts'
import type { NearestSearch, SearchAmong } from './nearest-search.ts'

/** Called with the items placed since the last call; the generator yields there so that the caller can pause. */
export type PathSteps = Generator<number, Int32Array, void>

/** Multiplications between two yields: some tens of milliseconds. */
const workPerYield = 30_000_000

export interface PathItems {
  readonly count: number
  readonly dimension: number
  /** [count, dimension]. Similarity is the dot product. */
  readonly vectors: Float64Array
  /** 1 where an item's similarity to anything is undefined. */
  readonly isUndefined: Uint8Array
}

/**
 * Position on the path to item. Yields the number of items placed since the last yield. Any `searchAmong` gives
 * the same path.
 */
export function* greedyPath(
  { count, dimension, vectors, isUndefined }: PathItems,
  searchAmong: SearchAmong = fastestSearch,
): PathSteps {
  const path = new Int32Array(count)
  const isPlaced = new Uint8Array(count)
  const undefinedItems = itemsWhere(count, (item) => isUndefined[item] === 1)
  const remaining = (): Int32Array => itemsWhere(count, (item) => isPlaced[item] !== 1 && isUndefined[item] !== 1)
  let search: NearestSearch | undefined
  let nextUndefined = 0
  let lowest = 0
  let reported = 0
  let work = 0
  for (let position = 0; position < count; position++) {
    const previous = path[position - 1] ?? 0
    while (isPlaced[undefinedItems[nextUndefined] ?? -1] === 1) nextUndefined += 1
    const undefinedItem = undefinedItems[nextUndefined]
    let item: number
    if (position === 0 || isUndefined[previous] === 1) {
      while (isPlaced[lowest] === 1) lowest += 1
      item = lowest
    } else if (undefinedItem !== undefined) {
      item = undefinedItem
    } else {
      if (search === undefined || search.isSparse) {
        const build = searchAmong(vectors, dimension, remaining())
        let step = build.next()
        for (; step.done !== true; step = build.next()) yield 0
        search = step.value
        work = 0
      }
      item = search.nearest(vectors.subarray(previous * dimension, (previous + 1) * dimension))
    }
    path[position] = item
    isPlaced[item] = 1
    search?.remove(item)
    if (search !== undefined && search.work - work >= workPerYield) {
      work = search.work
      yield position + 1 - reported
      reported = position + 1
    }
  }
  yield count - reported
  return path
}

function itemsWhere(count: number, isWanted: (item: number) => boolean): Int32Array {
  const items = new Int32Array(count)
  let found = 0
  for (let item = 0; item < count; item++) if (isWanted(item)) items[found++] = item
  return items.slice(0, found)
}

/**
 * Path over single numbers by least distance, from item 0, ties to the lowest index: the channel order of 1 x 1 layers
 * in in-filter mode, whose similarity is -(w_i - w_j)^2 / ||w||^2 (14.A.9). A filter of zeros keeps its order.
 */
export function nearestValuePath(values: Float64Array): Int32Array {
  const squaredNorm = values.reduce((sum, value) => sum + value * value, 0)
  const path = new Int32Array(values.length)
  const isPlaced = new Uint8Array(values.length)
  let current = 0
  for (let position = 0; position < values.length; position++) {
    let best = position === 0 ? 0 : -1
    let bestSimilarity = -Infinity
    for (let item = 0; position > 0 && item < values.length; item++) {
      if (isPlaced[item] === 1) continue
      const similarity = squaredNorm === 0 ? 0 : -(((values[item] ?? 0) - current) ** 2) / squaredNorm
      if (best === -1 || similarity > bestSimilarity) {
        best = item
        bestSimilarity = similarity
      }
    }
    path[position] = best
    isPlaced[best] = 1
    current = values[best] ?? 0
  }
  return path
}
