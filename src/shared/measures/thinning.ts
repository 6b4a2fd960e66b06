/** Fewer points of a long series that give the same picture; the store and the charts thin alike. */
import { groupBy } from '../basics/group-by.ts'

/**
 * How many neighbours each bucket between the first and the last of `count` points holds, so that what
 * `extremeIndices` keeps of all buckets and the two ends are at most `maximum` (at least 2) points.
 */
export function bucketSizes(count: number, maximum: number): readonly number[] {
  const inner = Math.max(0, count - 2)
  const buckets = Math.min(inner, Math.floor((maximum - 2) / 3))
  const start = (bucket: number): number => Math.floor((bucket * inner) / buckets)
  return Array.from({ length: buckets }, (_, bucket) => start(bucket + 1) - start(bucket))
}

/** Of the values from `start` to before `end`: the lowest, the highest and the first that is no number. Ascending. */
export function extremeIndices(values: readonly number[], start = 0, end = values.length): readonly number[] {
  let lowest: number | undefined
  let highest: number | undefined
  let gap: number | undefined
  let low = NaN
  let high = NaN
  for (let index = start; index < end; index++) {
    const value = values[index] ?? NaN
    if (Number.isNaN(value)) {
      gap ??= index
      continue
    }
    if (!(value >= low)) [lowest, low] = [index, value]
    if (!(value <= high)) [highest, high] = [index, value]
  }
  // Without a set or a filter: a zoom comes by here for every bucket of every line in every frame.
  if (lowest === undefined || highest === undefined) return gap === undefined ? [] : [gap]
  const extremes = lowest === highest ? [lowest] : [Math.min(lowest, highest), Math.max(lowest, highest)]
  return gap === undefined ? extremes : [...extremes, gap].sort((a, b) => a - b)
}

/**
 * Indices of at most `maximum` (at least 2) values that keep the picture: first and last, and the extremes of each
 * bucket of neighbours, so that no spike and no gap disappears. Ascending; all when there are few enough.
 */
export function thinnedIndices(values: readonly number[], maximum: number): readonly number[] {
  const count = values.length
  if (count <= maximum) return values.map((_, index) => index)
  const kept = [0]
  let start = 1
  for (const size of bucketSizes(count, maximum)) {
    kept.push(...extremeIndices(values, start, start + size))
    start += size
  }
  return [...kept, count - 1]
}

/**
 * Of points of several series, in their order, at most `maximum` (at least 2) of each that keep its picture; all when no
 * series has more.
 */
export function thinnedPoints<P extends { readonly name: string; readonly value: number }>(
  points: readonly P[],
  maximum: number,
): readonly P[] {
  if (points.length <= maximum) return points
  const series = groupBy([...points.keys()], (at) => points[at]?.name)
  const kept = [...series.values()].flatMap((indices) => {
    const values = indices.map((at) => points[at]?.value ?? NaN)
    return thinnedIndices(values, maximum).map((at) => indices[at] ?? 0)
  })
  if (kept.length === points.length) return points
  return kept.sort((left, right) => left - right).flatMap((at) => points[at] ?? [])
}
