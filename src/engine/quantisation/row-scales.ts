/**
 * Scales for rounding weights to few bits, one a row: the clip that loses least in the mean square (method 7.2). Scales are
 * stored in half precision, so they are chosen among its numbers.
 */
import { fromFloat16Bits, toFloat16Bits } from '#shared/basics/float16.ts'
import { sizeOf, type HostTensor } from '#shared/tensors/host-tensor.ts'
import { largestCode, scaleRows, type IntegerBits } from '#shared/tensors/stored-tensor.ts'

/** Clips tried for a row, as shares of its largest magnitude: coarse enough to be quick, 2 % apart at most. */
const clipShares = Array.from({ length: 45 }, (_, at) => 1 - at * 0.0175)
/** The smallest normal half: a row of zeros, or of smaller numbers, is stored with it. */
const smallestScale = 2 ** -14
const largestScale = 65504

/** One scale for each of the `scaleRows` of `weight`; every one is a half-precision number. */
export function rowScales(weight: HostTensor, bits: IntegerBits): Float32Array {
  const rows = scaleRows(weight.shape)
  const columns = sizeOf(weight.shape) / rows
  const scales = new Float32Array(rows)
  for (let row = 0; row < rows; row++) {
    scales[row] = bestScale(weight.data.subarray(row * columns, (row + 1) * columns), largestCode(bits))
  }
  return scales
}

/** The nearest half-precision number that can be a scale. */
export function asScale(scale: number): number {
  return fromFloat16Bits(toFloat16Bits(Math.min(largestScale, Math.max(smallestScale, scale))))
}

/** The scales whose logarithms these are, as they are stored. */
export function storedScales(logarithms: ArrayLike<number>): Float32Array {
  return Float32Array.from(logarithms, (logarithm) => asScale(Math.exp(logarithm)))
}

/** The code of `value`: the nearest one, ties to even, not beyond `largest`. */
export function codeOf(value: number, scale: number, largest: number): number {
  return Math.max(-largest, Math.min(largest, roundHalfToEven(value / scale)))
}

function bestScale(row: Float32Array | Int32Array, largest: number): number {
  let extreme = 0
  for (const value of row) extreme = Math.max(extreme, Math.abs(value))
  let best = asScale(extreme / largest)
  let least = Infinity
  for (const share of clipShares) {
    const scale = asScale((share * extreme) / largest)
    let error = 0
    for (const value of row) error += (value - codeOf(value, scale, largest) * scale) ** 2
    if (error < least) {
      least = error
      best = scale
    }
  }
  return best
}

/** As programs round, so that what is stored is what was trained. */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1
  return floor % 2 === 0 ? floor : floor + 1
}
