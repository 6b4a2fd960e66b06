import { NearestScan } from '#engine/methods/nern/permutation/nearest-scan.ts'
import type { SearchAmong } from '#engine/methods/nern/permutation/nearest-search.ts'

/** Looks at every remaining item, whatever their number: what faster searches are compared with. */
// eslint-disable-next-line require-yield
export function* scanSearch(...[vectors, dimension, items]: Parameters<SearchAmong>): ReturnType<SearchAmong> {
  return new NearestScan(vectors, dimension, items)
}
