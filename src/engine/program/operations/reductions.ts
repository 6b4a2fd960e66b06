/** Reductions. Along an axis that is stored once they are a factor, not a loop. */
import { elementTypes } from '#shared/onnx/schema.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import type { GraphDtype, ValueSpec } from '../graph.ts'
import type { Lowering } from '../onnx/lowering.ts'
import { int } from '../onnx/model.ts'
import { innerSum } from './inner-sum.ts'
import { layoutOf, physicalShape, uniform, uniformOf, type Layout, type Value } from '../onnx/value.ts'
import { axesOf, operand, operation, unsupported, type Call, type LoweringCall } from './operation.ts'
import type { Operation, OperationTable } from './operation.ts'

interface Reduction {
  readonly op: string
  /** What reducing `count` equal elements gives. */
  readonly ofEqual: (element: number, count: number) => number
  readonly dtype: (operand: GraphDtype) => GraphDtype
}

const counted = (dtype: GraphDtype): GraphDtype => (dtype === 'bool' ? 'int32' : dtype)
const same = (dtype: GraphDtype): GraphDtype => dtype

const sum: Reduction = { op: 'ReduceSum', ofEqual: (element, count) => element * count, dtype: counted }
const mean: Reduction = { op: 'ReduceMean', ofEqual: (element) => element, dtype: () => 'float32' }
const product: Reduction = { op: 'ReduceProd', ofEqual: (element, count) => element ** count, dtype: counted }
const maximum: Reduction = { op: 'ReduceMax', ofEqual: (element) => element, dtype: same }
const minimum: Reduction = { op: 'ReduceMin', ofEqual: (element) => element, dtype: same }

function reducedShape(call: Call<ValueSpec>, axes: readonly number[]): readonly number[] {
  const { shape } = operand(call, 'x')
  if (call.attributes.boolean('keepDims')) return shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent))
  return shape.filter((_, axis) => !axes.includes(axis))
}

function reductionAxes(call: Call<ValueSpec>): readonly number[] {
  return axesOf(
    call,
    call.attributes.has('reductionIndices') ? 'reductionIndices' : 'axis',
    operand(call, 'x').shape.length,
  )
}

function reduction(kind: Reduction): Operation {
  return operation(
    (call) => ({ shape: reducedShape(call, reductionAxes(call)), dtype: kind.dtype(operand(call, 'x').dtype) }),
    (call, lowering) => {
      const x = lowering.cast(operand(call, 'x'), call.output.dtype)
      return reduce(kind, x, reductionAxes(call), call.output, lowering)
    },
  )
}

function reduce(kind: Reduction, x: Value, axes: readonly number[], output: ValueSpec, lowering: Lowering): Value {
  const repeated = uniformOf(x)
  if (repeated !== undefined) {
    const count = sizeOf(axes.map((axis) => x.shape[axis] ?? 1))
    return uniform(output, Math.fround(kind.ofEqual(repeated, count)))
  }
  const { source } = x
  if (source.kind === 'scaled' && isLinear(kind) && isConstantAlong(source.factor, axes, x.shape.length)) {
    const kept = { shape: keptShape(x.shape, axes), dtype: output.dtype }
    const sum = reduce(kind, source.base, axes, kept, lowering)
    return lowering.reshape(lowering.elementwise('Mul', [sum, source.factor], kept), output.shape)
  }
  const view = lowering.existingBlockedView(x)
  if (view !== undefined) return reduceBlocked(kind, view, axes, output, lowering)
  const settled = lowering.settled(x)
  const { order, extents } = layoutOf(settled)
  const stored = axes.filter((axis) => extents[axis] !== 1)
  const repeats = axes.reduce((count, axis) => count * ((x.shape[axis] ?? 1) / (extents[axis] ?? 1)), 1)
  const narrowed = { shape: keptShape(x.shape, axes), dtype: output.dtype }
  let name = lowering.stored(settled, order)
  const inner = kind === sum ? innerSum(name, stored, { order, extents }, lowering) : undefined
  for (const positions of inner === undefined ? passes(stored, { order, extents }) : []) {
    name = lowering.emit(kind.op, [name, lowering.builder.int64(positions)], { keepdims: int(1) })
  }
  name = inner ?? name
  const layout = { order, extents: extents.map((extent, axis) => (axes.includes(axis) ? 1 : extent)) }
  const reduced = lowering.laidOutValue(narrowed, name, layout)
  return lowering.reshape(scaled(kind, reduced, repeats, lowering), output.shape)
}

function isLinear(kind: Reduction): boolean {
  return kind === sum || kind === mean
}

/** Whether a factor is the same number along `axes` of a tensor of the given rank. */
function isConstantAlong(factor: Value, axes: readonly number[], rank: number): boolean {
  const { extents } = layoutOf(factor)
  return axes.every((axis) => (extents[axis - (rank - extents.length)] ?? 1) === 1)
}

function keptShape(shape: readonly number[], axes: readonly number[]): readonly number[] {
  return shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent))
}

/**
 * Feature maps with blocked channels: `axes` are those of [batch, channels, height, width]. Where the channels stay, so
 * do their blocks, and a reduction that follows finds them.
 */
