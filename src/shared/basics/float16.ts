/** IEEE 754 half precision in software: current Electron has it built in, the oldest one supported has not. */

const float = new Float32Array(1)
const word = new Uint32Array(float.buffer)

/** Bits of the nearest half (ties to even); beyond 65,504 infinity. */
export function toFloat16Bits(value: number): number {
  float[0] = value
  const bits = word[0] ?? 0
  const sign = (bits >>> 16) & 0x8000
  const exponent = (bits >>> 23) & 0xff
  const fraction = bits & 0x7f_ffff
  if (exponent === 0xff) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200)
  // Unbiased exponent + 15; halves below 2^-14 are subnormal, below 2^-25 zero.
  const half = exponent - 112
  if (half >= 31) return sign | 0x7c00
  if (half < -10) return sign
  const isSubnormal = half <= 0
  const significand = isSubnormal ? fraction | 0x80_0000 : fraction
  const shift = isSubnormal ? 14 - half : 13
  const kept = significand >>> shift
  const rest = significand & ((1 << shift) - 1)
  const tie = 1 << (shift - 1)
  const isUp = rest > tie || (rest === tie && (kept & 1) === 1)
  // A carry out of the fraction runs into the exponent, which is the next half; from the largest one it is infinity.
  return sign | ((isSubnormal ? 0 : half << 10) + kept + (isUp ? 1 : 0))
}

/** The value of half-precision `bits`. */
export function fromFloat16Bits(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1
  const exponent = (bits >>> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN
  if (exponent === 0) return sign * fraction * 2 ** -24
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
