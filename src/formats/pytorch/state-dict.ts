import { fileError, quoted, type NamedFile } from '../file-error.ts'
import { bytesPerElement, countElements, fileTensor, type FileTensor } from '../file-tensor.ts'
import { rowMajor } from '../strided.ts'
import { isObject, type PickleValue, type StorageReference, type StridedTensor } from '../pickle/values.ts'

/** Keys under which training scripts keep the state dict beside epoch, accuracy and optimiser. */
const WRAPPER_KEYS = ['state_dict', 'model_state_dict', 'model', 'net'] as const

/** Views may repeat elements (stride 0); without a limit a file of 1 kB could fill the memory. */
const MAX_REPEATED_BYTES = 256 * 2 ** 20

/**
 * Tensors of the state dict in a pickle's root value, by name; whatever else stands beside them is left out. One that is
 * wrapped goes first: beside it a training script may keep tensors that are no weights, such as its best accuracy.
 */
export function findStateDict(file: NamedFile, root: PickleValue): ReadonlyMap<string, StridedTensor> {
  const candidates = [...wrapped(root), root]
  for (const candidate of candidates) {
    const tensors = tensorsOf(candidate)
    if (tensors.size > 0) return tensors
  }
  const found = isObject(root) ? `a ${root.kind} without tensors` : 'a single value'
  const problem = `expected a state dict, or a dict with one under ${WRAPPER_KEYS.map(quoted).join(', ')}; found ${found}`
  throw fileError(file, 'file-unsupported', problem, 'root of the pickle')
}

/** Materialises views as contiguous tensors. `storages` holds each key's bytes, already of the announced length. */
export function materialise(
  file: NamedFile,
  tensors: ReadonlyMap<string, StridedTensor>,
  storages: ReadonlyMap<string, Uint8Array>,
): ReadonlyMap<string, FileTensor> {
  let budget = MAX_REPEATED_BYTES
  for (const bytes of storages.values()) budget += bytes.byteLength
  const result = new Map<string, FileTensor>()
  for (const [name, tensor] of tensors) {
    const at = `tensor ${quoted(name)}`
    const byteLength = byteLengthOf(tensor)
    budget -= byteLength
    if (budget < 0) {
      const problem = `${at}: its ${byteLength} bytes repeat a small storage beyond what a network needs`
      throw fileError(file, 'file-unsafe', problem, at)
    }
    assertInside(file, at, tensor)
    const storage = storages.get(tensor.storage.key)
    if (storage === undefined) {
      throw fileError(file, 'file-corrupt', `${at}: expected storage ${quoted(tensor.storage.key)}, found none`, at)
    }
    result.set(name, fileTensor(tensor.shape, tensor.storage.dtype, gather(tensor, storage)))
  }
  return result
}

/** Bytes a storage must have for its reference to be true. */
export function storageBytes({ count, dtype }: StorageReference): number {
  return count * bytesPerElement[dtype]
}

function wrapped(root: PickleValue): PickleValue[] {
  if (!isObject(root) || root.kind !== 'dict') return []
  return WRAPPER_KEYS.flatMap((key) => root.entries.get(key) ?? [])
}

function tensorsOf(value: PickleValue): ReadonlyMap<string, StridedTensor> {
  const tensors = new Map<string, StridedTensor>()
  if (!isObject(value) || value.kind !== 'dict') return tensors
  for (const [name, item] of value.entries) {
    if (typeof name === 'string' && isObject(item) && item.kind === 'tensor') tensors.set(name, item)
  }
  return tensors
}

function byteLengthOf({ shape, storage }: StridedTensor): number {
  return (countElements(shape) ?? Infinity) * bytesPerElement[storage.dtype]
}

function assertInside(file: NamedFile, at: string, tensor: StridedTensor): void {
  const { shape, strides, offset, storage } = tensor
  const isEmpty = shape.includes(0)
  const last = shape.reduce((index, extent, axis) => index + (extent - 1) * (strides[axis] ?? 0), offset)
  if (isEmpty || last < storage.viewCount) return
  const problem = `${at}: expected elements below ${storage.viewCount} of its storage, found a view up to ${last}`
  throw fileError(file, 'file-corrupt', problem, at)
}

/** The view's elements in row-major order. A contiguous view shares the storage's memory. */
function gather({ shape, strides, offset, storage }: StridedTensor, bytes: Uint8Array): Uint8Array {
  const size = bytesPerElement[storage.dtype]
  return rowMajor({ shape, strides, bytesPerElement: size, start: (storage.viewOffset + offset) * size }, bytes)
}