function reduceBlocked(
  kind: Reduction,
  view: Value,
  axes: readonly number[],
  output: ValueSpec,
  lowering: Lowering,
): Value {
  const viewAxes = axes.flatMap((axis) => [[0], [1, 2], [3], [4]][axis] ?? [])
  const kept = { shape: keptShape(view.shape, viewAxes), dtype: output.dtype }
  const reduced = reduce(kind, view, viewAxes, kept, lowering)
  const staysBlocked = output.shape.length === 4 && !axes.includes(1)
  if (staysBlocked && reduced.source.kind === 'tensor') return { ...output, source: { kind: 'blocked', view: reduced } }
  return lowering.reshape(reduced, output.shape)
}

/** Rows up to this length cost more to start on than to add. */
const fewColumns = 64

/**
 * Physical positions to reduce, one list a pass. ONNX Runtime has fast loops for at most three alternating groups of
 * kept and reduced axes; with more, the innermost group goes first. Many rows of few columns, as feature maps of one
 * block of channels are, it adds row by row: 8 times slower than with the outermost axis kept for a second pass.
 */
function passes(stored: readonly number[], layout: Layout): readonly (readonly number[])[] {
  if (stored.length === 0) return []
  const positions = stored.map((axis) => layout.order.indexOf(axis)).toSorted((a, b) => a - b)
  const groups: { readonly isReduced: boolean; readonly positions: number[] }[] = []
  for (const [position, extent] of physicalShape(layout).entries()) {
    if (extent === 1) continue
    const isReduced = positions.includes(position)
    const last = groups.at(-1)
    if (last?.isReduced === isReduced) last.positions.push(position)
    else groups.push({ isReduced, positions: [position] })
  }
  const [rows, columns] = groups
  if (groups.length === 2 && rows?.isReduced === true && rows.positions.length > 1) {
    const width = sizeOf((columns?.positions ?? []).map((position) => physicalShape(layout)[position] ?? 1))
    if (width <= fewColumns) return [rows.positions.slice(1), rows.positions.slice(0, 1)]
  }
  if (groups.length <= 3) return [positions]
  const innermost = groups.findLast((group) => group.isReduced)?.positions ?? []
  return [innermost, positions.filter((position) => !innermost.includes(position))]
}

/** Accounts for axes that were stored once: x summed `repeats` times. */
function scaled(kind: Reduction, x: Value, repeats: number, lowering: Lowering): Value {
  if (kind.ofEqual(2, repeats) === 2) return x
  const factor = uniform({ shape: [], dtype: x.dtype }, repeats)
  return lowering.elementwise(kind === product ? 'Pow' : 'Mul', [x, factor], x)
}

function position(op: string): Operation {
  return operation(
    (call) => ({ shape: reducedShape(call, axesOf(call, 'axis', operand(call, 'x').shape.length)), dtype: 'int32' }),
    (call, lowering) => {
      const x = operand(call, 'x')
      const [axis = 0] = axesOf(call, 'axis', x.shape.length)
      const index = lowering.emit(op, [lowering.plain(x)], { axis: int(axis), keepdims: int(0) })
      return lowering.plainValue(call.output, lowering.emit('Cast', [index], { to: int(elementTypes.int32) }))
    },
  )
}

function overBooleans(kind: Reduction): Operation {
  return operation(
    (call) => ({ shape: reducedShape(call, axesOf(call, 'axis', operand(call, 'x').shape.length)), dtype: 'bool' }),
    (call, lowering) => {
      const x = lowering.cast(operand(call, 'x'), 'int32')
      const axes = axesOf(call, 'axis', x.shape.length)
      return lowering.cast(reduce(kind, x, axes, { ...call.output, dtype: 'int32' }, lowering), 'bool')
    },
  )
}

const softmax = operation(
  (call) => operand(call, 'logits'),
  (call, lowering) => alongLastAxis('Softmax', call, lowering),
)

const logSoftmax = operation(
  (call) => operand(call, 'logits'),
  (call, lowering) => alongLastAxis('LogSoftmax', call, lowering),
)

function alongLastAxis(op: string, call: LoweringCall, lowering: Lowering): Value {
  const logits = operand(call, 'logits')
  const last = logits.shape.length - 1
  const axis = call.attributes.number(op === 'Softmax' ? 'dim' : 'axis', last)
  if (axis !== last && axis !== -1) throw unsupported(call, `axis ${axis}`)
  return lowering.plainValue(call.output, lowering.emit(op, [lowering.plain(logits)], { axis: int(last) }))
}

const cumulativeSum = operation(
  (call) => operand(call, 'x'),
  (call, lowering) => {
    const x = operand(call, 'x')
    const axis = lowering.builder.int64([call.attributes.number('axis')], [])
    const flag = (name: string): number => Number(call.attributes.boolean(name))
    const name = lowering.emit('CumSum', [lowering.plain(x), axis], {
      exclusive: int(flag('exclusive')),
      reverse: int(flag('reverse')),
    })
    return lowering.plainValue(call.output, name)
  },
)

export const reductionOperations: OperationTable = {
  Sum: reduction(sum),
  Mean: reduction(mean),
  Prod: reduction(product),
  Max: reduction(maximum),
  Min: reduction(minimum),
  All: overBooleans(minimum),
  Any: overBooleans(maximum),
  ArgMax: position('ArgMax'),
  ArgMin: position('ArgMin'),
  Softmax: softmax,
  LogSoftmax: logSoftmax,
  Cumsum: cumulativeSum,
}
