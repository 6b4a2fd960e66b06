/** A tree of bounding boxes over vectors, each split at a median of its widest dimension. */

/** Fewer are looked at faster than their boxes. */
const leafRows = 64
/** Values whose median stands for that of all. */
const medianSample = 255
/** Numbers read between two yields: some tens of milliseconds. */
const workPerYield = 10_000_000

/** Nodes in order of their making; the root is 0, and the two children of a node are neighbours. */
export interface BoxTree {
  /** [nodes, dimension, 2]: least and greatest value. */
  readonly bounds: Float64Array
  /** The left child; 0 in a leaf. */
  readonly child: Int32Array
  /** -1 above the root. */
  readonly parent: Int32Array
  /** First row, of a leaf. */
  readonly first: Int32Array
  /** Rows that were not removed. */
  readonly remaining: Int32Array
  /** 1 in a leaf of equal rows. */
  readonly isUniform: Uint8Array
  /** Levels below the root. */
  readonly depth: number
}

/** Splits `order` down to leaves, re-ordering it so that the rows of every node are side by side, ascending in a leaf. */
export function* buildBoxTree(
  vectors: Float64Array,
  dimension: number,
  order: Int32Array,
): Generator<void, BoxTree, void> {
  const bounds: number[] = []
  const child = [0]
  const parent = [-1]
  const first = [0]
  const remaining = [order.length]
  const level = [0]
  const isUniform: number[] = []
  const aside = new Int32Array(order.length)
  let work = 0
  for (let node = 0; node < child.length; node++) {
    const start = first[node] ?? 0
    const end = start + (remaining[node] ?? 0)
    const widest = pushBounds(bounds, vectors, dimension, order, start, end)
    isUniform.push(widest === -1 ? 1 : 0)
    work += (end - start) * (dimension + 4)
    if (work > workPerYield) {
      work = 0
      yield
    }
    if (end - start <= leafRows || widest === -1) continue
    const middle = partition(vectors, dimension, widest, order, start, end, aside)
    const below = (level[node] ?? 0) + 1
    child[node] = child.length
    child.push(0, 0)
    parent.push(node, node)
    first.push(start, middle)
    remaining.push(middle - start, end - middle)
    level.push(below, below)
  }
  return {
    bounds: Float64Array.from(bounds),
    child: Int32Array.from(child),
    parent: Int32Array.from(parent),
    first: Int32Array.from(first),
    remaining: Int32Array.from(remaining),
    isUniform: Uint8Array.from(isUniform),
    depth: level.at(-1) ?? 0,
  }
}

/** Appends the box of rows `start` up to `end`; returns its widest dimension, -1 when all rows are equal. */
function pushBounds(
  bounds: number[],
  vectors: Float64Array,
  dimension: number,
  order: Int32Array,
  start: number,
  end: number,
): number {
  let widest = -1
  let extent = 0
  for (let at = 0; at < dimension; at++) {
    let low = Infinity
    let high = -Infinity
    for (let row = start; row < end; row++) {
      const value = vectors[(order[row] ?? 0) * dimension + at] ?? 0
      if (value < low) low = value
      if (value > high) high = value
    }
    bounds.push(low, high)
    if (high - low > extent) {
      extent = high - low
      widest = at
    }
  }
  return widest
}

/**
 * Moves rows below the median of dimension `at` to the front, keeping their order, and returns where the others start.
 * No side is left empty; equal values stay together.
 */
function partition(
  vectors: Float64Array,
  dimension: number,
  at: number,
  order: Int32Array,
  start: number,
  end: number,
  aside: Int32Array,
): number {
  const valueOf = (row: number): number => vectors[(order[row] ?? 0) * dimension + at] ?? 0
  let lowest = Infinity
  for (let row = start; row < end; row++) lowest = Math.min(lowest, valueOf(row))
  const sample = Math.min(medianSample, end - start)
  const values = Float64Array.from({ length: sample }, (_, index) =>
    valueOf(start + Math.floor((index * (end - start)) / sample)),
  ).sort()
  const median = values[sample >> 1] ?? 0
  const isMedianInFront = median === lowest
  let front = start
  let others = 0
  for (let row = start; row < end; row++) {
    const item = order[row] ?? 0
    const value = valueOf(row)
    if (value < median || (isMedianInFront && value === median)) order[front++] = item
    else aside[others++] = item
  }
  order.set(aside.subarray(0, others), front)
  return front
}
