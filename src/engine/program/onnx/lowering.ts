/** What the operations use to write themselves as ONNX: values in the layout they need, and new values. */
import { elementTypes } from '#shared/onnx/schema.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import type { ConstantData, GraphDtype, ValueSpec } from '../graph.ts'
import { GraphBuilder } from './graph-builder.ts'
import { int, ints, type OnnxAttributes, type OnnxDomain } from './model.ts'
import { reshapedLayout } from './reshaped-layout.ts'
import { transposeData } from './transpose-data.ts'
import {
  blockedOrder,
  broadcast,
  identityOrder,
  layoutOf,
  physicalShape,
  sameNumbers,
  splitChannels,
  storedAxes,
  transposed,
  type Layout,
  type Value,
} from './value.ts'

export interface LoweringTarget {
  /** `gpu` avoids operators that only the CPU provider implements. */
  readonly device: 'cpu' | 'gpu'
  /** Channels a block of the CPU provider's own convolutions; left out, only standard operators are used for them. */
  readonly channelBlock?: number
}

export class Lowering {
  readonly builder = new GraphBuilder()
  readonly target: LoweringTarget
  readonly #transposedData = new WeakMap<ConstantData, Map<string, ConstantData>>()
  /** Results of `Relu` by their operand: its gradient is taken from the result, so that the operand can be freed. */
  readonly #reluResults = new WeakMap<Value, Value>()
  /** Operands of the float32 products of two equally large tensors, by the product's name. */
  readonly #factors = new Map<string, readonly [string, string]>()
  /** Images [batch, height, width, channels] and the maps they were made of. */
  readonly #channelsFirst = new WeakMap<Value, Value>()

  constructor(target: LoweringTarget) {
    this.target = target
  }

  emit(op: string, inputs: readonly string[], attributes: OnnxAttributes = {}, domain: OnnxDomain = ''): string {
    return this.builder.emit(op, inputs, attributes, domain)
  }

  /** A value that the tensor `name` holds completely, in logical order. */
  plainValue(spec: ValueSpec, name: string): Value {
    const { shape, dtype } = spec
    return { shape, dtype, source: { kind: 'tensor', name, order: identityOrder(shape.length), extents: shape } }
  }

  /** A value that the tensor `name` holds completely, its axes in `order`. */
  orderedValue(spec: ValueSpec, name: string, order: readonly number[]): Value {
    return this.laidOutValue(spec, name, { order, extents: spec.shape })
  }

  laidOutValue({ shape, dtype }: ValueSpec, name: string, { order, extents }: Layout): Value {
    return { shape, dtype, source: { kind: 'tensor', name, order, extents } }
  }

  /** Name of a tensor with every element in logical order. */
  plain(value: Value): string {
    return this.ordered(value, identityOrder(value.shape.length))
  }

  /** Name of a tensor with every element, its axes in `order`. */
  ordered(value: Value, order: readonly number[]): string {
    const name = this.stored(value, order)
    const { extents } = layoutOf(value)
    if (sameNumbers(extents, value.shape)) return name
    return this.emit('Expand', [name, this.builder.int64(physicalShape({ order, extents: value.shape }))])
  }

