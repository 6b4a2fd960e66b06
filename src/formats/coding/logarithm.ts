/** Binary logarithms in sixteenths by integers alone, so that every reader has the same. */

/** Sixteenths of an octave that a number with these four binary digits behind its first is above the power of two. */
const fractions = Uint8Array.of(0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15)

/** 16 log2 of an integer from 1 to 2^31 - 1, to within two. */
export function logarithm(value: number): number {
  const octave = 31 - Math.clz32(value)
  const digits = octave >= 4 ? value >> (octave - 4) : value << (4 - octave)
  return 16 * octave + (fractions[digits & 15] ?? 0)
}
