/**
 * Kernels as a spectral package holds them, and the weights that a reader gets from them (docs/format.md). Every number on
 * the way is defined to the bit, so that readers in any language agree.
 */
import { float32Tensor, sizeOf, type HostTensor } from './host-tensor.ts'
import { kernelShapeOf, type RepresentedShape } from './represented-shape.ts'

/** Exponents of steps and gains count sixteenths of an octave. */
export const exponentsPerOctave = 16

/** A bias, or the shift of a folded batch norm: value = code * scale. */
export interface CodedBias {
  /** Its name in the original state dict. */
  readonly name: string
  /** Bits of a half-precision number. */
  readonly scale: number
  /** One a filter. */
  readonly codes: Int32Array
}

export interface SpectralLayer {
  /** Of the weight, in the original state dict. */
  readonly name: string
  readonly shape: RepresentedShape
  /** [filters, channels, height * width]: codes of the frequencies of each kernel, row by row; of its weights where nothing is transformed. */
  readonly codes: Int32Array
  /** One a frequency; a single one where all have the same step. The step is `step * 2^(exponent / 16)`. */
  readonly stepExponents: Int32Array
  /** One a filter, whose weights are multiplied by 2^(exponent / 16); absent where all are 0. */
  readonly gainExponents?: Int32Array
  /**
   * The batch norm whose effect the weights and the bias hold: its scale is 1, its mean 0 and its variance 1 - epsilon.
   * `bias` is the convolution's own, where it had one, which is 0 now.
   */
  readonly folded?: { readonly prefix: string; readonly epsilon: number; readonly bias?: string }
  readonly bias?: CodedBias
}

export type KernelTransform = 'cosine' | 'none'

/** 2^(exponent / 16), of an integer exponent: a product of a tabulated root of two and a power of two. */
export function sixteenths(exponent: number): number {
  const octave = Math.floor(exponent / exponentsPerOctave)
  return (rootsOfTwo[exponent - octave * exponentsPerOctave] ?? 1) * 2 ** octave
}

/** 2^(i / 16), as the nearest doubles. */
const rootsOfTwo = Array.from({ length: exponentsPerOctave }, (_, index) => 2 ** (index / exponentsPerOctave))

/**
 * Rows of the orthonormal cosine transform (DCT-II) of `size` numbers, each rounded to a multiple of 2^-30, so that
 * libraries whose cosines differ in the last bit agree: [frequency][position].
 */
export function cosineBasis(size: number): readonly (readonly number[])[] {
  return Array.from({ length: size }, (_, frequency) =>
    Array.from({ length: size }, (__, position) => {
      const scale = Math.sqrt((frequency === 0 ? 1 : 2) / size)
      const value = scale * Math.cos((Math.PI * frequency * (2 * position + 1)) / (2 * size))
      return Math.round(value * 2 ** 30) / 2 ** 30
    }),
  )
}

/** Pictures of the frequencies of a kernel: [height * width frequencies][height * width positions], row by row. */
export function kernelBasis(height: number, width: number): readonly Float64Array[] {
  const rows = cosineBasis(height)
  const columns = cosineBasis(width)
  return rows.flatMap((row) =>
    columns.map((column) => Float64Array.from(row.flatMap((down) => column.map((across) => down * across)))),
  )
}

/**
 * The weights a reader gets, folded where the layer says so. In double precision and in this order: code times step, summed
 * over the frequencies in their order each times its picture, times the gain; then rounded to float32.
 * @param step of the package
 */
export function spectralWeights(layer: SpectralLayer, transform: KernelTransform, step: number): HostTensor {
  const { shape, codes, stepExponents, gainExponents } = layer
  const [filters, channels, height, width] = kernelShapeOf(shape)
  const size = height * width
  const steps = Float64Array.from(
    { length: size },
    (_, at) => step * sixteenths(stepExponents[stepExponents.length === 1 ? 0 : at] ?? 0),
  )
  const basis = transform === 'cosine' && size > 1 ? kernelBasis(height, width) : undefined
  const weights = new Float32Array(sizeOf(shape))
  const sums = new Float64Array(size)
  for (let filter = 0; filter < filters; filter++) {
    const gain = sixteenths(gainExponents?.[filter] ?? 0)
    for (let start = filter * channels * size; start < (filter + 1) * channels * size; start += size) {
      sums.fill(0)
      for (let at = 0; at < size; at++) {
        const code = codes[start + at] ?? 0
        if (code === 0) continue
        const coefficient = code * (steps[at] ?? 0)
        if (basis === undefined) sums[at] = coefficient
        else addMultiple(sums, basis[at], coefficient)
      }
      for (let at = 0; at < size; at++) weights[start + at] = (sums[at] ?? 0) * gain
    }
  }
  return float32Tensor(shape, weights)
}

function addMultiple(sums: Float64Array, picture: Float64Array | undefined, factor: number): void {
  if (picture === undefined) return
  for (let at = 0; at < sums.length; at++) sums[at] = (sums[at] ?? 0) + factor * (picture[at] ?? 0)
}