  /** Name of a tensor whose physical shape is that of the stored extents in `order`. */
  stored(value: Value, order: readonly number[]): string {
    const { source, dtype } = value
    switch (source.kind) {
      case 'uniform':
        return this.builder.scalar(
          dtype,
          source.value,
          order.map(() => 1),
        )
      case 'mask':
        return this.emit('Cast', [this.stored(source.condition, order)], { to: int(elementTypes[dtype]) })
      case 'constant': {
        const shape = physicalShape({ order, extents: source.extents })
        return this.builder.initializer(dtype, shape, this.#reorderedData(source, order))
      }
      case 'tensor':
        return this.#reordered(source.name, source, order)
      case 'blocked':
      case 'pending':
      case 'scaled':
        return this.stored(this.unblocked(value), order)
    }
  }

  /** Name of a tensor that broadcasts as NumPy does against others of `rank` axes in `order`. */
  broadcastable(given: Value, order: readonly number[]): string {
    const rank = order.length
    const value = this.unblocked(given)
    const { source, dtype } = value
    if (source.kind === 'uniform') return this.builder.scalar(dtype, source.value)
    if (source.kind === 'tensor' && storedAxes(source).length === 0 && value.shape.length <= rank) return source.name
    const shape = [...identityOrder(rank - value.shape.length).map(() => 1), ...value.shape]
    return this.stored(broadcast(value, shape), order)
  }

  /** Applies an operator element by element; the result has the layout of the largest operand. */
  elementwise(op: string, given: readonly Value[], output: ValueSpec, attributes: OnnxAttributes = {}): Value {
    const blocked = this.#elementwiseBlocked(op, given, output, attributes)
    if (blocked !== undefined) return blocked
    const operands = given.map((operand) => this.unblocked(operand))
    const rank = output.shape.length
    const layouts = operands.map((operand) => {
      const added = identityOrder(rank - operand.shape.length).map(() => 1)
      return layoutOf(broadcast(operand, [...added, ...operand.shape]))
    })
    const largest = layouts.reduce((a, b) => (sizeOf(b.extents) > sizeOf(a.extents) ? b : a))
    const { order } = largest
    const extents = output.shape.map((_, axis) => Math.max(...layouts.map((layout) => layout.extents[axis] ?? 1)))
    const names = operands.map((operand) => this.broadcastable(operand, order))
    const name = this.emit(op, names, attributes)
    const [left, right] = names
    const areWhole = layouts.every((layout) => sameNumbers(layout.extents, extents))
    const isReal = op === 'Mul' && output.dtype === 'float32'
    if (isReal && areWhole && left !== undefined && right !== undefined) this.#factors.set(name, [left, right])
    // Operands with one element keep their own rank; where all do, the axes of length 1 may have to be added.
    const hasRank = operands.some(({ shape, source }) => shape.length === rank && source.kind === 'tensor')
    const isScalar = extents.every((extent) => extent === 1)
    return this.laidOutValue(output, isScalar && !hasRank && rank > 0 ? this.#withRank(name, rank) : name, {
      order,
      extents,
    })
  }

  /** Sees the elements, in logical order, with another shape. Copies only when the layout does not allow it. */
  reshape(value: Value, shape: readonly number[]): Value {
    if (sameNumbers(shape, value.shape)) return value
    const { source, dtype } = value
    if (source.kind === 'blocked' || source.kind === 'pending' || source.kind === 'scaled') {
      return this.reshape(this.unblocked(value), shape)
    }
    if (source.kind === 'uniform') return { shape, dtype, source }
    if (source.kind === 'mask') {
      return { shape, dtype, source: { kind: 'mask', condition: this.reshape(source.condition, shape) } }
    }
    const layout = reshapedLayout(value.shape, source, shape)
    if (layout === undefined) {
      const full = this.orderedValue(value, this.plain(value), identityOrder(value.shape.length))
      return this.reshape(full, shape)
    }
    if (source.kind === 'constant') return { shape, dtype, source: { ...source, ...layout } }
    const physical = physicalShape(layout)
    const name = sameNumbers(physical, physicalShape(source))
      ? source.name
      : this.builder.reshape(source.name, physical)
    return this.laidOutValue({ shape, dtype }, name, layout)
  }

  cast(value: Value, dtype: GraphDtype): Value {
    if (value.dtype === dtype) return value
    const { shape, source } = value
    if (source.kind === 'uniform')
      return { shape, dtype, source: { ...source, value: castNumber(source.value, dtype) } }
    if (value.dtype === 'bool') return { shape, dtype, source: { kind: 'mask', condition: value } }
    if (source.kind === 'mask' && dtype === 'bool') return source.condition
    return this.elementwise('Cast', [value], { shape, dtype }, { to: int(elementTypes[dtype]) })
  }

  /** The two tensors whose product, element by element, is the tensor `name`; both have its physical shape. */
  factorsOf(name: string): readonly [string, string] | undefined {
    return this.#factors.get(name)
  }

  rememberRelu(operand: Value, result: Value): void {
    this.#reluResults.set(operand, result)
  }

  /** The value itself, or its `Relu` when that exists: both are positive at the same places. */
  reluOf(value: Value): Value {
    return this.#reluResults.get(value) ?? value
  }

