/**
 * Weight sharing (Han et al. 2016, Deep Compression): the weights of a layer are replaced by the nearest of a few shared
 * ones, found by k-means. Weights are numbers, so clusters are stretches of the sorted weights: an iteration needs only
 * prefix sums and a search for each boundary.
 */
import { fromFloat16Bits, toFloat16Bits } from '#shared/basics/float16.ts'
import type { CodebookTensor } from '#shared/tensors/compressed-tensor.ts'
import type { HostTensor } from '#shared/tensors/host-tensor.ts'
import type { Random } from '#shared/basics/random.ts'

export interface WeightSharingOptions {
  /** The codebook has 2^bits entries; 1 to 8. */
  readonly bits: number
  /** Iterations of Lloyd's algorithm at most; it ends earlier where nothing changes. */
  readonly iterations: number
}

/** @param kernels [filters, channels, height, width] of one layer */
export function shareWeights(
  kernels: HostTensor,
  { bits, iterations }: WeightSharingOptions,
  random: Random,
): CodebookTensor {
  const sorted = Float64Array.from(kernels.data).sort()
  const centres = lloyd(sorted, seededCentres(sorted, 2 ** bits, random), iterations)
  // Entries are stored as halves: weights go to the nearest of what a reader gets.
  const halves = Uint16Array.from(centres, toFloat16Bits)
  const entries = Float64Array.from(halves, fromFloat16Bits)
  const boundaries = boundariesOf(entries)
  const indices = Uint8Array.from(kernels.data, (value) => lowerBound(boundaries, value))
  return { kind: 'codebook', shape: kernels.shape, bits, codebook: halves, indices }
}

/** k-means++ (Arthur and Vassilvitskii 2007): each next centre is a weight, drawn by its squared distance to the nearest. */
function seededCentres(sorted: Float64Array, count: number, random: Random): Float64Array {
  const distances = new Float64Array(sorted.length).fill(Infinity)
  const centres = new Float64Array(count)
  let centre = sorted[random.integer(sorted.length)] ?? 0
  for (let at = 0; at < count; at++) {
    centres[at] = centre
    let total = 0
    sorted.forEach((value, i) => {
      const distance = Math.min(distances[i] ?? 0, (value - centre) ** 2)
      distances[i] = distance
      total += distance
    })
    // Fewer distinct weights than centres: what is left repeats one.
    if (total > 0) centre = sorted[drawn(distances, total * random.uniform())] ?? centre
  }
  return centres.sort()
}

/** The first index at which the running sum exceeds `threshold`. */
function drawn(weights: Float64Array, threshold: number): number {
  let sum = 0
  for (let at = 0; at < weights.length; at++) {
    sum += weights[at] ?? 0
    if (sum > threshold) return at
  }
  return weights.length - 1
}

/** Centres, sorted, moved to the means of their clusters until nothing changes. */
function lloyd(sorted: Float64Array, start: Float64Array, iterations: number): Float64Array {
  const sums = new Float64Array(sorted.length + 1)
  sorted.forEach((value, at) => {
    sums[at + 1] = (sums[at] ?? 0) + value
  })
  let centres = start
  for (let iteration = 0; iteration < iterations; iteration++) {
    const ends = [...Array.from(boundariesOf(centres), (boundary) => upperBound(sorted, boundary)), sorted.length]
    let from = 0
    const moved = centres.map((centre, at) => {
      const to = ends[at] ?? sorted.length
      const count = to - from
      const mean = ((sums[to] ?? 0) - (sums[from] ?? 0)) / count
      from = to
      return count === 0 ? centre : mean
    })
    if (moved.every((centre, at) => centre === centres[at])) break
    centres = moved
  }
  return centres
}

/** Halfway between neighbours: a weight on a boundary belongs to the lower one. */
function boundariesOf(centres: Float64Array): Float64Array {
  return Float64Array.from({ length: centres.length - 1 }, (_, at) => ((centres[at] ?? 0) + (centres[at + 1] ?? 0)) / 2)
}

/** How many of the sorted `values` are below `limit`. */
function lowerBound(values: Float64Array, limit: number): number {
  return countWhile(values, (value) => value < limit)
}

/** How many of the sorted `values` are at most `limit`. */
function upperBound(values: Float64Array, limit: number): number {
  return countWhile(values, (value) => value <= limit)
}

/** Length of the longest start of `values` of which `isCounted` holds; it holds of no value behind it. */
function countWhile(values: Float64Array, isCounted: (value: number) => boolean): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isCounted(values[middle] ?? 0)) low = middle + 1
    else high = middle
  }
  return low
}
