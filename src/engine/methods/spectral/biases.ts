import { fromFloat16Bits, toFloat16Bits } from '#shared/basics/float16.ts'
import type { CodedBias } from '#shared/tensors/spectral-layer.ts'

/** Codes of biases have 12 bits with their sign. */
const largestBiasCode = 2047

/** A bias as a package holds it. */
export function codedBias(name: string, values: Float32Array): CodedBias {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const scale = largest === 0 ? 0 : toFloat16Bits(Math.max(largest / largestBiasCode, smallestScale))
  const unit = fromFloat16Bits(scale)
  return { name, scale, codes: Int32Array.from(values, (value) => (unit === 0 ? 0 : Math.round(value / unit))) }
}

/** The smallest half: below it a scale would be zero. */
const smallestScale = 2 ** -24