  /**
   * Maps [batch, channels, height, width] as [batch, height, width, channels]. Some operations of TensorFlow.js know
   * that order only: `channelsFirst` undoes it for them, blocks and a convolution not written yet included.
   */
  channelsLast(maps: Value): Value {
    const image = transposed(this.unblocked(maps), [0, 2, 3, 1])
    this.#channelsFirst.set(image, maps)
    return image
  }

  /** Undoes `channelsLast`; emits nothing. */
  channelsFirst(image: Value): Value {
    return this.#channelsFirst.get(image) ?? transposed(this.unblocked(image), [0, 3, 1, 2])
  }

  /** The value as it exists in the model: its convolution or its factor written. */
  settled(value: Value): Value {
    const { source } = value
    if (source.kind === 'pending') return source.pending.settled()
    if (source.kind === 'scaled') return this.elementwise('Mul', [source.base, source.factor], value)
    return value
  }

  /** The value settled and in an ordinary layout, without blocked channels. */
  unblocked(value: Value): Value {
    const { source, shape, dtype } = value
    if (source.kind === 'pending' || source.kind === 'scaled') return this.unblocked(this.settled(value))
    if (source.kind === 'mask')
      return { shape, dtype, source: { kind: 'mask', condition: this.unblocked(source.condition) } }
    if (source.kind !== 'blocked') return value
    const view = source.view
    const { extents } = layoutOf(view)
    const hasPixels = extents[3] !== 1 || extents[4] !== 1
    if (!hasPixels || extents[2] === 1 || dtype !== 'float32') return this.reshape(view, shape)
    const stored = layoutOf(value).extents
    const blocked = this.builder.reshape(this.stored(view, blockedOrder), stored)
    const attributes = { channels: int(stored[1] ?? 1), channels_last: int(0) }
    const name = this.emit('ReorderOutput', [blocked], attributes, 'com.microsoft.nchwc')
    this.builder.rememberShape(name, stored)
    return this.laidOutValue(value, name, { order: identityOrder(4), extents: stored })
  }

  /**
   * Maps [batch, channels, height, width] that lie in blocks, as [batch, height, width, channels] in that order in memory:
   * what they are already where one block holds all channels. Undefined for maps that do not lie in blocks.
   */
  channelsInnermost(maps: Value): Value | undefined {
    const view = this.existingBlockedView(maps)
    if (view === undefined || !sameNumbers(layoutOf(maps).extents, maps.shape)) return undefined
    const [batch = 1, channels = 1, height = 1, width = 1] = maps.shape
    const spec = { shape: [batch, height, width, channels], dtype: maps.dtype }
    const name = this.stored(view, blockedOrder)
    if (channels === view.shape[2]) return this.plainValue(spec, this.builder.reshape(name, spec.shape))
    const attributes = { channels: int(channels), channels_last: int(1) }
    const inputs = [this.builder.reshape(name, maps.shape)]
    return this.plainValue(spec, this.emit('ReorderOutput', inputs, attributes, 'com.microsoft.nchwc'))
  }

  /** Feature maps seen with blocked channels; copies them into blocks when they are not. */
  blockedView(maps: Value, block: number): Value {
    const { source, dtype } = maps
    if (source.kind === 'pending' || source.kind === 'scaled') return this.blockedView(this.settled(maps), block)
    if (source.kind === 'blocked') return source.view
    const padded = broadcast(maps, [...identityOrder(4 - maps.shape.length).map(() => 1), ...maps.shape])
    if (padded.source.kind === 'mask') return this.blockedView(this.plainValue(padded, this.plain(padded)), block)
    const { extents } = layoutOf(padded)
    const shape = splitChannels(padded.shape, block)
    const hasPixels = extents[2] !== 1 || extents[3] !== 1
    if (!hasPixels || extents[1] === 1 || dtype !== 'float32') return this.reshape(padded, shape)
    const attributes = { channels_last: int(0) }
    const name = this.emit('ReorderInput', [this.stored(padded, identityOrder(4))], attributes, 'com.microsoft.nchwc')
    this.builder.rememberShape(name, extents)
    return this.fromBlockedTensor({ shape: padded.shape, dtype }, name, extents, block)
  }

  /** View of a tensor that the blocked operators wrote; it calls itself `extents`, [batch, channels, height, width]. */
  fromBlockedTensor({ shape, dtype }: ValueSpec, name: string, extents: readonly number[], block: number): Value {
    const layout = { order: blockedOrder, extents: splitChannels(extents, block) }
    const view = this.builder.reshape(name, physicalShape(layout))
    return this.laidOutValue({ shape: splitChannels(shape, block), dtype }, view, layout)
  }

