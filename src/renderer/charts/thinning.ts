/**
 * Indices of at most `maximum` points that keep the picture: of each bucket of neighbours the lowest and the highest
 * value, so that no spike disappears. First and last point always stay. Ascending; all when there are few enough.
 */
export function thinnedIndices(values: readonly number[], maximum: number): readonly number[] {
  const count = values.length
  if (count <= Math.max(4, maximum)) return values.map((_, index) => index)
  const buckets = Math.max(1, Math.floor((maximum - 2) / 2))
  const kept = [0]
  for (let bucket = 0; bucket < buckets; bucket++) {
    const start = 1 + Math.floor((bucket * (count - 2)) / buckets)
    const end = 1 + Math.floor(((bucket + 1) * (count - 2)) / buckets)
    let lowest = start
    let highest = start
    for (let index = start; index < end; index++) {
      const value = values[index] ?? NaN
      if (value < (values[lowest] ?? Infinity)) lowest = index
      if (value > (values[highest] ?? -Infinity)) highest = index
    }
    kept.push(Math.min(lowest, highest))
    if (lowest !== highest) kept.push(Math.max(lowest, highest))
  }
  kept.push(count - 1)
  return kept
}
