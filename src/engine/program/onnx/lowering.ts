/** What the operations use to write themselves as ONNX: values in the layout they need, and new values. */
import { AppException } from '#shared/result.ts'
import { sizeOf } from '#shared/host-tensor.ts'
import type { ConstantData, GraphDtype, ValueSpec } from '../graph.ts'
import { GraphBuilder } from './graph-builder.ts'
import { dtypeCodes, int, ints, type OnnxAttributes, type OnnxDomain } from './model.ts'
import {
  broadcast,
  identityOrder,
  layoutOf,
  physicalShape,
  sameNumbers,
  storedAxes,
  type Layout,
  type Value,
} from './value.ts'

/** `gpu` avoids operators that only the CPU provider implements. */
export type LoweringTarget = 'cpu' | 'gpu'

export class Lowering {
  readonly builder = new GraphBuilder()
  readonly target: LoweringTarget
  readonly #transposedData = new WeakMap<ConstantData, Map<string, ConstantData>>()
  /** Results of `Relu` by their operand: its gradient is taken from the result, so that the operand can be freed. */
  readonly #reluResults = new Map<string, string>()

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
        return this.emit('Cast', [this.stored(source.condition, order)], { to: int(dtypeCodes[dtype]) })
      case 'constant': {
        const shape = physicalShape({ order, extents: source.extents })
        return this.builder.initializer(dtype, shape, this.#reorderedData(source, order))
      }
      case 'tensor':
        return this.#reordered(source.name, source, order)
    }
  }

  /** Name of a tensor that broadcasts as NumPy does against others of `rank` axes in `order`. */
  broadcastable(value: Value, order: readonly number[]): string {
    const rank = order.length
    const { source, dtype } = value
    if (source.kind === 'uniform') return this.builder.scalar(dtype, source.value)
    if (source.kind === 'tensor' && storedAxes(source).length === 0 && value.shape.length <= rank) return source.name
    const shape = [...identityOrder(rank - value.shape.length).map(() => 1), ...value.shape]
    return this.stored(broadcast(value, shape), order)
  }

  /** Applies an operator element by element; the result has the layout of the largest operand. */
  elementwise(op: string, operands: readonly Value[], output: ValueSpec, attributes: OnnxAttributes = {}): Value {
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
    return this.elementwise('Cast', [value], { shape, dtype }, { to: int(dtypeCodes[dtype]) })
  }

  rememberRelu(operand: Value, result: Value): void {
    if (operand.source.kind !== 'tensor' || result.source.kind !== 'tensor') return
    this.#reluResults.set(operand.source.name, result.source.name)
  }

  /** The value itself, or its `Relu` when that exists: both are positive at the same places. */
  reluOf(value: Value): Value {
    const { source } = value
    const result = source.kind === 'tensor' ? this.#reluResults.get(source.name) : undefined
    if (source.kind !== 'tensor' || result === undefined) return value
    return { ...value, source: { ...source, name: result } }
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

/**
 * Layout in which the same memory holds the elements under another shape; undefined when there is none. Axes are
 * matched in blocks of equal product; a block must lie together, in logical order, and be stored or broadcast whole.
 */
function reshapedLayout(from: readonly number[], layout: Layout, to: readonly number[]): Layout | undefined {
  const position = (axis: number): number => layout.order.indexOf(axis)
  const blocks: { readonly at: number; readonly axes: readonly number[] }[] = []
  const extents = to.map(() => 1)
  for (const { before, after } of matchedBlocks(from, to)) {
    const isStored = before.map((axis) => layout.extents[axis] !== 1)
    if (isStored.some((stored) => stored !== isStored[0])) return undefined
    if (isStored[0] === false) continue
    const order = storedAxes(layout)
    const start = order.indexOf(before[0] ?? 0)
    if (!before.every((axis, index) => order[start + index] === axis)) return undefined
    for (const axis of after) extents[axis] = to[axis] ?? 1
    blocks.push({ at: position(before[0] ?? 0), axes: after })
  }
  const stored = blocks.sort((a, b) => a.at - b.at).flatMap(({ axes }) => axes)
  const isSorted = stored.every((axis, index) => index === 0 || axis > (stored[index - 1] ?? 0))
  if (isSorted) return { order: identityOrder(to.length), extents }
  const unstored = identityOrder(to.length).filter((axis) => !stored.includes(axis))
  return { order: [...unstored, ...stored], extents }
}

/** Smallest groups of neighbouring axes longer than 1 with equal numbers of elements on both sides. */
function matchedBlocks(
  from: readonly number[],
  to: readonly number[],
): readonly { readonly before: readonly number[]; readonly after: readonly number[] }[] {
  const longAxes = (shape: readonly number[]): number[] =>
    identityOrder(shape.length).filter((axis) => shape[axis] !== 1)
  const [sources, targets] = [longAxes(from), longAxes(to)]
  const blocks: { before: number[]; after: number[] }[] = []
  let [i, j] = [0, 0]
  while (i < sources.length || j < targets.length) {
    const block: { before: number[]; after: number[] } = { before: [], after: [] }
    let [sizeBefore, sizeAfter] = [1, 1]
    do {
      const takeBefore = sizeBefore <= sizeAfter
      const axis = takeBefore ? sources[i++] : targets[j++]
      if (axis === undefined) {
        throw new AppException({ code: 'internal', message: `Cannot reshape [${from.join()}] to [${to.join()}]` })
      }
      if (takeBefore) {
        block.before.push(axis)
        sizeBefore *= from[axis] ?? 1
      } else {
        block.after.push(axis)
        sizeAfter *= to[axis] ?? 1
      }
    } while (sizeBefore !== sizeAfter)
    blocks.push(block)
  }
  return blocks
}

function transposeData(source: Layout & { readonly data: ConstantData }, order: readonly number[]): ConstantData {
  const { data, extents } = source
  const result = data.slice()
  const strides = extents.map(() => 0)
  let stride = 1
  for (const axis of source.order.toReversed()) {
    strides[axis] = stride
    stride *= extents[axis] ?? 1
  }
  const counters = order.map(() => 0)
  let offset = 0
  for (let index = 0; index < result.length; index++) {
    result[index] = data[offset] ?? 0
    for (let place = order.length - 1; place >= 0; place--) {
      const axis = order[place] ?? 0
      const extent = extents[axis] ?? 1
      const next = (counters[place] ?? 0) + 1
      offset += strides[axis] ?? 0
      if (next < extent) {
        counters[place] = next
        break
      }
      counters[place] = 0
      offset -= extent * (strides[axis] ?? 0)
    }
  }
  return result
}
