/** Finds, among the items that remain, the one most like a query: the highest dot product, of ties the lowest item. */
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
