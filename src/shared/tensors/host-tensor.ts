/** Tensors in ordinary memory: the currency between files, programs and processes. */

export type TensorDtype = 'float32' | 'int32'

export interface TensorSpec {
  readonly shape: readonly number[]
  readonly dtype: TensorDtype
}

/** Row-major data; `data.length` equals the product of `shape`. */
export type HostTensor =
  | { readonly shape: readonly number[]; readonly dtype: 'float32'; readonly data: Float32Array }
  | { readonly shape: readonly number[]; readonly dtype: 'int32'; readonly data: Int32Array }

export type TensorSpecs = Readonly<Record<string, TensorSpec>>
export type HostTensors = Readonly<Record<string, HostTensor>>

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, extent) => size * extent, 1)
}

/** A float32 tensor; `data` is not copied. Throws RangeError when its length does not fit `shape`. */
export function float32Tensor(shape: readonly number[], data: Float32Array): HostTensor {
  assertLength(shape, data.length)
  return { shape, dtype: 'float32', data }
}

/** An int32 tensor; `data` is not copied. Throws RangeError when its length does not fit `shape`. */
export function int32Tensor(shape: readonly number[], data: Int32Array): HostTensor {
  assertLength(shape, data.length)
  return { shape, dtype: 'int32', data }
}

export function scalarTensor(value: number): HostTensor {
  return { shape: [], dtype: 'float32', data: Float32Array.of(value) }
}

function assertLength(shape: readonly number[], length: number): void {
  if (sizeOf(shape) !== length) {
    throw new RangeError(`shape [${shape.join(', ')}] needs ${sizeOf(shape)} values, got ${length}`)
  }
}
