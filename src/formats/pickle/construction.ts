/** What the allowed globals make of their arguments. Shapes and offsets are checked for sense here, for fit later. */
import { fileError, type NamedFile } from '../file-error.ts'
import { countElements } from '../file-tensor.ts'
import { checkArrayType, makeArray, makeArrayType, setArray } from './numpy.ts'
import { integerTuple, isObject, storageDtype, tupleItems, type PickleValue, type StorageReference } from './values.ts'

/** Where in which file a pickle asks for something. */
export interface PickleSite {
  readonly file: NamedFile
  readonly at: string
}

/** The result of calling an allowed global. */
export function reduce(site: PickleSite, callee: PickleValue, args: PickleValue): PickleValue {
  const items = tupleItems(args)
  if (!isObject(callee) || callee.kind !== 'global' || items === undefined) {
    throw corrupt(site, 'expected a call of a named class with a tuple of arguments')
  }
  switch (callee.name) {
    case 'collections.OrderedDict':
      return orderedDict(site, items)
    case 'collections.Counter':
      return { kind: 'dict', entries: new Map() } // learning-rate schedules keep milestones in one: no weights
    case 'torch._utils._rebuild_tensor':
    case 'torch._utils._rebuild_tensor_v2':
      return tensor(site, items)
    case 'torch._utils._rebuild_parameter':
      return parameter(site, items)
    case 'torch.Size':
      return items[0] ?? { kind: 'tuple', items: [] }
    case 'torch.device':
      return { kind: 'irrelevant' }
    case 'numpy.core.multiarray._reconstruct':
      return makeArray()
    case 'numpy.dtype':
      return makeArrayType(site, items)
    default:
      throw corrupt(site, `expected a call that makes a tensor or a dict, found a call of ${callee.name}`)
  }
}

/** BUILD fills an array, or gives an object its attributes. Those of a dict (`_metadata` of a state dict) hold no weights. */
export function buildObject(site: PickleSite, target: PickleValue, state: PickleValue): void {
  if (isObject(target) && target.kind === 'array') return setArray(site, target, state)
  if (isObject(target) && target.kind === 'array-type') return checkArrayType(site, state)
  const isAttributes = isObject(state) && (state.kind === 'dict' || state.kind === 'tuple')
  if (!isObject(target) || (target.kind !== 'dict' && target.kind !== 'tensor') || !isAttributes) {
    throw corrupt(site, 'expected attributes of a dict or of a tensor')
  }
}

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

function tensor(site: PickleSite, [storage, offset, size, stride]: readonly PickleValue[]): PickleValue {
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
  return { kind: 'tensor', storage, offset, shape, strides }
}

function parameter(site: PickleSite, [data]: readonly PickleValue[]): PickleValue {
  if (isObject(data) && data.kind === 'tensor') return data
  throw corrupt(site, 'expected a tensor inside a parameter')
}

/** OrderedDict() or OrderedDict([[key, value], ...]); the latter is how Python 2 wrote them. */
function orderedDict(site: PickleSite, [pairs]: readonly PickleValue[]): PickleValue {
  const entries = new Map<PickleValue, PickleValue>()
  if (pairs === undefined) return { kind: 'dict', entries }
  if (!isObject(pairs) || pairs.kind !== 'list') throw corrupt(site, 'expected a list of pairs for an OrderedDict')
  for (const pair of pairs.items) {
    const items = isObject(pair) && (pair.kind === 'list' || pair.kind === 'tuple') ? pair.items : []
    const [key, value] = items
    if (key === undefined || value === undefined) throw corrupt(site, 'expected a pair of key and value')
    entries.set(key, value)
  }
  return { kind: 'dict', entries }
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function corrupt(site: PickleSite, problem: string) {
  return fileError(site.file, 'file-corrupt', problem, site.at)
}
