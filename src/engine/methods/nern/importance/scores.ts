/**
 * Scores of importance (method 7.1), one a unit. A score of a kernel or a filter is the mean over its weights. With w
 * the original weight and w' the reconstructed one: relative error |w - w'| / |w|, its square, absolute error |w - w'|,
 * magnitudes |w| and |w'|. A weight of zero has no relative error: alone it goes first (its score is infinite, and
 * nothing is lost with it), in a mean it is left out, and a unit of zeros goes first again.
 */
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import type { ImportanceScore } from '#shared/measures/importance.ts'
import { assertNever } from '#shared/basics/result.ts'
import { layerWeights, type Units } from './units.ts'

/** Without `random`, which looks at no weight. */
export type MeasuredScore = Exclude<ImportanceScore, 'random'>

/** Float32 [units.count], not negative. Throws what `layerWeights` throws. */
export function unitScores(
  score: MeasuredScore,
  units: Units,
  original: HostTensors,
  reconstructed: HostTensors,
): Float32Array {
  const scores = new Float32Array(units.count)
  const term = termOf(score)
  for (const layer of units.layers) {
    const before = layerWeights(original, layer, 'original')
    const after = layerWeights(reconstructed, layer, 'reconstructed')
    for (let unit = 0; unit < layer.units; unit++) {
      scores[layer.firstUnit + unit] = meanTerm(term, before, after, unit * layer.size, layer.size)
    }
  }
  return scores
}

/** What a weight adds; NaN when it has no such score. */
type Term = (weight: number, reconstructed: number) => number

function termOf(score: MeasuredScore): Term {
  switch (score) {
    case 'relative-error':
      return relativeError
    case 'squared-relative-error':
      return (weight, reconstructed) => relativeError(weight, reconstructed) ** 2
    case 'absolute-error':
      return (weight, reconstructed) => Math.abs(weight - reconstructed)
    case 'magnitude':
      return (weight) => Math.abs(weight)
    case 'reconstructed-magnitude':
      return (_, reconstructed) => Math.abs(reconstructed)
    default:
      return assertNever(score)
  }
}

function relativeError(weight: number, reconstructed: number): number {
  return weight === 0 ? NaN : Math.abs(weight - reconstructed) / Math.abs(weight)
}

function meanTerm(term: Term, before: Float32Array, after: Float32Array, start: number, size: number): number {
  let sum = 0
  let count = 0
  for (let at = start; at < start + size; at++) {
    const value = term(before[at] ?? 0, after[at] ?? 0)
    if (Number.isNaN(value)) continue
    sum += value
    count += 1
  }
  return count === 0 ? Infinity : sum / count
}

export interface LayerRelativeError {
  readonly name: string
  readonly weights: number
  /** Over the weights that are not zero; 0 where all are. */
  readonly meanRelativeError: number
  readonly medianRelativeError: number
}

/** |w - w'| / |w| of every layer. Throws what `layerWeights` throws. */
export function relativeErrorsByLayer(
  units: Units,
  original: HostTensors,
  reconstructed: HostTensors,
): LayerRelativeError[] {
  return units.layers.map((layer) => {
    const before = layerWeights(original, layer, 'original')
    const after = layerWeights(reconstructed, layer, 'reconstructed')
    const errors = new Float64Array(before.length)
    let count = 0
    let sum = 0
    before.forEach((weight, at) => {
      const error = relativeError(weight, after[at] ?? 0)
      if (Number.isNaN(error)) return
      errors[count++] = error
      sum += error
    })
    return {
      name: layer.name,
      weights: before.length,
      meanRelativeError: count === 0 ? 0 : sum / count,
      medianRelativeError: median(errors.subarray(0, count).sort()),
    }
  })
}

function median(sorted: Float64Array): number {
  if (sorted.length === 0) return 0
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}
