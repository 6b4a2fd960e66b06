/**
 * How a traced value exists while its graph is lowered.
 *
 * The logical shape is what the program sees. In memory axes may lie in another order (`order[i]` is the logical axis
 * at physical position i), and an axis may be stored once although it is logically longer (`extents[axis] === 1 <
 * shape[axis]`). So transposes and broadcasts cost nothing until an operation needs one particular layout.
 */
import { AppException } from '#shared/basics/result.ts'
import type { ConstantData, ValueSpec } from '../graph.ts'

export interface Layout {
  /** Logical axes in physical order. */
  readonly order: readonly number[]
  /** Stored length of every logical axis: its shape, or 1 where the axis is broadcast. */
  readonly extents: readonly number[]
}

/** Every element is the same number. */
interface UniformSource {
  readonly kind: 'uniform'
  readonly value: number
}

/** Known contents, not yet part of the model; `data` lies in the physical order. */
interface ConstantSource extends Layout {
  readonly kind: 'constant'
  readonly data: ConstantData
}

/** A tensor of the model. */
interface TensorSource extends Layout {
  readonly kind: 'tensor'
  readonly name: string
}

/** 1 where `condition` holds and 0 elsewhere; its product with a tensor becomes a selection. */
interface MaskSource {
  readonly kind: 'mask'
  readonly condition: Value
}

/**
 * Feature maps [batch, channels, height, width] whose channels lie in blocks, as the fast convolutions of the CPU
 * provider want them: `view` is [batch, channels / block, block, height, width] with the block innermost in memory.
 */
interface BlockedSource {
  readonly kind: 'blocked'
  readonly view: Value
}

/** Feature maps whose convolution is not written yet, so that what follows can still become part of it. */
interface PendingSource {
  readonly kind: 'pending'
  readonly pending: PendingMaps
}

/**
 * A tensor times a factor of far fewer elements that broadcasts against it. Most of what is done to such a product can
 * be done to the factor alone, and the gradients of convolutions take it into their filters.
 */
interface ScaledSource {
  readonly kind: 'scaled'
  readonly base: Value
  readonly factor: Value
}

export interface PendingMaps {
  /** Multiplied channel by channel; `factor` is [channels]. */
  scaled(factor: Value): PendingMaps
  /** Shifted channel by channel; `offset` is [channels]. */
  shifted(offset: Value): PendingMaps
  rectified(): Value
  /** The maps as a value that exists in the model. */
  settled(): Value
}

export interface Value extends ValueSpec {
  readonly source:
    UniformSource | ConstantSource | TensorSource | MaskSource | BlockedSource | PendingSource | ScaledSource
}

export function uniform(spec: ValueSpec, value: number): Value {
  return { shape: spec.shape, dtype: spec.dtype, source: { kind: 'uniform', value } }
}

/** The shared number of a uniform value, else undefined. */
export function uniformOf(value: Value): number | undefined {
  return value.source.kind === 'uniform' ? value.source.value : undefined
}

export function layoutOf(value: Value): Layout {
  switch (value.source.kind) {
    case 'uniform':
      return { order: identityOrder(value.shape.length), extents: value.shape.map(() => 1) }
    case 'mask':
      return layoutOf(value.source.condition)
    case 'blocked':
      return { order: identityOrder(4), extents: joinedChannels(layoutOf(value.source.view).extents) }
    case 'pending':
      return { order: identityOrder(4), extents: value.shape }
    case 'scaled':
      return layoutOf(value.source.base)
    case 'constant':
    case 'tensor':
      return value.source
  }
}

export function identityOrder(rank: number): readonly number[] {
  return Array.from({ length: rank }, (_, axis) => axis)
}

/** Shape [batch, channels, height, width] with the channels split into blocks; one channel stays one. */
export function splitChannels(shape: readonly number[], block: number): readonly number[] {
  const [batch = 1, channels = 1, height = 1, width = 1] = shape
  return channels === 1 ? [batch, 1, 1, height, width] : [batch, channels / block, block, height, width]
}

function joinedChannels(extents: readonly number[]): readonly number[] {
  const [batch = 1, blocks = 1, block = 1, height = 1, width = 1] = extents
  return [batch, blocks * block, height, width]
}

/** Memory order of a `BlockedSource` view: the block innermost. */
export const blockedOrder: readonly number[] = [0, 1, 3, 4, 2]

/** Physical shape of a layout. */
export function physicalShape({ order, extents }: Layout): readonly number[] {
  return order.map((axis) => extents[axis] ?? 1)
}

/** The axes that matter for the order in memory, as they lie there. */
export function storedAxes({ order, extents }: Layout): readonly number[] {
  return order.filter((axis) => extents[axis] !== 1)
}

export function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((entry, index) => entry === b[index])
}

/** The value with its logical axes permuted: axis j of the result is axis `permutation[j]` of `value`. Emits nothing. */
export function transposed(value: Value, permutation: readonly number[]): Value {
  const shape = permutation.map((axis) => value.shape[axis] ?? 1)
  return withLayout(value, shape, ({ order, extents }) => ({
    order: order.map((axis) => permutation.indexOf(axis)),
    extents: permutation.map((axis) => extents[axis] ?? 1),
  }))
}

/** The value broadcast to `shape` by the rules of NumPy. Emits nothing. */
export function broadcast(value: Value, shape: readonly number[]): Value {
  const added = shape.length - value.shape.length
  if (added === 0 && sameNumbers(shape, value.shape)) return value
  const { source, dtype } = value
  if (source.kind === 'blocked' && added === 0) {
    const block = source.view.shape[2] ?? 1
    return { shape, dtype, source: { kind: 'blocked', view: broadcast(source.view, splitChannels(shape, block)) } }
  }
  return withLayout(value, shape, ({ order, extents }) => ({
    order: [...identityOrder(added), ...order.map((axis) => axis + added)],
    extents: [...identityOrder(added).map(() => 1), ...extents],
  }))
}

function withLayout(value: Value, shape: readonly number[], change: (layout: Layout) => Layout): Value {
  const { dtype, source } = value
  switch (source.kind) {
    case 'uniform':
      return { shape, dtype, source }
    case 'mask':
      return { shape, dtype, source: { kind: 'mask', condition: withLayout(source.condition, shape, change) } }
    case 'blocked':
    case 'pending':
    case 'scaled':
      throw new AppException({ code: 'internal', message: 'A value was rearranged before it was settled' })
    case 'constant':
      return { shape, dtype, source: { ...source, ...change(source) } }
    case 'tensor':
      return { shape, dtype, source: { ...source, ...change(source) } }
  }
}
