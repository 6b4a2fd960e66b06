import type { FileDtype, FileTensor } from '../file-tensor.ts'
import type { AllowedGlobal, StorageDtype } from './globals.ts'

/** What the pickle interpreter can make. There is no function and no object with behaviour among it. */
export type PickleValue = null | boolean | number | bigint | string | Uint8Array | PickleObject

type PickleObject =
  | { readonly kind: 'tuple'; readonly items: readonly PickleValue[] }
  | { readonly kind: 'list'; readonly items: PickleValue[] }
  | { readonly kind: 'dict'; readonly entries: Map<PickleValue, PickleValue> }
  | { readonly kind: 'global'; readonly name: AllowedGlobal }
  | StorageReference
  | PickledTensor
  | NumpyArray
  | NumpyType
  /** Something allowed that carries no weights: a device, a set. */
  | { readonly kind: 'irrelevant' }
  | ForeignObject

/**
 * Stands for an object of a class that the interpreter does not know, and for all that would be made of it: calls,
 * attributes and items put into it lead nowhere. `name` is the class, or says what is not read.
 */
export interface ForeignObject {
  readonly kind: 'foreign'
  readonly name: string
}

/** A storage's place in the file, as its persistent id announces it. Nothing in it has been checked against bytes. */
export interface StorageReference {
  readonly kind: 'storage'
  readonly key: string
  readonly dtype: StorageDtype
  /** Elements of the whole storage. */
  readonly count: number
  /** A storage can be a window of another: first element and number of elements. */
  readonly viewOffset: number
  readonly viewCount: number
}

/** A tensor as PyTorch pickles it; nothing in it has been checked against bytes. */
export type PickledTensor = StridedTensor | PickledSparseTensor

/** A view of a storage; `strides` and `offset` count elements. */
export interface StridedTensor {
  readonly kind: 'tensor'
  readonly storage: StorageReference
  readonly dtype: FileDtype
  readonly offset: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]
  /** Of integers that stand for (integer - zero point) * scale. */
  readonly quantisation?: PickledQuantisation
}

export type PickledQuantisation =
  | { readonly kind: 'per-tensor'; readonly scale: number; readonly zeroPoint: number }
  | {
      readonly kind: 'per-channel'
      readonly scales: StridedTensor
      readonly zeroPoints: StridedTensor
      /** Along which each index has a scale and a zero point of its own. */
      readonly axis: number
    }

/** `coordinates`: [axes, values] of int64. `compressed-rows`: where each row begins in `columns` and `values`. */
export interface PickledSparseTensor {
  readonly kind: 'sparse'
  readonly shape: readonly number[]
  readonly values: StridedTensor
  readonly places:
    | { readonly kind: 'coordinates'; readonly indices: StridedTensor }
    | { readonly kind: 'compressed-rows'; readonly rowStarts: StridedTensor; readonly columns: StridedTensor }
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
export function pickledText(value: PickleValue | undefined): string | undefined {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1')
  return typeof value === 'string' ? value : undefined
}
