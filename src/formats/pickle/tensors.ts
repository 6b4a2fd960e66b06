/** Tensors as torch pickles them. Shapes and offsets are checked for sense here, for fit later. */
import { bytesOfDtype, countElements, type FileDtype } from '../file-tensor.ts'
import { corrupt, type PickleSite } from './site.ts'
import { isRead, namedDtype, storageDtype } from './globals.ts'
import {
  integerTuple,
  isObject,
  tupleItems,
  type ForeignObject,
  type PickledTensor,
  type PickleValue,
  type PickledQuantisation,
  type StorageReference,
  type StridedTensor,
} from './values.ts'

type Arguments = readonly PickleValue[]

/**
 * A storage from its persistent id ('storage', class, key, location, count[, view]). The location (cpu, cuda:0) is of
 * no interest: the bytes are the same.
 */
export function persistentStorage(site: PickleSite, id: PickleValue): StorageReference {
  const [tag, storageClass, key, , count, view = null] = tupleItems(id) ?? []
  const dtype = isObject(storageClass) && storageClass.kind === 'global' ? storageDtype(storageClass.name) : undefined
  if (tag !== 'storage' || dtype === undefined || typeof key !== 'string' || !isCount(count)) {
    throw corrupt(site, "expected ('storage', class, key, location, count) as persistent id")
  }
  if (view === null) return { kind: 'storage', key, dtype, count, viewOffset: 0, viewCount: count }
  const [, viewOffset, viewCount] = tupleItems(view) ?? []
  if (!isCount(viewOffset) || !isCount(viewCount) || viewOffset + viewCount > count) {
    throw corrupt(site, `expected a window inside a storage of ${count} elements`)
  }
  return { kind: 'storage', key, dtype, count, viewOffset, viewCount }
}

/** _rebuild_tensor_v2(storage, offset, shape, strides, ...); a foreign object for numbers that are not read. */
export function stridedTensor(
  site: PickleSite,
  [storage, offset, size, stride]: Arguments,
): StridedTensor | ForeignObject {
  const shape = integerTuple(size)
  const strides = integerTuple(stride)
  if (!isObject(storage) || storage.kind !== 'storage' || shape === undefined || strides === undefined) {
    throw corrupt(site, 'expected storage, offset, shape and strides of a tensor')
  }
  if (countElements(shape) === undefined || !strides.every(isCount) || shape.length !== strides.length) {
    const found = `shape [${shape.slice(0, 8).join(', ')}] and strides [${strides.slice(0, 8).join(', ')}]`
    throw corrupt(site, `expected a tensor's shape and strides, found ${found}`)
  }
  if (!isCount(offset)) throw corrupt(site, "expected a tensor's offset in its storage")
  const { dtype } = storage
  if (!isRead(dtype)) return foreign(`torch.${dtype}`)
  return { kind: 'tensor', storage, dtype, offset, shape, strides }
}

/** _rebuild_tensor_v3(storage of bytes, offset, shape, strides, requires_grad, hooks, dtype, ...). */
export function typedTensor(site: PickleSite, items: Arguments): StridedTensor | ForeignObject {
  const [storage = null, offset = null, size = null, stride = null, , , type] = items
  if (isObject(type) && type.kind === 'foreign') return type
  const dtype = isObject(type) && type.kind === 'global' ? namedDtype(type.name) : undefined
  if (dtype === undefined || !isObject(storage) || storage.kind !== 'storage') {
    throw corrupt(site, 'expected storage and element type of a tensor')
  }
  const bytes = bytesOfDtype[dtype]
  if (storage.dtype !== 'uint8' || storage.count % bytes !== 0 || storage.viewCount !== storage.count) {
    throw corrupt(site, `expected a storage of whole elements of ${dtype}, found ${storage.count} of ${storage.dtype}`)
  }
  const count = storage.count / bytes
  return stridedTensor(site, [{ ...storage, dtype, count, viewCount: count }, offset, size, stride])
}

