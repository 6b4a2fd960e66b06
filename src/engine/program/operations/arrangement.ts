/** Kernels that only move elements: shapes, axes, slices, joins. */
import { tf } from '#engine/program/tfjs.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import type { ValueSpec } from '../graph.ts'
import type { Lowering } from '../onnx/lowering.ts'
import { int } from '../onnx/model.ts'
import { broadcast, layoutOf, sameNumbers, transposed, uniform, uniformOf, type Value } from '../onnx/value.ts'
import { operand, operandList, operation, unsupported, type Call, type Operation } from './operation.ts'
import type { OperationTable } from './operation.ts'

const withShape = (spec: ValueSpec, shape: readonly number[]): ValueSpec => ({ shape, dtype: spec.dtype })

const reshape = operation(
  (call) => {
    const x = operand(call, 'x')
    return withShape(x, tf.util.inferFromImplicitShape([...call.attributes.numbers('shape')], sizeOf(x.shape)))
  },
  (call, lowering) => lowering.reshape(operand(call, 'x'), call.output.shape),
)

const expandDims = operation(
  (call) => {
    const { shape, dtype } = operand(call, call.inputs.has('input') ? 'input' : 'x')
    const dim = call.attributes.number('dim')
    return { shape: shape.toSpliced(dim < 0 ? dim + shape.length + 1 : dim, 0, 1), dtype }
  },
  (call, lowering) => lowering.reshape(operand(call, call.inputs.has('input') ? 'input' : 'x'), call.output.shape),
)

const transpose = operation(
  (call) => {
    const x = operand(call, 'x')
    return withShape(
      x,
      call.attributes.numbers('perm').map((axis) => x.shape[axis] ?? 1),
    )
  },
  (call, lowering) => {
    const x = operand(call, 'x')
    const permutation = call.attributes.numbers('perm')
    if (sameNumbers(permutation, [0, 2, 3, 1])) return lowering.channelsLast(x)
    if (sameNumbers(permutation, [0, 3, 1, 2])) return lowering.channelsFirst(x)
    return transposed(lowering.unblocked(x), permutation)
  },
)

const broadcastTo = operation(
  (call) => withShape(operand(call, 'x'), call.attributes.numbers('shape')),
  (call, lowering) => broadcast(lowering.unblocked(operand(call, 'x')), call.output.shape),
)

interface AxisRange {
  readonly start: number
  readonly stop: number
  readonly step: number
}

/** Elements start, start + step, ... before stop along every axis. Axes stored once stay so. */
export function sliceValue(
  x: Value,
  ranges: readonly AxisRange[],
  shape: readonly number[],
  lowering: Lowering,
): Value {
  const output = withShape(x, shape)
  const repeated = uniformOf(x)
  if (repeated !== undefined) return uniform(output, repeated)
  const { order, extents } = layoutOf(x)
  const cut = ranges
    .map((range, axis) => ({ ...range, axis, at: order.indexOf(axis) }))
    .filter(
      ({ axis, start, stop, step }) => extents[axis] !== 1 && !(start === 0 && step === 1 && stop === x.shape[axis]),
    )
  const layout = { order, extents: extents.map((extent, axis) => (extent === 1 ? 1 : (shape[axis] ?? 1))) }
  const source = lowering.stored(x, order)
  if (cut.length === 0) return lowering.laidOutValue(output, source, layout)
  const { builder } = lowering
  const name = lowering.emit('Slice', [
    source,
    builder.int64(cut.map(({ start }) => start)),
    builder.int64(cut.map(({ stop }) => stop)),
    builder.int64(cut.map(({ at }) => at)),
    builder.int64(cut.map(({ step }) => step)),
  ])
  return lowering.laidOutValue(output, name, layout)
}

const slice = operation(
  (call) => {
    const x = operand(call, 'x')
    const begin = call.attributes.numbers('begin')
    const size = call.attributes.numbers('size')
    return withShape(
      x,
      x.shape.map((extent, axis) => (size[axis] === -1 ? extent - (begin[axis] ?? 0) : (size[axis] ?? extent))),
    )
  },
  (call, lowering) => {
    const x = operand(call, 'x')
    const begin = call.attributes.numbers('begin')
    const ranges = call.output.shape.map((extent, axis) => {
      const start = begin[axis] ?? 0
      return { start, stop: start + extent, step: 1 }
    })
    return sliceValue(x, ranges, call.output.shape, lowering)
  },
)

