/** Finds, among the items that remain, the one most like a query: the highest dot product, of ties the lowest item. */
import { NearestScan } from './nearest-scan.ts'
import { NearestTree } from './nearest-tree.ts'

export interface NearestSearch {
  /** Numbers read so far. */
  readonly work: number
  /** A new search over what remains would be faster. */
  readonly isSparse: boolean
  nearest(query: Float64Array): number
  /** Never found again. */
  remove(item: number): void
}

/** A search over `items`, ascending, of `vectors` [all items, dimension]; yields to pause. */
export type SearchAmong = (
  vectors: Float64Array,
  dimension: number,
  items: Int32Array,
) => Generator<void, NearestSearch, void>

/** Fewer items are found faster by looking at all of them; measured with kernels of 3 x 3. */
const minTreeItems = 6144
/** In more dimensions boxes exclude nothing. */
const maxTreeDimension = 64

/** By a tree where that pays. */
export function* fastestSearch(...[vectors, dimension, items]: Parameters<SearchAmong>): ReturnType<SearchAmong> {
  const isTree = items.length >= minTreeItems && dimension <= maxTreeDimension
  return isTree ? yield* NearestTree.build(vectors, dimension, items) : new NearestScan(vectors, dimension, items)
}
