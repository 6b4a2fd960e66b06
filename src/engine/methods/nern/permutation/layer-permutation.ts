/**
 * Orders of one layer's kernels that put similar ones side by side (method 5.2). Weights never move: a permutation
 * only says which coordinate a kernel is given.
 */
import type { LayerPermutation, PermutationMode } from '#shared/network/layer-permutation.ts'
import type { LayerKernels } from '../coordinates.ts'
import { greedyPath, nearestValuePath, type PathSteps } from './greedy-path.ts'
import type { SearchAmong } from './nearest-search.ts'
import { dotSimilarity, twoOpt, type PathSimilarity } from './two-opt.ts'

export type { LayerPermutation, PermutationMode }

export interface PathOptions {
  /** Changes the time a path takes, never the path. */
  readonly searchAmong?: SearchAmong
  /** Passes of 2-opt over every path; 0, the default, leaves it greedy as the authors' is. */
  readonly twoOptPasses?: number
}

/** Steps of finding one layer's permutation; yields the number of kernels handled since the last yield. */
export function permuteLayer(
  mode: PermutationMode,
  layer: LayerKernels,
  weight: ArrayLike<number>,
  options: PathOptions = {},
): Generator<number, LayerPermutation, void> {
  return mode === 'cross-filter' ? crossFilter(layer, weight, options) : inFilter(layer, weight, options)
}

/** One path over all kernels of the layer. */
function* crossFilter(
  layer: LayerKernels,
  weight: ArrayLike<number>,
  { searchAmong, twoOptPasses }: PathOptions,
): Generator<number, LayerPermutation, void> {
  const { vectors, isUndefined } = unitKernels(layer, weight)
  const dimension = layer.height * layer.width
  const path = yield* greedyPath({ count: layer.kernels, dimension, vectors, isUndefined }, searchAmong)
  const order = yield* refined(path, dotSimilarity(vectors, dimension, isUndefined, 1), twoOptPasses)
  return { mode: 'cross-filter', order }
}

/** A path over the channels of each filter, then one over the filters so re-ordered. */
function* inFilter(
  layer: LayerKernels,
  weight: ArrayLike<number>,
  { twoOptPasses }: PathOptions,
): Generator<number, LayerPermutation, void> {
  const { filters, channels, height, width } = layer
  const dimension = height * width
  const { vectors, isUndefined: isKernelUndefined } = unitKernels(layer, weight)
  const channelOrders = new Int32Array(filters * channels)
  const reordered = new Float64Array(vectors.length)
  const isUndefined = new Uint8Array(filters)
  for (let filter = 0; filter < filters; filter++) {
    const first = filter * channels
    const items = {
      count: channels,
      dimension,
      vectors: vectors.subarray(first * dimension, (first + channels) * dimension),
      isUndefined: isKernelUndefined.subarray(first, first + channels),
    }
    const values = Float64Array.from({ length: dimension === 1 ? channels : 0 }, (_, at) => weight[first + at] ?? 0)
    const path = dimension === 1 ? nearestValuePath(values) : exhausted(greedyPath(items))
    const similarity =
      dimension === 1 ? valueSimilarity(values) : dotSimilarity(items.vectors, dimension, items.isUndefined, 1)
    const order = yield* refined(path, similarity, twoOptPasses)
    channelOrders.set(order, first)
    order.forEach((channel, position) => {
      const from = (first + channel) * dimension
      reordered.set(vectors.subarray(from, from + dimension), (first + position) * dimension)
      if (isKernelUndefined[first + channel] === 1) isUndefined[filter] = 1
    })
    yield channels / 2
  }
  const size = channels * dimension
  const steps = greedyPath({ count: filters, dimension: size, vectors: reordered, isUndefined })
  let step = steps.next()
  for (; step.done !== true; step = steps.next()) yield (step.value * channels) / 2
  const filterOrder = yield* refined(step.value, dotSimilarity(reordered, size, isUndefined, channels), twoOptPasses)
  return { mode: 'in-filter', filterOrder, channelOrders }
}

/** The path itself without passes; yields 0 to pause. */
function* refined(path: Int32Array, similarity: PathSimilarity, passes = 0): PathSteps {
  if (passes === 0) return path
  const steps = twoOpt(path, similarity, passes)
  let step = steps.next()
  for (; step.done !== true; step = steps.next()) yield 0
  return step.value
}

/** Of single numbers (14.A.9): the squared distance, negated. */
function valueSimilarity(values: Float64Array): PathSimilarity {
  return { highest: 0, between: (left, right) => -(((values[left] ?? 0) - (values[right] ?? 0)) ** 2) }
}

/**
 * The coordinates of the layer's kernels in their own order, [kernels, 2] (filter, channel). Cross-filter: position r
 * becomes (floor(r / channels), r mod channels). In-filter: the ranks on the filter path and on the channel path.
 */
export function permutedFilterChannels(permutation: LayerPermutation, { filters, channels }: LayerKernels): Int32Array {
  const coordinates = new Int32Array(filters * channels * 2)
  const assign = (kernel: number, filter: number, channel: number): void => {
    coordinates[2 * kernel] = filter
    coordinates[2 * kernel + 1] = channel
  }
  if (permutation.mode === 'cross-filter') {
    permutation.order.forEach((kernel, position) => {
      assign(kernel, Math.floor(position / channels), position % channels)
    })
    return coordinates
  }
  permutation.filterOrder.forEach((filter, filterRank) => {
    for (let channelRank = 0; channelRank < channels; channelRank++) {
      const channel = permutation.channelOrders[filter * channels + channelRank] ?? 0
      assign(filter * channels + channel, filterRank, channelRank)
    }
  })
  return coordinates
}

/** Kernels divided by their norms, [kernels, height * width]; those without a direction become zero and are marked. */
function unitKernels(
  { kernels, height, width }: LayerKernels,
  weight: ArrayLike<number>,
): { readonly vectors: Float64Array; readonly isUndefined: Uint8Array } {
  const dimension = height * width
  const vectors = new Float64Array(kernels * dimension)
  const isUndefined = new Uint8Array(kernels)
  for (let kernel = 0; kernel < kernels; kernel++) {
    const start = kernel * dimension
    let squaredNorm = 0
    for (let at = start; at < start + dimension; at++) squaredNorm += (weight[at] ?? 0) * (weight[at] ?? 0)
    const norm = Math.sqrt(squaredNorm)
    const hasDirection = norm > 0 && norm < Infinity
    if (!hasDirection) isUndefined[kernel] = 1
    for (let at = start; at < start + dimension; at++) vectors[at] = hasDirection ? (weight[at] ?? 0) / norm : 0
  }
  return { vectors, isUndefined }
}

/** Runs a short path to its end. */
function exhausted(steps: PathSteps): Int32Array {
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value
}
