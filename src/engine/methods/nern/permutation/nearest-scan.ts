/** Nearest of few items, or of items of many dimensions: by looking at all of them. */
import type { NearestSearch } from './nearest-search.ts'
import { scanRows, type NearestMatch, type VectorRows } from './nearest-rows.ts'

export class NearestScan implements NearestSearch {
  work = 0
  readonly isSparse = false
  readonly #rows: VectorRows
  /** Item to row. */
  readonly #rowOf: Int32Array
  #remaining: number

  /** `items` of all `vectors` [all items, dimension], which are copied. */
  constructor(vectors: Float64Array, dimension: number, items: Int32Array) {
    const copies = new Float64Array(items.length * dimension)
    this.#rowOf = new Int32Array(vectors.length / dimension)
    items.forEach((item, row) => {
      copies.set(vectors.subarray(item * dimension, (item + 1) * dimension), row * dimension)
      this.#rowOf[item] = row
    })
    this.#rows = { dimension, vectors: copies, items: Int32Array.from(items) }
    this.#remaining = items.length
  }

  nearest(query: Float64Array): number {
    const match: NearestMatch = { similarity: -Infinity, item: -1 }
    scanRows(this.#rows, 0, this.#remaining, query, match)
    this.work += this.#remaining * this.#rows.dimension
    return match.item
  }

  /** The last row takes the place of the removed one, so that rows stay side by side. */
  remove(item: number): void {
    const { dimension, vectors, items } = this.#rows
    this.#remaining -= 1
    const row = this.#rowOf[item] ?? 0
    const last = this.#remaining
    const moved = items[last] ?? 0
    vectors.copyWithin(row * dimension, last * dimension, (last + 1) * dimension)
    items[row] = moved
    this.#rowOf[moved] = row
  }
}
