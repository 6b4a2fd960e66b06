/**
 * The kernels of one layer as a baseline stores them: what its methods make, its package holds, and accuracy is measured
 * with.
 */
import type { HostTensor, HostTensors } from './host-tensor.ts'
import { storedValues, type StoredTensor } from './stored-tensor.ts'

/** Of shape [filters, channels, height, width], row-major. */
export type CompressedTensor = Exclude<StoredTensor, { readonly kind: 'float32' }>
export type CompressedTensors = Readonly<Record<string, CompressedTensor>>

/** The values a reader gets, in float32. */
function compressedValues(tensor: CompressedTensor): HostTensor {
  return storedValues(tensor)
}

/** The values of all of them, by name. */
export function decompressed(tensors: CompressedTensors): HostTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, compressedValues(tensor)]))
}
