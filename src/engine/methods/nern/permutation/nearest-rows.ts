/**
 * Rows of vectors, each of one item, and the scan that finds the row most like a query. The order of additions is part
 * of the contract: a path is exact because every search computes the very same similarities, to the last bit.
 */
export interface VectorRows {
  readonly dimension: number
  /** [rows, dimension] */
  readonly vectors: Float64Array
  /** Row to item. */
  readonly items: Int32Array
}

/** The best row met so far: the highest similarity, of equal ones the lowest item. */
export interface NearestMatch {
  similarity: number
  item: number
}

/** Improves `match` with rows `first` up to `end`. Similarity is the dot product with `query`, [dimension]. */
export function scanRows(
  { dimension, vectors, items }: VectorRows,
  first: number,
  end: number,
  query: Float64Array,
  match: NearestMatch,
): void {
  if (dimension === 9) return scanRows9(vectors, items, first, end, query, match)
  for (let row = first; row < end; row++) {
    let similarity = 0
    const start = row * dimension
    for (let at = 0; at < dimension; at++) similarity += (vectors[start + at] ?? 0) * (query[at] ?? 0)
    if (similarity >= match.similarity) improve(match, similarity, items[row] ?? 0)
  }
}

/** The same for 3 x 3 kernels, unrolled in the same order of additions: three times faster, and nearly all of the time. */
function scanRows9(
  vectors: Float64Array,
  items: Int32Array,
  first: number,
  end: number,
  query: Float64Array,
  match: NearestMatch,
): void {
  // Read one by one: destructuring goes through an iterator, which costs more than a leaf of a tree.
  const a = query[0] ?? 0
  const b = query[1] ?? 0
  const c = query[2] ?? 0
  const d = query[3] ?? 0
  const e = query[4] ?? 0
  const f = query[5] ?? 0
  const g = query[6] ?? 0
  const h = query[7] ?? 0
  const i = query[8] ?? 0
  let best = match.similarity
  let start = first * 9
  for (let row = first; row < end; row++) {
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
    if (similarity >= best) {
      improve(match, similarity, items[row] ?? 0)
      best = similarity
    }
  }
}

function improve(match: NearestMatch, similarity: number, item: number): void {
  if (similarity === match.similarity && item > match.item) return
  match.similarity = similarity
  match.item = item
}
