/**
 * Rounding for entropy codes: with them it is the steps between codes that decide about the size, not how many codes there
 * are, and wide steps without a clip lose less than few codes (entropy-constrained scalar quantisation, Gish and Pierce
 * 1968). Fractions of a bit are sizes like any other.
 */
import type { HostTensor } from '#shared/tensors/host-tensor.ts'
import type { IntegerBits } from '#shared/tensors/stored-tensor.ts'
import { largestCode } from '#shared/tensors/stored-tensor.ts'
import { codeOf } from './row-scales.ts'

export interface ScaledMatrix {
  readonly weight: HostTensor
  readonly bits: IntegerBits
  /** One a row. */
  readonly scales: Float32Array
}

/** Widest steps, in those that round best: codes are then nearly all zero. */
const widest = 2 ** 8
/** Halvings of the exponent's range: to a hundredth of a percent of a step. */
const halvings = 16

/** The factor of all scales, at least 1, with which the codes of `matrices` have an entropy of `bits` a weight at most. */
export function wideningFor(bits: number, matrices: readonly ScaledMatrix[]): number {
  if (codedBits(matrices, 1) <= bits) return 1
  let [low, high] = [0, Math.log(widest)]
  for (let at = 0; at < halvings; at++) {
    const middle = (low + high) / 2
    if (codedBits(matrices, Math.exp(middle)) > bits) low = middle
    else high = middle
  }
  return Math.exp(high)
}

/** Entropy of the codes, a weight, with all scales multiplied by `factor`; each matrix has its own frequencies. */
export function codedBits(matrices: readonly ScaledMatrix[], factor: number): number {
  let [entropy, count] = [0, 0]
  for (const { weight, bits, scales } of matrices) {
    const largest = largestCode(bits)
    const frequencies = new Uint32Array(2 * largest + 1)
    const columns = weight.data.length / scales.length
    weight.data.forEach((value, at) => {
      const code = codeOf(value, (scales[Math.floor(at / columns)] ?? 1) * factor, largest) + largest
      frequencies[code] = (frequencies[code] ?? 0) + 1
    })
    count += weight.data.length
    for (const frequency of frequencies) {
      if (frequency > 0) entropy -= frequency * Math.log2(frequency / weight.data.length)
    }
  }
  return count === 0 ? 0 : entropy / count
}