  /** The blocked view of feature maps that lie so, or are about to. */
  existingBlockedView(value: Value): Value | undefined {
    const { source } = this.settled(value)
    return source.kind === 'blocked' ? source.view : undefined
  }

  /** The value when it is one number a channel of `channels`, or undefined; the result is [channels]. */
  perChannel(value: Value, channels: number): Value | undefined {
    if (value.shape.length > 4 || channels === 1) return undefined
    const lifted = [...identityOrder(4 - value.shape.length).map(() => 1), ...layoutOf(value).extents]
    if (!sameNumbers(lifted, [1, channels, 1, 1])) return undefined
    // A value may be broadcast to the maps' own shape already; only what it stores is wanted.
    const whole = this.unblocked(value)
    const { extents } = layoutOf(whole)
    const stored = this.stored(whole, identityOrder(extents.length))
    return this.reshape(this.plainValue({ shape: extents, dtype: value.dtype }, stored), [channels])
  }

  /** With blocked channels when the largest operand has them. */
  #elementwiseBlocked(
    op: string,
    given: readonly Value[],
    output: ValueSpec,
    attributes: OnnxAttributes,
  ): Value | undefined {
    const operands = given.map((operand) => this.settled(operand))
    const largest = operands.reduce((a, b) => (sizeOf(layoutOf(b).extents) > sizeOf(layoutOf(a).extents) ? b : a))
    const block = blockOf(largest)
    if (block === undefined || output.shape.length !== 4) return undefined
    const views = operands.map((operand) => this.#viewOf(operand, block))
    const spec = { shape: splitChannels(output.shape, block), dtype: output.dtype }
    return { ...output, source: { kind: 'blocked', view: this.elementwise(op, views, spec, attributes) } }
  }

  /** An operand of any kind, seen with blocked channels. */
  #viewOf(operand: Value, block: number): Value {
    const { source, dtype } = operand
    const rank4 = [...identityOrder(4 - operand.shape.length).map(() => 1), ...operand.shape]
    if (source.kind === 'uniform') return { shape: splitChannels(rank4, block), dtype, source }
    if (source.kind !== 'mask') return this.blockedView(operand, block)
    const condition = this.#viewOf(source.condition, block)
    return { shape: condition.shape, dtype, source: { kind: 'mask', condition } }
  }

  #withRank(name: string, rank: number): string {
    return this.builder.reshape(
      name,
      identityOrder(rank).map(() => 1),
    )
  }

  #reordered(name: string, layout: Layout, order: readonly number[]): string {
    if (sameNumbers(layout.order, order)) return name
    const before = physicalShape(layout)
    const after = physicalShape({ order, extents: layout.extents })
    if (sameNumbers(storedAxes(layout), storedAxes({ order, extents: layout.extents }))) {
      return sameNumbers(before, after) ? name : this.builder.reshape(name, after)
    }
    return this.emit('Transpose', [name], { perm: ints(order.map((axis) => layout.order.indexOf(axis))) })
  }

  #reorderedData(source: Layout & { readonly data: ConstantData }, order: readonly number[]): ConstantData {
    const target = { order, extents: source.extents }
    if (sameNumbers(storedAxes(source), storedAxes(target))) return source.data
    const key = `${physicalShape(source).join()} ${source.order.join()} ${order.join()}`
    const cached = this.#transposedData.get(source.data) ?? new Map<string, ConstantData>()
    this.#transposedData.set(source.data, cached)
    const data = cached.get(key) ?? transposeData(source, order)
    cached.set(key, data)
    return data
  }
}

/** Channels a block, when the value lies in blocks. */
function blockOf({ source }: Value): number | undefined {
  if (source.kind === 'mask') return blockOf(source.condition)
  return source.kind === 'blocked' ? source.view.shape[2] : undefined
}

export function castNumber(value: number, dtype: GraphDtype): number {
  switch (dtype) {
    case 'float32':
      return Math.fround(value)
    case 'int32':
      return Math.trunc(value) | 0
    case 'bool':
      return value === 0 ? 0 : 1
  }
}
