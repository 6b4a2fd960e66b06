/**
 * The kernels of one layer as a baseline stores them: what its methods make, its package holds, and accuracy is measured
 * with.
 */
import { fromFloat16Bits } from '../basics/float16.ts'
import { float32Tensor, sizeOf, type HostTensor, type HostTensors } from './host-tensor.ts'
import { storedValues, type IntegerBits, type StoredTensor } from './stored-tensor.ts'

/** Weights shared within the layer: value = codebook[index]. */
export interface CodebookTensor {
  readonly kind: 'codebook'
  readonly shape: readonly number[]
  /** Of an index; the codebook has 2^bits entries. */
  readonly bits: number
  /** Bits of half-precision numbers. */
  readonly codebook: Uint16Array
  readonly indices: Uint8Array
}

/** The convolution as a product of two matrices of halves; `unfoldedIndex` says where in it a weight stands. */
export interface LowRankTensor {
  readonly kind: 'low-rank'
  readonly shape: readonly number[]
  readonly unfolding: Unfolding
  readonly rank: number
  /** [rows, rank] and [rank, columns] of `unfoldedSize`. */
  readonly left: Uint16Array
  readonly right: Uint16Array
}

/** Few weights with their positions; the others are zero. */
export interface SparseTensor {
  readonly kind: 'sparse'
  readonly shape: readonly number[]
  /** 1 for a weight that is stored, one a weight. */
  readonly mask: Uint8Array
  /** Of the stored ones, in their order; integers have a scale a filter. */
  readonly values:
    | { readonly kind: 'float16'; readonly halves: Uint16Array }
    | {
        readonly kind: 'integer'
        readonly bits: IntegerBits
        readonly codes: Int8Array
        readonly scales: Uint16Array
      }
}

/** Of shape [filters, channels, height, width], row-major. */
export type CompressedTensor =
  Exclude<StoredTensor, { readonly kind: 'float32' }> | CodebookTensor | LowRankTensor | SparseTensor
export type CompressedTensors = Readonly<Record<string, CompressedTensor>>

/** The values a reader gets, in float32. */
function compressedValues(tensor: CompressedTensor): HostTensor {
  switch (tensor.kind) {
    case 'float16':
    case 'integer':
      return storedValues(tensor)
    case 'codebook': {
      const entries = Float32Array.from(tensor.codebook, fromFloat16Bits)
      return float32Tensor(
        tensor.shape,
        Float32Array.from(tensor.indices, (index) => entries[index] ?? 0),
      )
    }
    case 'low-rank':
      return multiplied(tensor)
    case 'sparse':
      return spread(tensor)
  }
}

/** The values of all of them, by name. */
export function decompressed(tensors: CompressedTensors): HostTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, compressedValues(tensor)]))
}

export const unfoldings = ['filters', 'separable'] as const
/** How kernels become a matrix: a row a filter; or a row a channel and kernel row, a column a filter and kernel column. */
export type Unfolding = (typeof unfoldings)[number]

/** [rows, columns] of the unfolded kernels. */
export function unfoldedSize(shape: readonly number[], unfolding: Unfolding): readonly [number, number] {
  const [filters = 1, channels = 1, height = 1, width = 1] = shape
  return unfolding === 'filters' ? [filters, channels * height * width] : [channels * height, filters * width]
}

/** Where in the unfolded matrix, row-major, the weight at row-major position `at` stands. */
export function unfoldedIndex(shape: readonly number[], unfolding: Unfolding, at: number): number {
  if (unfolding === 'filters') return at
  const [filters = 1, channels = 1, height = 1, width = 1] = shape
  const column = at % width
  const row = Math.floor(at / width) % height
  const channel = Math.floor(at / (width * height)) % channels
  const filter = Math.floor(at / (width * height * channels))
  return (channel * height + row) * filters * width + filter * width + column
}

/** Sums in float64 from the first term on, rounded once. */
function multiplied({ shape, unfolding, rank, left, right }: LowRankTensor): HostTensor {
  const [, columns] = unfoldedSize(shape, unfolding)
  const a = Float64Array.from(left, fromFloat16Bits)
  const b = Float64Array.from(right, fromFloat16Bits)
  const values = new Float32Array(sizeOf(shape))
  for (let at = 0; at < values.length; at++) {
    const index = unfoldedIndex(shape, unfolding, at)
    const row = Math.floor(index / columns)
    const column = index % columns
    let sum = 0
    for (let term = 0; term < rank; term++) sum += (a[row * rank + term] ?? 0) * (b[term * columns + column] ?? 0)
    values[at] = sum
  }
  return float32Tensor(shape, values)
}

function spread({ shape, mask, values }: SparseTensor): HostTensor {
  const columns = sizeOf(shape.slice(1))
  const stored = values.kind === 'float16' ? Float32Array.from(values.halves, fromFloat16Bits) : values.codes
  const scales = values.kind === 'float16' ? undefined : Float32Array.from(values.scales, fromFloat16Bits)
  let next = 0
  const all = Float32Array.from(mask, (isStored, at) => {
    if (isStored === 0) return 0
    return (stored[next++] ?? 0) * (scales?.[Math.floor(at / columns)] ?? 1)
  })
  return float32Tensor(shape, all)
}
