/** The search among items that is the fastest for their number and dimension. */
import { NearestScan } from './nearest-scan.ts'
import type { SearchAmong } from './nearest-search.ts'
import { NearestTree } from './nearest-tree.ts'

/** Fewer items are found faster by looking at all of them; measured with kernels of 3 x 3. */
const minTreeItems = 6144
/** In more dimensions boxes exclude nothing. */
const maxTreeDimension = 64

/** By a tree where that pays. */
export function* fastestSearch(...[vectors, dimension, items]: Parameters<SearchAmong>): ReturnType<SearchAmong> {
  const isTree = items.length >= minTreeItems && dimension <= maxTreeDimension
  return isTree ? yield* NearestTree.build(vectors, dimension, items) : new NearestScan(vectors, dimension, items)
}