/** _rebuild_parameter(data, ...): the tensor inside. */
export function parameterTensor(site: PickleSite, [data]: Arguments): PickleValue {
  if (isTensor(data) || isForeign(data)) return data
  throw corrupt(site, 'expected a tensor inside a parameter')
}

/** _rebuild_qtensor(storage, offset, shape, strides, quantizer, ...). */
export function quantisedTensor(site: PickleSite, items: Arguments): PickledTensor | ForeignObject {
  const tensor = stridedTensor(site, items)
  const [scheme, ...parameters] = tupleItems(items[4]) ?? []
  if (tensor.kind === 'foreign') return tensor
  if (isForeign(scheme)) return scheme
  if (!integerTypes.includes(tensor.dtype)) throw corrupt(site, `expected quantised integers, found ${tensor.dtype}`)
  const name = isObject(scheme) && scheme.kind === 'global' ? scheme.name : undefined
  switch (name) {
    case 'torch.per_tensor_affine':
      return { ...tensor, quantisation: perTensor(site, parameters) }
    case 'torch.per_channel_affine':
      return { ...tensor, quantisation: perChannel(site, tensor.shape, parameters) }
    default:
      throw corrupt(site, 'expected the way a tensor was quantised')
  }
}

/** Of the storages of quantised tensors. */
const integerTypes: readonly FileDtype[] = ['int8', 'uint8', 'int32']

function perTensor(site: PickleSite, [scale, zeroPoint]: Arguments): PickledQuantisation {
  if (typeof scale === 'number' && typeof zeroPoint === 'number') return { kind: 'per-tensor', scale, zeroPoint }
  throw corrupt(site, 'expected scale and zero point of a quantised tensor')
}

function perChannel(
  site: PickleSite,
  shape: readonly number[],
  [scales, zeroPoints, axis]: Arguments,
): PickledQuantisation {
  const extent = isCount(axis) ? shape[axis] : undefined
  const isFitting = (value: PickleValue | undefined): value is StridedTensor =>
    isStrided(value) && value.shape.length === 1 && value.shape[0] === extent
  if (isCount(axis) && isFitting(scales) && isFitting(zeroPoints)) {
    return { kind: 'per-channel', scales, zeroPoints, axis }
  }
  throw corrupt(site, 'expected scales and zero points, one an index of an axis, of a quantised tensor')
}

/** _rebuild_sparse_tensor(layout, (indices, values, shape, ...)), rows compressed: (row starts, columns, values, shape). */
export function sparseTensor(site: PickleSite, [layout, data]: Arguments): PickledTensor | ForeignObject {
  if (isForeign(layout)) return foreign(`a sparse tensor of layout ${layout.name}`)
  const items = tupleItems(data) ?? []
  const stranger = items.find(isForeign)
  if (stranger !== undefined) return stranger
  const isRows = isObject(layout) && layout.kind === 'global' && layout.name === 'torch.sparse_csr'
  const [first, second, ...rest] = items
  const [values, size] = isRows ? rest : [second, rest[0]]
  const shape = integerTuple(size)
  if (shape === undefined || countElements(shape) === undefined || !isStrided(first) || !isStrided(values)) {
    throw corrupt(site, 'expected indices, values and shape of a sparse tensor')
  }
  if (!isRows) return { kind: 'sparse', shape, values, places: { kind: 'coordinates', indices: first } }
  if (!isStrided(second)) throw corrupt(site, 'expected the columns of a sparse tensor')
  return { kind: 'sparse', shape, values, places: { kind: 'compressed-rows', rowStarts: first, columns: second } }
}

export function foreign(name: string): ForeignObject {
  return { kind: 'foreign', name }
}

export function isForeign(value: PickleValue | undefined): value is ForeignObject {
  return isObject(value) && value.kind === 'foreign'
}

export function isTensor(value: PickleValue | undefined): value is PickledTensor {
  return isObject(value) && (value.kind === 'tensor' || value.kind === 'sparse')
}

function isStrided(value: PickleValue | undefined): value is StridedTensor {
  return isObject(value) && value.kind === 'tensor'
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
