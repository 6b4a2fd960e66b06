/**
 * How fine each frequency of a kernel is quantised. Feature maps have most of their power at low frequencies, so errors
 * there disturb a network most; steps go with the inverse root of that sensitivity.
 */
import { exponentsPerOctave, type KernelTransform } from '#shared/tensors/spectral-layer.ts'

/** Sensitivity to errors of a 3x3 kernel's frequencies, measured once on a ResNet-20 trained on CIFAR-10. */
const sensitivities = [
  [5, 1.1, 0.4],
  [1.1, 0.4, 0.12],
  [0.4, 0.12, 0.06],
] as const

/** Step of untransformed weights in the unit of the others: with it both spend about as many bits. */
const untransformedStep = 1.6

/**
 * Exponents of the steps of a kernel's frequencies, row by row, in sixteenths of an octave; a single one where all have one
 * step. Kernels of other sizes take the table's values at the same places between the lowest and the highest frequency.
 */
export function frequencyExponents(height: number, width: number, transform: KernelTransform): Int32Array {
  if (transform === 'none') return Int32Array.of(exponentOf(untransformedStep))
  return Int32Array.from({ length: height * width }, (_, at) => {
    const logarithm = logarithmAt(place(Math.floor(at / width), height), place(at % width, width))
    return exponentOf(Math.exp(-logarithm / 2))
  })
}

/** The nearest exponent to a positive factor. */
export function exponentOf(factor: number): number {
  return Math.round(exponentsPerOctave * Math.log2(factor))
}

/** A frequency of `size` on the table's axis, 0 to 2. */
function place(frequency: number, size: number): number {
  return size === 1 ? 0 : (2 * frequency) / (size - 1)
}

/** Logarithm of the sensitivity, bilinear between the table's entries. */
function logarithmAt(row: number, column: number): number {
  const [top, left] = [Math.min(1, Math.floor(row)), Math.min(1, Math.floor(column))]
  const [down, right] = [row - top, column - left]
  const entry = (y: number, x: number): number => Math.log(sensitivities[y]?.[x] ?? 1)
  const between = (y: number): number => (1 - right) * entry(y, left) + right * entry(y, left + 1)
  return (1 - down) * between(top) + down * between(top + 1)
}
