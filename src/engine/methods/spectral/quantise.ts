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
  const scaled = Float64Array.from(coefficients, (value, at) => value * (scales[at % size] ?? 0))
  let codes = Int32Array.from(scaled, nearest)
  if (rateWeight > 0) {
    for (let pass = 0; pass < ratePasses; pass++) codes = cheaperCodes(scaled, codes, size, rateWeight)
  }
  return { codes, stepExponents, ...(gainExponents === undefined ? {} : { gainExponents }) }
}

/** Halves away from zero, so that rounding is symmetric. */
function nearest(value: number): number {
  return value < 0 ? -Math.floor(0.5 - value) : Math.floor(value + 0.5)
}

/** For each code the nearest, the next one towards zero or zero: whichever costs least in squared error and bits. */
function cheaperCodes(
  scaled: Float64Array,
  codes: Int32Array,
  size: number,
  rateWeight: number,
): Int32Array<ArrayBuffer> {
  const rates = CodeRates.of(codes, size)
  return Int32Array.from(scaled, (value, at) => {
    const own = nearest(value)
    if (own === 0) return 0
    const cost = (code: number): number => (value - code) ** 2 + rateWeight * rates.bits(at % size, code)
    const below = own - Math.sign(own)
    const better = cost(below) < cost(own) ? below : own
    return better !== 0 && cost(0) < cost(better) ? 0 : better
  })
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
