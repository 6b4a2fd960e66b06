import type { FileDtype, FileTensor } from '../file-tensor.ts'

/** What the pickle interpreter can make. There is no function and no object with behaviour among it. */
export type PickleValue = null | boolean | number | bigint | string | Uint8Array | PickleObject

type PickleObject =
  | { readonly kind: 'tuple'; readonly items: readonly PickleValue[] }
  | { readonly kind: 'list'; readonly items: PickleValue[] }
  | { readonly kind: 'dict'; readonly entries: Map<PickleValue, PickleValue> }
  | { readonly kind: 'global'; readonly name: AllowedGlobal }
  | StorageReference
  | StridedTensor
  | NumpyArray
  | NumpyType
  /** Something allowed that carries no weights: a device, a data type. */
  | { readonly kind: 'irrelevant' }

/** A storage's place in the file, as its persistent id announces it. Nothing in it has been checked against bytes. */
export interface StorageReference {
  readonly kind: 'storage'
  readonly key: string
  readonly dtype: FileDtype
  /** Elements of the whole storage. */
  readonly count: number
  /** A storage can be a window of another: first element and number of elements. */
  readonly viewOffset: number
  readonly viewCount: number
}

/** A view of a storage; `strides` and `offset` count elements. */
export interface StridedTensor {
  readonly kind: 'tensor'
  readonly storage: StorageReference
  readonly offset: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]
}

/** A numpy array; `content` is missing between its making (REDUCE) and its filling (BUILD). */
export interface NumpyArray {
  readonly kind: 'array'
  content?: FileTensor
}

/** A numpy element type in little-endian order. */
interface NumpyType {
  readonly kind: 'array-type'
  readonly dtype: FileDtype
}

const rebuilders = [
  'torch._utils._rebuild_tensor',
  'torch._utils._rebuild_tensor_v2',
  'torch._utils._rebuild_parameter',
  'torch.Size',
  'torch.device',
  'collections.OrderedDict',
  'collections.Counter',
] as const

/** dtype of each storage class of module `torch`. */
const storageDtypes = {
  'torch.DoubleStorage': 'float64',
  'torch.FloatStorage': 'float32',
  'torch.HalfStorage': 'float16',
  'torch.BFloat16Storage': 'bfloat16',
  'torch.LongStorage': 'int64',
  'torch.IntStorage': 'int32',
  'torch.ShortStorage': 'int16',
  'torch.CharStorage': 'int8',
  'torch.ByteStorage': 'uint8',
  'torch.BoolStorage': 'bool',
} as const satisfies Readonly<Record<string, FileDtype>>

const dtypeNames = [
  'torch.float64',
  'torch.float32',
  'torch.float16',
  'torch.bfloat16',
  'torch.int64',
  'torch.int32',
  'torch.int16',
  'torch.int8',
  'torch.uint8',
  'torch.bool',
] as const

const numpyNames = ['numpy.core.multiarray._reconstruct', 'numpy.ndarray', 'numpy.dtype'] as const

type StorageClass = keyof typeof storageDtypes
type NumpyName = (typeof numpyNames)[number]
/** The complete list of names a pickle may ask for. */
export type AllowedGlobal = (typeof rebuilders)[number] | StorageClass | (typeof dtypeNames)[number] | NumpyName

/** What a pickle is expected to hold: a state dict of torch tensors, or a data set of numpy arrays. */
export type PickleVocabulary = 'torch' | 'numpy'

const allowedGlobals: Readonly<Record<PickleVocabulary, ReadonlySet<string>>> = {
  torch: new Set([...rebuilders, ...Object.keys(storageDtypes), ...dtypeNames]),
  numpy: new Set(numpyNames),
}

export function isAllowedGlobal(name: string, vocabulary: PickleVocabulary): name is AllowedGlobal {
  return allowedGlobals[vocabulary].has(name)
}

/** Element type of a storage class; undefined for every other global. */
export function storageDtype(name: AllowedGlobal): FileDtype | undefined {
  return name in storageDtypes ? storageDtypes[name as StorageClass] : undefined
}

export function isObject(value: PickleValue | undefined): value is PickleObject {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array)
}

/** The items of a tuple, otherwise undefined. */
export function tupleItems(value: PickleValue | undefined): readonly PickleValue[] | undefined {
  return isObject(value) && value.kind === 'tuple' ? value.items : undefined
}

/** A tuple of integers as numbers, otherwise undefined. */
export function integerTuple(value: PickleValue | undefined): readonly number[] | undefined {
  const items = tupleItems(value)
  return items?.every((item): item is number => Number.isSafeInteger(item)) ? items : undefined
}

/** Text, also where it was written by Python 2, whose str is bytes; undefined for anything else. */
export function textOf(value: PickleValue | undefined): string | undefined {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1')
  return typeof value === 'string' ? value : undefined
}
