/** The numbers of pickled tensors: views gathered, integers scaled, sparse ones spread out. */
import { fileError, quoted, type NamedFile } from '../file-error.ts'
import { bytesOfDtype, countElements, fileTensor, type FileTensor } from '../file-tensor.ts'
import { elementBytes } from '../pickle/globals.ts'
import type { PickledTensor, StorageReference, StridedTensor } from '../pickle/values.ts'
import { rowMajor } from '../strided.ts'
import type { LoadedTensors } from '../tensor-dict.ts'
import { dequantised } from './quantised.ts'
import { spreadOut } from './sparse.ts'

/** Views may repeat elements (stride 0), sparse tensors leave them out; without a limit a file of 1 kB could fill the memory. */
const MAX_REPEATED_BYTES = 256 * 2 ** 20

/** Bytes a storage must have for its reference to be true. */
export function storageBytes({ count, dtype }: StorageReference): number {
  return count * elementBytes(dtype)
}

/** The storages that a tensor looks at, those of its scales and indices among them. */
export function storagesOf(tensor: PickledTensor): readonly StorageReference[] {
  return partsOf(tensor).map(({ storage }) => storage)
}

/**
 * Materialises tensors as contiguous ones. `storages` holds each key's bytes, already of the announced length. Throws
 * `file-corrupt`, and `file-unsafe` where tensors would need much more memory than the file has.
 */
export function materialise(
  file: NamedFile,
  tensors: ReadonlyMap<string, PickledTensor>,
  storages: ReadonlyMap<string, Uint8Array>,
): LoadedTensors {
  const materialiser = new Materialiser(file, storages)
  const values = [...tensors].map(([name, tensor]) => [name, materialiser.read(name, tensor)] as const)
  const quantised = [...tensors.values()].filter((tensor) => tensor.kind === 'tensor' && tensor.quantisation).length
  const sparse = [...tensors.values()].filter(({ kind }) => kind === 'sparse').length
  return {
    tensors: new Map(values),
    notes: [
      ...(quantised === 0 ? [] : [`Quantised tensors were read as the numbers they stand for: ${quantised}.`]),
      ...(sparse === 0 ? [] : [`Sparse tensors were read with their zeros: ${sparse}.`]),
    ],
  }
}

class Materialiser {
  readonly #file: NamedFile
  readonly #storages: ReadonlyMap<string, Uint8Array>
  #budget = MAX_REPEATED_BYTES

  constructor(file: NamedFile, storages: ReadonlyMap<string, Uint8Array>) {
    this.#file = file
    this.#storages = storages
    for (const bytes of storages.values()) this.#budget += bytes.byteLength
  }

  read(name: string, tensor: PickledTensor): FileTensor {
    const at = `tensor ${quoted(name)}`
    const gathered = (part: StridedTensor): FileTensor => this.#gather(at, part)
    if (tensor.kind === 'sparse') {
      this.#spend(at, (countElements(tensor.shape) ?? Infinity) * bytesOfDtype.float32)
      return spreadOut({ file: this.#file, at }, tensor, gathered)
    }
    if (tensor.quantisation === undefined) return gathered(tensor)
    this.#spend(at, (countElements(tensor.shape) ?? Infinity) * bytesOfDtype.float32)
    return dequantised(gathered(tensor), tensor.quantisation, gathered)
  }

  /** The view's elements in row-major order. A contiguous view shares the storage's memory. */
  #gather(at: string, tensor: StridedTensor): FileTensor {
    const { shape, strides, offset, storage, dtype } = tensor
    const size = bytesOfDtype[dtype]
    this.#spend(at, (countElements(shape) ?? Infinity) * size)
    this.#assertInside(at, tensor)
    const bytes = this.#storages.get(storage.key)
    if (bytes === undefined) {
      const problem = `${at}: expected storage ${quoted(storage.key)}, found none`
      throw fileError(this.#file, 'file-corrupt', problem, at)
    }
    const start = (storage.viewOffset + offset) * size
    return fileTensor(shape, dtype, rowMajor({ shape, strides, bytesPerElement: size, start }, bytes))
  }

  #spend(at: string, byteLength: number): void {
    this.#budget -= byteLength
    if (this.#budget >= 0) return
    const problem = `${at}: its ${byteLength} bytes repeat a small storage beyond what a network needs`
    throw fileError(this.#file, 'file-unsafe', problem, at)
  }

  #assertInside(at: string, { shape, strides, offset, storage }: StridedTensor): void {
    const isEmpty = shape.includes(0)
    const last = shape.reduce((index, extent, axis) => index + (extent - 1) * (strides[axis] ?? 0), offset)
    if (isEmpty || last < storage.viewCount) return
    const problem = `${at}: expected elements below ${storage.viewCount} of its storage, found a view up to ${last}`
    throw fileError(this.#file, 'file-corrupt', problem, at)
  }
}

function partsOf(tensor: PickledTensor): readonly StridedTensor[] {
  if (tensor.kind === 'tensor') {
    const { quantisation } = tensor
    return quantisation?.kind === 'per-channel' ? [tensor, quantisation.scales, quantisation.zeroPoints] : [tensor]
  }
  const { values, places } = tensor
  return places.kind === 'coordinates' ? [values, places.indices] : [values, places.rowStarts, places.columns]
}