/** Geometry of a strided slice as TensorFlow.js itself computes it, masks resolved. */
function stridedSliceInfo(call: Call<ValueSpec>): ReturnType<typeof tf.slice_util.sliceInfo> {
  const { attributes } = call
  return tf.slice_util.sliceInfo(
    [...operand(call, 'x').shape],
    [...attributes.numbers('begin')],
    [...attributes.numbers('end')],
    [...attributes.numbers('strides')],
    attributes.number('beginMask', 0),
    attributes.number('endMask', 0),
    attributes.number('ellipsisMask', 0),
    attributes.number('newAxisMask', 0),
    attributes.number('shrinkAxisMask', 0),
  )
}

const stridedSlice = operation(
  (call) => withShape(operand(call, 'x'), stridedSliceInfo(call).finalShape),
  (call, lowering) => {
    const { begin, end, strides } = stridedSliceInfo(call)
    if (strides.some((step) => step < 1)) throw unsupported(call, `strides ${strides.join(', ')}`)
    const ranges = begin.map((start, axis) => ({ start, stop: end[axis] ?? start, step: strides[axis] ?? 1 }))
    const extents = ranges.map(({ start, stop, step }) => Math.ceil((stop - start) / step))
    return lowering.reshape(sliceValue(operand(call, 'x'), ranges, extents, lowering), call.output.shape)
  },
)

const reverse = operation(
  (call) => operand(call, 'x'),
  (call, lowering) => {
    const x = operand(call, 'x')
    const dims = call.attributes.numbers('dims').map((axis) => (axis < 0 ? axis + x.shape.length : axis))
    return reverseValue(x, dims, lowering)
  },
)

/** The value with the order of its elements along `axes` turned round. */
export function reverseValue(x: Value, axes: readonly number[], lowering: Lowering): Value {
  // ONNX: a stop below every valid index means "down to and including the first element".
  const beforeFirst = -(2 ** 31)
  const ranges = x.shape.map((extent, axis) =>
    axes.includes(axis) ? { start: extent - 1, stop: beforeFirst, step: -1 } : { start: 0, stop: extent, step: 1 },
  )
  return sliceValue(x, ranges, x.shape, lowering)
}

export function concatValues(
  values: readonly Value[],
  axis: number,
  shape: readonly number[],
  lowering: Lowering,
): Value {
  const present = values.filter((value) => sizeOf(value.shape) > 0)
  const [first] = present
  if (first === undefined) throw new RangeError('nothing to join')
  if (present.length === 1) return first
  const largest = present.reduce((a, b) => (sizeOf(layoutOf(b).extents) > sizeOf(layoutOf(a).extents) ? b : a))
  const { order } = layoutOf(largest)
  const names = present.map((value) => lowering.ordered(value, order))
  const name = lowering.emit('Concat', names, { axis: int(order.indexOf(axis)) })
  return lowering.orderedValue(withShape(first, shape), name, order)
}

const concat = operation(
  (call) => {
    const parts = operandList(call)
    const [first] = parts
    if (first === undefined) throw unsupported(call, 'no operands')
    const axis = tf.util.parseAxisParam(call.attributes.number('axis'), [...first.shape])[0] ?? 0
    const extent = parts.reduce((sum, part) => sum + (part.shape[axis] ?? 0), 0)
    return withShape(first, first.shape.with(axis, extent))
  },
  (call, lowering) => {
    const axis = tf.util.parseAxisParam(call.attributes.number('axis'), [...call.output.shape])[0] ?? 0
    return concatValues(operandList(call), axis, call.output.shape, lowering)
  },
)

function packAxis(call: Call<ValueSpec>, rank: number): number {
  const axis = call.attributes.number('axis')
  return axis < 0 ? axis + rank : axis
}

const pack = operation(
  (call) => {
    const parts = operandList(call)
    const [first] = parts
    if (first === undefined) throw unsupported(call, 'no operands')
    return withShape(first, first.shape.toSpliced(packAxis(call, first.shape.length + 1), 0, parts.length))
  },
  (call, lowering) => {
    const axis = packAxis(call, call.output.shape.length)
    const parts = operandList(call).map((part) => lowering.reshape(part, part.shape.toSpliced(axis, 0, 1)))
    return concatValues(parts, axis, call.output.shape, lowering)
  },
)

function parts(x: Value, axis: number, sizes: readonly number[], lowering: Lowering): readonly Value[] {
  let start = 0
  return sizes.map((size) => {
    const from = start
    start += size
    const shape = x.shape.with(axis, size)
    const ranges = shape.map((extent, a) =>
      a === axis ? { start: from, stop: from + size, step: 1 } : { start: 0, stop: extent, step: 1 },
    )
    return sliceValue(x, ranges, shape, lowering)
  })
}

