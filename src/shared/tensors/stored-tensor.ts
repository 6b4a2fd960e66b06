/**
 * Tensors at the precision they are stored at: what the predictor's compression makes, the package holds, and accuracy
 * is measured with. Integers have as many bits as they say, also on disk.
 */
import { fromFloat16Bits } from '../basics/float16.ts'
import { float32Tensor, sizeOf, type HostTensor } from './host-tensor.ts'

/** Bits of a signed integer code; its values reach from -(2^(bits-1) - 1) to 2^(bits-1) - 1, symmetric. */
export const integerBits = [2, 3, 4, 5, 6, 7, 8] as const
export type IntegerBits = (typeof integerBits)[number]

/** Row-major values of `shape`. */
export type StoredTensor =
  | { readonly kind: 'float32'; readonly shape: readonly number[]; readonly values: Float32Array }
  /** `halves` are the bits of half-precision numbers. */
  | { readonly kind: 'float16'; readonly shape: readonly number[]; readonly halves: Uint16Array }
  /** Value = code * scale of its row (`scaleRows`). `scales` are bits of half-precision numbers. */
  | {
      readonly kind: 'integer'
      readonly shape: readonly number[]
      readonly bits: IntegerBits
      readonly codes: Int8Array
      readonly scales: Uint16Array
    }
export type StoredTensors = Readonly<Record<string, StoredTensor>>

/** Rows of a tensor of integers, each with a scale: indices of the first axis, but a vector is one row. */
export function scaleRows(shape: readonly number[]): number {
  return shape.length < 2 ? 1 : (shape[0] ?? 1)
}

/** Largest code of so many bits. */
export function largestCode(bits: IntegerBits): number {
  return 2 ** (bits - 1) - 1
}

/** The values a reader gets, in float32 (a product of code and scale is rounded once). */
export function storedValues(tensor: StoredTensor): HostTensor {
  const { shape } = tensor
  switch (tensor.kind) {
    case 'float32':
      return float32Tensor(shape, tensor.values)
    case 'float16':
      return float32Tensor(shape, Float32Array.from(tensor.halves, fromFloat16Bits))
    case 'integer': {
      const columns = sizeOf(shape) / scaleRows(shape)
      const scales = Float32Array.from(tensor.scales, fromFloat16Bits)
      const values = Float32Array.from(tensor.codes, (code, at) => code * (scales[Math.floor(at / columns)] ?? 0))
      return float32Tensor(shape, values)
    }
  }
}
