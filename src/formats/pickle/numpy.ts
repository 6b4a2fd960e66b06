/**
 * Arrays as numpy pickles them: `_reconstruct(ndarray, (0,), b'b')` makes an empty one, BUILD fills it with
 * (version, shape, dtype, is Fortran order, elements); `dtype('u1', ...)` is filled the same way with its byte order.
 */
import { fileError, quoted } from '../file-error.ts'
import { bytesOfDtype, countElements, fileTensor, type FileDtype } from '../file-tensor.ts'
import type { PickleSite } from './site.ts'
import { integerTuple, isObject, pickledText, tupleItems, type NumpyArray, type PickleValue } from './values.ts'

const dtypeByName: ReadonlyMap<string, FileDtype> = new Map<string, FileDtype>([
  ['u1', 'uint8'],
  ['i1', 'int8'],
  ['b1', 'bool'],
  ['i2', 'int16'],
  ['i4', 'int32'],
  ['i8', 'int64'],
  ['f4', 'float32'],
  ['f8', 'float64'],
])

export function makeArray(): PickleValue {
  return { kind: 'array' }
}

export function makeArrayType(site: PickleSite, [name]: readonly PickleValue[]): PickleValue {
  const text = pickledText(name)
  const dtype = text === undefined ? undefined : dtypeByName.get(text)
  if (dtype !== undefined) return { kind: 'array-type', dtype }
  const found = text === undefined ? 'something that is no name' : quoted(text)
  const problem = `expected an array of numbers (${[...dtypeByName.keys()].join(', ')}), found elements of type ${found}`
  throw fileError(site.file, 'file-unsupported', problem, site.at)
}

/** The state of a dtype: only its byte order and the absence of fields matter. */
export function checkArrayType(site: PickleSite, state: PickleValue): void {
  const [, order, subtype = null, names = null] = tupleItems(state) ?? []
  const text = pickledText(order)
  if (text === undefined) throw fileError(site.file, 'file-corrupt', 'expected the byte order of an array', site.at)
  if (subtype !== null || names !== null) {
    throw fileError(site.file, 'file-unsupported', 'expected an array of plain numbers, found one of fields', site.at)
  }
  if (text === '|' || text === '<') return
  const problem = `expected an array in little-endian order, found byte order ${quoted(text)}`
  throw fileError(site.file, 'file-unsupported', problem, site.at)
}

export function setArray(site: PickleSite, array: NumpyArray, state: PickleValue): void {
  const [, extents, type, isFortran, elements] = tupleItems(state) ?? []
  const shape = integerTuple(extents)
  const count = shape === undefined ? undefined : countElements(shape)
  if (shape === undefined || count === undefined || !isObject(type) || type.kind !== 'array-type') {
    throw fileError(site.file, 'file-corrupt', 'expected version, shape, type, order and elements of an array', site.at)
  }
  if (isFortran !== false && isFortran !== 0) {
    throw fileError(site.file, 'file-unsupported', 'expected an array in row-major order', site.at)
  }
  const expected = count * bytesOfDtype[type.dtype]
  if (!(elements instanceof Uint8Array) || elements.byteLength !== expected) {
    const found = elements instanceof Uint8Array ? `${elements.byteLength} bytes` : 'no bytes'
    const problem = `expected ${expected} bytes for an array of shape [${shape.slice(0, 8).join(', ')}], found ${found}`
    throw fileError(site.file, 'file-corrupt', problem, site.at)
  }
  array.content = fileTensor(shape, type.dtype, elements)
}