const unpack: Operation = {
  yieldsList: true,
  infer: (call) => {
    const x = operand(call, 'value')
    const axis = packAxis(call, x.shape.length)
    return Array.from({ length: x.shape[axis] ?? 0 }, () => withShape(x, x.shape.toSpliced(axis, 1)))
  },
  lower: (call, lowering) => {
    const x = operand(call, 'value')
    const axis = packAxis(call, x.shape.length)
    const ones = Array.from({ length: x.shape[axis] ?? 0 }, () => 1)
    return parts(x, axis, ones, lowering).map((part) => lowering.reshape(part, x.shape.toSpliced(axis, 1)))
  },
}

function splitSizes(call: Call<ValueSpec>): { readonly axis: number; readonly sizes: readonly number[] } {
  const { shape } = operand(call, 'x')
  const axis = tf.util.parseAxisParam(call.attributes.number('axis'), [...shape])[0] ?? 0
  const given = call.attributes.numbers('numOrSizeSplits')
  const [count = 1] = given
  const extent = shape[axis] ?? 0
  const isCount = typeof call.attributes.raw('numOrSizeSplits') === 'number'
  if (isCount) return { axis, sizes: Array.from({ length: count }, () => extent / count) }
  const known = given.filter((size) => size !== -1).reduce((sum, size) => sum + size, 0)
  return { axis, sizes: given.map((size) => (size === -1 ? extent - known : size)) }
}

const split: Operation = {
  yieldsList: true,
  infer: (call) => {
    const x = operand(call, 'x')
    const { axis, sizes } = splitSizes(call)
    return sizes.map((size) => withShape(x, x.shape.with(axis, size)))
  },
  lower: (call, lowering) => {
    const { axis, sizes } = splitSizes(call)
    return parts(operand(call, 'x'), axis, sizes, lowering)
  },
}

const pad = operation(
  (call) => {
    const x = operand(call, 'x')
    const paddings = call.attributes.pairs('paddings')
    return withShape(
      x,
      x.shape.map((extent, axis) => extent + (paddings[axis]?.[0] ?? 0) + (paddings[axis]?.[1] ?? 0)),
    )
  },
  (call, lowering) => {
    const paddings = call.attributes.pairs('paddings')
    return padValue(operand(call, 'x'), paddings, call.attributes.number('constantValue', 0), lowering)
  },
)

export function padValue(
  x: Value,
  paddings: readonly (readonly [number, number])[],
  filling: number,
  lowering: Lowering,
): Value {
  const shape = x.shape.map((extent, axis) => extent + (paddings[axis]?.[0] ?? 0) + (paddings[axis]?.[1] ?? 0))
  if (paddings.every(([before, after]) => before === 0 && after === 0)) return x
  if (uniformOf(x) === filling) return uniform(withShape(x, shape), filling)
  const { order } = layoutOf(x)
  const before = order.map((axis) => paddings[axis]?.[0] ?? 0)
  const after = order.map((axis) => paddings[axis]?.[1] ?? 0)
  const source = lowering.ordered(x, order)
  const amounts = lowering.builder.int64([...before, ...after])
  const name = lowering.emit('Pad', [source, amounts, lowering.builder.scalar(x.dtype, filling)])
  return lowering.orderedValue(withShape(x, shape), name, order)
}

const tile = operation(
  (call) => {
    const x = operand(call, 'x')
    const reps = call.attributes.numbers('reps')
    return withShape(
      x,
      x.shape.map((extent, axis) => extent * (reps[axis] ?? 1)),
    )
  },
  (call, lowering) => {
    const x = operand(call, 'x')
    const reps = call.attributes.numbers('reps')
    // Repeating an axis of length 1 is a broadcast.
    if (x.shape.every((extent, axis) => extent === 1 || reps[axis] === 1))
      return broadcast(lowering.unblocked(x), call.output.shape)
    const name = lowering.emit('Tile', [lowering.plain(x), lowering.builder.int64(reps)])
    return lowering.plainValue(call.output, name)
  },
)

export const arrangementOperations: OperationTable = {
  Reshape: reshape,
  ExpandDims: expandDims,
  Transpose: transpose,
  BroadcastTo: broadcastTo,
  Slice: slice,
  StridedSlice: stridedSlice,
  Reverse: reverse,
  Concat: concat,
  Pack: pack,
  Unpack: unpack,
  SplitV: split,
  PadV2: pad,
  Tile: tile,
}
