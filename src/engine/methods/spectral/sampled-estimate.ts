/** About how many bytes codes take at a step: from their frequencies, without coding them, of a part of the kernels. */
import { kernelShapeOf } from '#shared/tensors/represented-shape.ts'
import { CodeRates } from './code-rates.ts'
import type { CodedLayer } from './coded-layers.ts'
import { quantise } from './quantise.ts'

/** Coefficients that an estimate looks at by default: more change it by less than a percent, which the coding itself makes up for. */
const mostSampled = 500_000

export interface LayerSample {
  readonly layer: CodedLayer
  /** Coefficients of the whole layer over those of the sample. */
  readonly factor: number
}

/** The layers themselves, or so many filters of each, evenly spread, that they hold about `most` coefficients. */
export function sampleLayers(layers: readonly CodedLayer[], most = mostSampled): readonly LayerSample[] {
  const all = layers.reduce((sum, { coefficients }) => sum + coefficients.length, 0)
  const every = Math.max(1, Math.floor(all / most))
  return layers.map((layer) => sampleOf(layer, every))
}

function sampleOf(layer: CodedLayer, every: number): LayerSample {
  const { shape, coefficients, gainExponents } = layer
  const [filters, channels, height, width] = kernelShapeOf(shape)
  const count = Math.ceil(filters / every)
  if (count === filters) return { layer, factor: 1 }
  const chosen = Array.from({ length: count }, (_, at) => at * every)
  const length = coefficients.length / filters
  const sampled = new Float32Array(count * length)
  chosen.forEach((filter, at) => {
    sampled.set(coefficients.subarray(filter * length, (filter + 1) * length), at * length)
  })
  const gains = gainExponents === undefined ? {} : { gainExponents: gainExponents.filter((_, at) => at % every === 0) }
  return {
    layer: { ...layer, shape: [count, channels, height, width], coefficients: sampled, ...gains },
    factor: filters / count,
  }
}

export interface CodeEstimate {
  readonly bits: number
  /** Sums of squares in the scale of the original weights, for a relative error. */
  readonly squaredError: number
  readonly squares: number
}

/** Of all layers together. @param step of the package */
export function estimate(samples: readonly LayerSample[], step: number, rateWeight: number): CodeEstimate {
  let [bits, squaredError, squares] = [0, 0, 0]
  for (const { layer, factor } of samples) {
    const { codes, stepExponents, gainExponents } = quantise(layer, { step, rateWeight })
    const frequencies = stepExponents.length === 1 ? 1 : layer.size
    bits += factor * CodeRates.of(codes, frequencies).total
    const error = errorOf(
      layer,
      { codes, stepExponents, ...(gainExponents === undefined ? {} : { gainExponents }) },
      step,
    )
    squaredError += factor * error.squaredError
    squares += factor * error.squares
  }
  return { bits, squaredError, squares }
}

/** The transform is orthonormal: errors of coefficients are those of weights. */
function errorOf(
  { coefficients, size, isFine, shape }: CodedLayer,
  { codes, stepExponents, gainExponents }: ReturnType<typeof quantise>,
  step: number,
): { readonly squaredError: number; readonly squares: number } {
  const [filters] = kernelShapeOf(shape)
  const length = coefficients.length / filters
  const steps = Array.from(
    { length: size },
    (_, at) => step * 2 ** ((stepExponents[stepExponents.length === 1 ? 0 : at] ?? 0) / 16),
  )
  let [squaredError, squares] = [0, 0]
  for (let filter = 0; filter < filters; filter++) {
    // Rows of a finely stored layer have steps of their own; other gains belong to weights and codes alike.
    const gain = isFine ? 2 ** ((gainExponents?.[filter] ?? 0) / 16) : 1
    for (let start = filter * length; start < (filter + 1) * length; start += size) {
      for (let at = 0; at < size; at++) {
        const own = coefficients[start + at] ?? 0
        const error = own - (codes[start + at] ?? 0) * (steps[at] ?? 0) * gain
        squaredError += error * error
        squares += own * own
      }
    }
  }
  return { squaredError, squares }
}
