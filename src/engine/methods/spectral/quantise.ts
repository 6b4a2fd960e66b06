/** Coefficients to codes. */
import { kernelShapeOf } from '#shared/tensors/represented-shape.ts'
import { sixteenths, type SpectralLayer } from '#shared/tensors/spectral-layer.ts'
import type { CodedLayer } from './coded-layers.ts'
import { CodeRates } from './code-rates.ts'
import { exponentOf } from './frequency-steps.ts'

export interface QuantiseOptions {
  /** Of the package. */
  readonly step: number
  /** Price of a bit in squared steps; 0 rounds to the nearest. */
  readonly rateWeight: number
}

/** What the codes of one layer are: all of a `SpectralLayer` but its batch norm and its bias. */
export type LayerCodes = Pick<SpectralLayer, 'codes' | 'stepExponents' | 'gainExponents'>

/** Passes in which rounding and the bits it counts with come to agree. */
const ratePasses = 2
/** Largest code of a linear layer that is stored finely: 6 bits with a sign. */
const largestFineCode = 31

/** Codes of a layer. */
export function quantise(layer: CodedLayer, { step, rateWeight }: QuantiseOptions): LayerCodes {
  if (layer.isFine) return quantiseFinely(layer, step)
  const { coefficients, size, stepExponents, gainExponents } = layer
  const scales = Float64Array.from({ length: size }, (_, at) => 1 / (step * sixteenths(exponentAt(stepExponents, at))))
  let codes = nearestCodes(coefficients, scales)
  if (rateWeight > 0) {
    for (let pass = 0; pass < ratePasses; pass++) codes = cheaperCodes(coefficients, scales, codes, rateWeight)
  }
  return { codes, stepExponents, ...(gainExponents === undefined ? {} : { gainExponents }) }
}

/** Kernel by kernel and without a callback: there may be a hundred million coefficients. */
function nearestCodes(coefficients: Float32Array, scales: Float64Array): Int32Array<ArrayBuffer> {
  const codes = new Int32Array(coefficients.length)
  for (let start = 0; start < coefficients.length; start += scales.length) {
    for (let at = 0; at < scales.length; at++) {
      codes[start + at] = nearest((coefficients[start + at] ?? 0) * (scales[at] ?? 0))
    }
  }
  return codes
}

/** Halves away from zero, so that rounding is symmetric. */
function nearest(value: number): number {
  return value < 0 ? -Math.floor(0.5 - value) : Math.floor(value + 0.5)
}

/** For each code the nearest, the next one towards zero or zero: whichever costs least in squared error and bits. */
function cheaperCodes(
  coefficients: Float32Array,
  scales: Float64Array,
  codes: Int32Array,
  rateWeight: number,
): Int32Array<ArrayBuffer> {
  const size = scales.length
  const rates = CodeRates.of(codes, size)
  const cheaper = new Int32Array(codes.length)
  for (let at = 0; at < codes.length; at++) {
    const frequency = at % size
    const value = (coefficients[at] ?? 0) * (scales[frequency] ?? 0)
    const own = nearest(value)
    if (own === 0) continue
    const cost = (code: number): number => (value - code) ** 2 + rateWeight * rates.bits(frequency, code)
    const below = own - Math.sign(own)
    const better = cost(below) < cost(own) ? below : own
    cheaper[at] = better !== 0 && cost(0) < cost(better) ? 0 : better
  }
  return cheaper
}

/** A linear layer whose rows have 6-bit codes with scales of their own, in sixteenths of an octave. */
function quantiseFinely({ coefficients, shape }: CodedLayer, step: number): LayerCodes {
  const [rows] = kernelShapeOf(shape)
  const columns = coefficients.length / rows
  const common = exponentOf(1 / step)
  const unit = step * sixteenths(common)
  const codes = new Int32Array(coefficients.length)
  const gainExponents = Int32Array.from({ length: rows }, (_, row) => {
    const values = coefficients.subarray(row * columns, (row + 1) * columns)
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    const exponent = largest === 0 ? 0 : Math.ceil(16 * Math.log2(largest / (largestFineCode + 0.49) / unit))
    const scale = unit * sixteenths(exponent)
    values.forEach((value, column) => {
      codes[row * columns + column] = nearest(value / scale)
    })
    return exponent
  })
  return { codes, stepExponents: Int32Array.of(common), gainExponents }
}

function exponentAt(exponents: Int32Array, at: number): number {
  return exponents[exponents.length === 1 ? 0 : at] ?? 0
}
