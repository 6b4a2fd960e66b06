/**
 * Rows of all kernels that stay on the device between steps, so that a step needs to predict the sampled kernels only.
 * The others are as old as their last refresh: stale by some updates of the predictor, which changes what the networks
 * see but nothing about which gradient the sampled kernels get for it.
 */
import type { NamedTensors } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import { asMatrix, asVector } from '#engine/network/tensor-rank.ts'
import { float32Tensor, int32Tensor, sizeOf, type HostTensors, type TensorSpecs } from '#shared/tensors/host-tensor.ts'
import { named } from '../../../program/named.ts'
import type { Representation } from '../representation.ts'

/** State of this prefix belongs to the cache. */
export const cachePrefix = 'cache.'
/** State: rows of all kernels, [kernels, K * K]. */
export const cachedRows = `${cachePrefix}rows`
/** Input: where each kernel's row is taken from, int32 [kernels]. */
const rowSources = 'rowSources'

export function cacheSpecs({ table, predictor }: Representation): TensorSpecs {
  return { [cachedRows]: { shape: [table.kernels, predictor.outputs], dtype: 'float32' } }
}

/** A cache nobody has filled: the first step must refresh all of it. */
export function emptyCache(representation: Representation): HostTensors {
  return Object.fromEntries(
    Object.entries(cacheSpecs(representation)).map(([name, { shape }]) => [
      name,
      float32Tensor(shape, new Float32Array(sizeOf(shape))),
    ]),
  )
}

export function rowSourceSpecs({ table }: Representation): TensorSpecs {
  return { [rowSources]: { shape: [table.kernels], dtype: 'int32' } }
}

/**
 * The input of `refreshedRows`: a sampled kernel takes its fresh row, the others their cached one. A kernel that was
 * sampled twice has two fresh rows, which are equal.
 * @param kernels what was sampled
 */
export function rowSourcesOf({ table }: Representation, kernels: Int32Array): HostTensors {
  const sources = Int32Array.from({ length: table.kernels }, (_, kernel) => kernel)
  kernels.forEach((kernel, at) => (sources[kernel] = table.kernels + at))
  return { [rowSources]: int32Tensor([table.kernels], sources) }
}

/**
 * Rows of all kernels, the sampled ones just predicted, [kernels, K * K]. A look-up in both tables one after the other:
 * writing into a copy would race where a kernel was sampled twice.
 * @param kernels int32 [n]
 */
export function refreshedRows(
  tensors: NamedTensors,
  { prediction }: Representation,
  kernels: tf.Tensor1D,
): tf.Tensor2D {
  const fresh = prediction.rowsInParts(tensors, kernels)
  const both = tf.concat([asMatrix(named(tensors, cachedRows)), fresh])
  return asMatrix(tf.gather(both, asVector(named(tensors, rowSources))))
}
