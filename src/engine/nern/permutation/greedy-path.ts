/**
 * Open greedy nearest-neighbour path from item 0 (method 5.2), in the order of the authors' code: the most similar
 * remaining item comes next, ties go to the lowest index, and an item of norm zero, whose similarities are undefined,
 * is taken at once (14.A.7). Memory grows with the items, never with their pairs.
 */

/** Called with the items placed since the last call; the generator yields there so that the caller can pause. */
export type PathSteps = Generator<number, Int32Array, void>

/** Multiplications between two yields: some tens of milliseconds. */
const workPerYield = 30_000_000

export interface PathItems {
  readonly count: number
  readonly dimension: number
  /** [count, dimension]; overwritten. Similarity is the dot product. */
  readonly vectors: Float64Array
  /** 1 where an item's similarity to anything is undefined. */
  readonly isUndefined: Uint8Array
}

/** Position on the path to item. Yields the number of items placed since the last yield. */
export function* greedyPath({ count, dimension, vectors, isUndefined }: PathItems): PathSteps {
  const path = new Int32Array(count)
  // Rows 0 .. remaining-1 of `vectors` are the items still to place; `itemAt` says which. A placed row is overwritten
  // by the last one, so the scan stays contiguous; ties therefore compare item numbers, not rows.
  const itemAt = Int32Array.from({ length: count }, (_, item) => item)
  const undefinedItems = Int32Array.from(itemAt.filter((item) => isUndefined[item] === 1))
  let nextUndefined = 0
  const rowOf = Int32Array.from(itemAt)
  const current = new Float64Array(dimension)
  let lowest = 0
  const isPlaced = new Uint8Array(count)
  let reported = 0
  let work = 0

  const place = (position: number, row: number, remaining: number): void => {
    const item = itemAt[row] ?? 0
    path[position] = item
    isPlaced[item] = 1
    current.set(vectors.subarray(row * dimension, (row + 1) * dimension))
    const last = remaining - 1
    const moved = itemAt[last] ?? 0
    vectors.copyWithin(row * dimension, last * dimension, (last + 1) * dimension)
    itemAt[row] = moved
    rowOf[moved] = row
  }

  for (let position = 0; position < count; position++) {
    const remaining = count - position
    const previous = path[position - 1] ?? 0
    while (isPlaced[undefinedItems[nextUndefined] ?? -1] === 1) nextUndefined += 1
    const undefinedItem = undefinedItems[nextUndefined]
    let row: number
    if (position === 0 || isUndefined[previous] === 1) {
      while (isPlaced[lowest] === 1) lowest += 1
      row = rowOf[lowest] ?? 0
    } else if (undefinedItem !== undefined) {
      row = rowOf[undefinedItem] ?? 0
    } else {
      row = nearestRow(vectors, itemAt, current, remaining, dimension)
      work += remaining * dimension
    }
    place(position, row, remaining)
    if (work >= workPerYield) {
      work = 0
      yield position + 1 - reported
      reported = position + 1
    }
  }
  yield count - reported
  return path
}

/** Row of the highest dot product with `current`; of equal ones, that of the lowest item. */
function nearestRow(
  vectors: Float64Array,
  itemAt: Int32Array,
  current: Float64Array,
  remaining: number,
  dimension: number,
): number {
  if (dimension === 9) return nearestRow9(vectors, itemAt, current, remaining)
  let best = -Infinity
  let bestRow = 0
  for (let row = 0; row < remaining; row++) {
    let similarity = 0
    const start = row * dimension
    for (let at = 0; at < dimension; at++) similarity += (vectors[start + at] ?? 0) * (current[at] ?? 0)
    if (similarity > best || (similarity === best && (itemAt[row] ?? 0) < (itemAt[bestRow] ?? 0))) {
      best = similarity
      bestRow = row
    }
  }
  return bestRow
}

/** The same for 3 x 3 kernels, unrolled in the same order of additions: three times faster, and nearly all of the time. */
function nearestRow9(vectors: Float64Array, itemAt: Int32Array, current: Float64Array, remaining: number): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0] = current
  let best = -Infinity
  let bestRow = 0
  let start = 0
  for (let row = 0; row < remaining; row++) {
    const similarity =
      (vectors[start] ?? 0) * a +
      (vectors[start + 1] ?? 0) * b +
      (vectors[start + 2] ?? 0) * c +
      (vectors[start + 3] ?? 0) * d +
      (vectors[start + 4] ?? 0) * e +
      (vectors[start + 5] ?? 0) * f +
      (vectors[start + 6] ?? 0) * g +
      (vectors[start + 7] ?? 0) * h +
      (vectors[start + 8] ?? 0) * i
    start += 9
    if (similarity < best) continue
    if (similarity > best || (itemAt[row] ?? 0) < (itemAt[bestRow] ?? 0)) {
      best = similarity
      bestRow = row
    }
  }
  return bestRow
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
