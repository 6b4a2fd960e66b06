/** What globals make of their arguments. Those that are not known make nothing of them (docs/adr/0016). */
import { checkArrayType, makeArray, makeArrayType, setArray } from './numpy.ts'
import { corrupt, type PickleSite } from './site.ts'
import {
  foreign,
  isForeign,
  parameterTensor,
  quantisedTensor,
  sparseTensor,
  stridedTensor,
  typedTensor,
} from './tensors.ts'
import { isObject, pickledText, tupleItems, type PickleValue } from './values.ts'

/** The result of calling a global. */
export function reduce(site: PickleSite, callee: PickleValue, args: PickleValue): PickleValue {
  if (isForeign(callee)) return callee
  const items = tupleItems(args)
  if (!isObject(callee) || callee.kind !== 'global' || items === undefined) {
    throw corrupt(site, 'expected a call of a named class with a tuple of arguments')
  }
  switch (callee.name) {
    case 'collections.OrderedDict':
      return orderedDict(site, items)
    case 'collections.defaultdict': // its argument makes values that are not there
    case 'collections.Counter': // learning-rate schedules keep milestones in one: no weights
      return { kind: 'dict', entries: new Map() }
    case 'torch._utils._rebuild_tensor':
    case 'torch._utils._rebuild_tensor_v2':
      return stridedTensor(site, items)
    case 'torch._utils._rebuild_tensor_v3':
      return typedTensor(site, items)
    case 'torch._utils._rebuild_parameter':
    case 'torch._utils._rebuild_parameter_with_state':
      return parameterTensor(site, items)
    case 'torch._utils._rebuild_qtensor':
      return quantisedTensor(site, items)
    case 'torch._utils._rebuild_sparse_tensor':
      return sparseTensor(site, items)
    case 'torch._tensor._rebuild_from_type_v2':
      return typedObject(site, items)
    case 'torch.serialization._get_layout':
      return layout(site, items)
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
  if (isForeign(target)) return
  if (isObject(target) && target.kind === 'array') return setArray(site, target, state)
  if (isObject(target) && target.kind === 'array-type') return checkArrayType(site, state)
  const isAttributes = isObject(state) && ['dict', 'tuple', 'foreign'].includes(state.kind)
  if (!isObject(target) || !['dict', 'tensor', 'sparse'].includes(target.kind) || !isAttributes) {
    throw corrupt(site, 'expected attributes of a dict or of a tensor')
  }
}

/** _rebuild_from_type_v2(constructor, class, arguments, attributes): a tensor with attributes, or of a foreign class. */
function typedObject(site: PickleSite, [constructor = null, type, args = null]: readonly PickleValue[]): PickleValue {
  if (isForeign(type)) return type
  const isTensorClass = isObject(type) && type.kind === 'global' && tensorClasses.has(type.name)
  const isNested = isObject(constructor) && constructor.kind === 'global' && constructor.name === ownName
  // Once is all that torch writes; more would only be a way to nest deeply.
  if (!isTensorClass || isNested) throw corrupt(site, 'expected a constructor and a class of tensors')
  return reduce(site, constructor, args)
}

const ownName = 'torch._tensor._rebuild_from_type_v2'
const tensorClasses: ReadonlySet<string> = new Set([
  'torch.Tensor',
  'torch._tensor.Tensor',
  'torch.nn.parameter.Parameter',
  'torch.nn.parameter.Buffer',
])

function layout(site: PickleSite, [value]: readonly PickleValue[]): PickleValue {
  const name = pickledText(value)
  if (name === undefined) throw corrupt(site, 'expected the name of a layout')
  return name === 'torch.sparse_coo' || name === 'torch.sparse_csr' ? { kind: 'global', name } : foreign(name)
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
