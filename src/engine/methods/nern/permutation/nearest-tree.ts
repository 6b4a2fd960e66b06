/**
 * Nearest of many items of few dimensions: a tree of bounding boxes, split at a median of the widest dimension.
 *
 * With q the query and x a row, q.x = (|q|^2 + |x|^2 - |q - x|^2) / 2. No row of a box at squared distance D from the query
 * is therefore more similar than (|q|^2 + max |x|^2 - D) / 2, and a box is passed over when D exceeds what the best
 * similarity so far leaves room for. Both sides are rounded: a computed dot product is off by at most d * u * |q| |x|, the
 * squares and D by (d + 3) * u of themselves (u = 2^-53). `slackPerSize` allows for more than four times their sum, so
 * that a box which holds the best row, or a tie with it, is never passed over; the rows themselves are compared by the
 * same scan as everywhere, and the answer is that of looking at all of them.
 */
import { buildBoxTree, type BoxTree } from './box-tree.ts'
import type { NearestSearch } from './nearest-search.ts'
import { scanRows, type NearestMatch, type VectorRows } from './nearest-rows.ts'

/** Of |q|^2 + max |x|^2, for each dimension and eight more. */
const slackPerSize = 2 ** -50

export class NearestTree implements NearestSearch {
  work = 0
  readonly #rows: VectorRows
  readonly #nodes: BoxTree
  /** Item to leaf. */
  readonly #leafOf: Int32Array
  readonly #maxSquaredNorm: number
  readonly #built: number
  /** Nodes a search still has to visit, and their distances. */
  readonly #pending: Int32Array
  readonly #pendingDistance: Float64Array

  private constructor(rows: VectorRows, nodes: BoxTree, leafOf: Int32Array, maxSquaredNorm: number) {
    this.#rows = rows
    this.#nodes = nodes
    this.#leafOf = leafOf
    this.#maxSquaredNorm = maxSquaredNorm
    this.#built = rows.items.length
    // A descent leaves one sibling a level behind.
    this.#pending = new Int32Array(nodes.depth + 1)
    this.#pendingDistance = new Float64Array(nodes.depth + 1)
  }

  /** Over `items`, ascending, of all `vectors` [all items, dimension], of which it copies its part. Yields to pause. */
  static *build(vectors: Float64Array, dimension: number, items: Int32Array): Generator<void, NearestTree, void> {
    const order = Int32Array.from(items)
    const nodes = yield* buildBoxTree(vectors, dimension, order)
    const rows = { dimension, vectors: new Float64Array(order.length * dimension), items: order }
    let maxSquaredNorm = 0
    order.forEach((item, row) => {
      let squaredNorm = 0
      for (let at = 0; at < dimension; at++) {
        const value = vectors[item * dimension + at] ?? 0
        rows.vectors[row * dimension + at] = value
        squaredNorm += value * value
      }
      maxSquaredNorm = Math.max(maxSquaredNorm, squaredNorm)
    })
    const leafOf = new Int32Array(vectors.length / dimension)
    nodes.child.forEach((child, node) => {
      if (child !== 0) return
      const first = nodes.first[node] ?? 0
      for (let row = first; row < first + (nodes.remaining[node] ?? 0); row++) leafOf[order[row] ?? 0] = node
    })
    return new NearestTree(rows, nodes, leafOf, maxSquaredNorm)
  }

  /** Half of it is gone: a new tree has tighter boxes. */
  get isSparse(): boolean {
    return 2 * (this.#nodes.remaining[0] ?? 0) <= this.#built
  }

  nearest(query: Float64Array): number {
    const { child, first, remaining, isUniform } = this.#nodes
    const { dimension } = this.#rows
    const match: NearestMatch = { similarity: -Infinity, item: -1 }
    const size = this.#maxSquaredNorm + squaredNorm(query)
    const room = size + (dimension + 8) * slackPerSize * size
    let limit = Infinity
    let visits = 0
    let scanned = 0
    let pending = 0
    let node = 0
    for (;;) {
      // Down to a leaf, along the nearer children.
      for (let left = child[node] ?? 0; left !== 0; left = child[node] ?? 0) {
        visits += 2
        const leftDistance = this.#squaredDistance(left, query)
        const rightDistance = this.#squaredDistance(left + 1, query)
        const isLeftFirst = leftDistance <= rightDistance
        const far = isLeftFirst ? left + 1 : left
        const farDistance = isLeftFirst ? rightDistance : leftDistance
        node = isLeftFirst ? left : left + 1
        if (farDistance <= limit) {
          this.#pending[pending] = far
          this.#pendingDistance[pending] = farDistance
          pending += 1
        }
        if ((isLeftFirst ? leftDistance : rightDistance) > limit) {
          node = -1
          break
        }
      }
      if (node >= 0) {
        const start = first[node] ?? 0
        // Of equal rows the lowest item is first.
        const rows = isUniform[node] === 1 ? Math.min(1, remaining[node] ?? 0) : (remaining[node] ?? 0)
        scanRows(this.#rows, start, start + rows, query, match)
        scanned += rows
        limit = room - 2 * match.similarity
      }
      do {
        if (pending === 0) {
          this.work += (visits * 2 + scanned) * dimension
          return match.item
        }
        pending -= 1
        node = this.#pending[pending] ?? 0
      } while ((this.#pendingDistance[pending] ?? 0) > limit)
    }
  }

  /** Rows of a leaf stay in ascending order of their items. */
  remove(item: number): void {
    const { first, remaining, parent } = this.#nodes
    const { dimension, vectors, items } = this.#rows
    const leaf = this.#leafOf[item] ?? 0
    const start = first[leaf] ?? 0
    const row = items.indexOf(item, start)
    vectors.copyWithin((start + 1) * dimension, start * dimension, row * dimension)
    items.copyWithin(start + 1, start, row)
    first[leaf] = start + 1
    for (let node = leaf; node >= 0; node = parent[node] ?? -1) remaining[node] = (remaining[node] ?? 0) - 1
  }

  /** From `query` to a node's box; infinite for an empty node. */
  #squaredDistance(node: number, query: Float64Array): number {
    if (this.#nodes.remaining[node] === 0) return Infinity
    const { dimension } = this.#rows
    const { bounds } = this.#nodes
    let low = node * 2 * dimension
    let sum = 0
    for (let at = 0; at < dimension; at++, low += 2) {
      const value = query[at] ?? 0
      const outside = Math.max(0, (bounds[low] ?? 0) - value, value - (bounds[low + 1] ?? 0))
      sum += outside * outside
    }
    return sum
  }
}

function squaredNorm(vector: Float64Array): number {
  let sum = 0
  for (let at = 0; at < vector.length; at++) sum += (vector[at] ?? 0) * (vector[at] ?? 0)
  return sum
}
