/** Operators that move numbers without changing them: maps symbolically (view.ts), integers at once. */
import type { NetworkNode, Pair } from '#networks/network.ts'
import { sizeOf } from '#shared/host-tensor.ts'
import type { GraphImport, Operator } from '../graph-import.ts'
import { axisOf, concatenate, gather, reshape, resolveExtents, slice } from '../integers.ts'
import { slicePositions, transpose } from '../integers.ts'
import { integersValue, vectorValue, type Operation, type Value, type ViewValue } from '../operation.ts'
import { everySecond, extentsOf, reshaped, sourceAxis, transposed } from '../view.ts'

export const arrangementOperators: Readonly<Record<string, Operator>> = {
  Shape: shapeOf,
  Gather: gathered,
  Reshape: reshapeTo,
  Flatten: flatten,
  Squeeze: (operation) => squeeze(operation),
  Unsqueeze: (operation) => unsqueeze(operation),
  Transpose: permute,
  Concat: concat,
  Slice: sliced,
  Split: split,
  Pad: pad,
}

function shapeOf(operation: Operation): Value {
  const value = operation.operand(0)
  const extents = value.kind === 'view' ? extentsOf(value.view) : dataShape(value)
  const end = operation.int('end', extents.length)
  return vectorValue(extents.slice(operation.int('start', 0), end))
}

function dataShape(value: Exclude<Value, ViewValue>): readonly number[] {
  return value.kind === 'integers' ? value.shape : value.tensor.shape
}

function gathered(operation: Operation): Value {
  const found = gather(operation.integers(0), operation.integers(1), operation.int('axis', 0))
  return found === undefined ? operation.unsupported('it picks from something else than a shape') : integersValue(found)
}

function reshapeTo(operation: Operation): Value {
  const value = operation.operand(0)
  const wanted = operation.listOrOperand('shape', 1) ?? []
  if (value.kind === 'integers') {
    const found = reshape(value, wanted)
    return found === undefined ? operation.corrupt('its shape does not fit its integers') : integersValue(found)
  }
  const view = operation.view(0)
  const extents = resolveExtents(extentsOf(view.view), wanted, operation.int('allowzero', 0) === 0)
  if (extents === undefined) {
    return operation.corrupt(`[${extentsOf(view.view).join(', ')}] cannot become [${wanted.join(', ')}]`)
  }
  return withExtents(operation, view, extents)
}

function flatten(operation: Operation): Value {
  const value = operation.view(0)
  const extents = extentsOf(value.view)
  const axis = operation.int('axis', 1)
  const at = axis < 0 ? axis + extents.length : axis
  if (at < 0 || at > extents.length) return operation.corrupt(`expected an axis of ${extents.length}, found ${axis}`)
  return withExtents(operation, value, [sizeOf(extents.slice(0, at)), sizeOf(extents.slice(at))])
}

function withExtents(operation: Operation, value: ViewValue, extents: readonly number[]): ViewValue {
  const view = reshaped(value.view, extents)
  if (view !== undefined) return { ...value, view }
  return operation.unsupported(`it cuts [${extentsOf(value.view).join(', ')}] into [${extents.join(', ')}]`)
}

function squeeze(operation: Operation): Value {
  const value = operation.operand(0)
  const extents = value.kind === 'view' ? extentsOf(value.view) : dataShape(value)
  const given = operation.listOrOperand('axes', 1)
  const axes =
    given?.map((axis) => axisOf(axis, extents.length)) ?? extents.map((extent, at) => (extent === 1 ? at : -1))
  const left = extents.filter((_, at) => !axes.includes(at))
  if (axes.some((axis) => axis !== undefined && axis >= 0 && extents[axis] !== 1)) {
    return operation.corrupt('it drops an axis of more than one element')
  }
  return withShape(operation, value, left)
}

function unsqueeze(operation: Operation): Value {
  const value = operation.operand(0)
  const extents = value.kind === 'view' ? extentsOf(value.view) : dataShape(value)
  const given = operation.listOrOperand('axes', 1) ?? []
  const rank = extents.length + given.length
  const axes = given.map((axis) => axisOf(axis, rank))
  if (axes.includes(undefined) || new Set(axes).size !== axes.length) return operation.corrupt('its axes do not exist')
  const rest = [...extents]
  return withShape(
    operation,
    value,
    Array.from({ length: rank }, (_, at) => (axes.includes(at) ? 1 : (rest.shift() ?? 1))),
  )
}

function withShape(operation: Operation, value: Value, extents: readonly number[]): Value {
  if (value.kind === 'integers') return { ...value, shape: extents }
  if (value.kind === 'view') return withExtents(operation, operation.view(0), extents)
  return operation.unsupported('it reshapes weights')
}

function permute(operation: Operation): Value {
  const value = operation.operand(0)
  if (value.kind === 'integers') {
    const found = transpose(value)
    return found === undefined ? operation.unsupported('it turns integers of more than two axes') : integersValue(found)
  }
  const view = operation.view(0)
  const order = operation.ints('perm') ?? view.view.axes.map((_, axis) => axis).toReversed()
  const turned = transposed(view.view, order)
  return turned === undefined ? operation.corrupt('perm is no order of the axes') : { ...view, view: turned }
}

function concat(operation: Operation, graph: GraphImport): Value {
  const { operands } = operation
  const axis = operation.int('axis', 1)
  if (operands.every((operand) => operand.kind === 'integers')) {
    const found = axis === 0 ? concatenate(operands) : undefined
    return found === undefined ? operation.unsupported('it joins integers that are no vectors') : integersValue(found)
  }
  const maps = operands.map((_, at) => graph.map(operation, operation.view(at)))
  if (axis !== 1 && axis !== -3) return operation.unsupported(`it joins maps along axis ${axis}, expected the channels`)
  return graph.add(operation, (id) => ({ op: 'concat', id, inputs: maps }))
}

function sliced(operation: Operation, graph: GraphImport): Value {
  const starts = operation.listOrOperand('starts', 1) ?? []
  const ends = operation.listOrOperand('ends', 2) ?? []
  const axes = operation.listOrOperand('axes', 3) ?? starts.map((_, at) => at)
  const steps = operation.listOrOperand('steps', 4) ?? starts.map(() => 1)
  if (ends.length !== starts.length || axes.length !== starts.length || steps.length !== starts.length) {
    return operation.corrupt('its starts, ends, axes and steps are not equally many')
  }
  return starts.reduce<Value>((value, start, at) => {
    const [axis = 0, end = 0, step = 1] = [axes[at], ends[at], steps[at]]
    return slicedAlong(operation, graph, value, { axis, start, end, step })
  }, operation.operand(0))
}

interface SliceAlong {
  readonly axis: number
  readonly start: number
  readonly end: number
  readonly step: number
}

function slicedAlong(
  operation: Operation,
  graph: GraphImport,
  value: Value,
  { start, end, step, ...along }: SliceAlong,
): Value {
  if (value.kind === 'integers') {
    const found = axisOf(along.axis, value.shape.length) === 0 ? slice(value, start, end, step) : undefined
    return found === undefined ? operation.unsupported('it slices integers that are no list') : integersValue(found)
  }
  if (value.kind !== 'view') return operation.unsupported('it slices weights')
  const extents = extentsOf(value.view)
  const axis = axisOf(along.axis, extents.length) ?? operation.corrupt(`there is no axis ${along.axis}`)
  const extent = extents[axis] ?? 1
  const positions = slicePositions(extent, start, end, step)
  const [first] = positions ?? []
  if (positions === undefined || first === undefined) return operation.corrupt('it takes nothing')
  if (step === 1 && positions.length === extent) return value
  if (step === 1 && axis === 1 && extents.length === 4) {
    const input = graph.map(operation, value)
    return channels(operation, graph, input, first, positions.length, operation.output)
  }
  const isSecond = step === 2 && first === 0 && positions.length === Math.ceil(extent / 2)
  const halved = isSecond && sourceAxis(value.view, axis) !== 1 ? everySecond(value.view, axis) : undefined
  if (halved !== undefined) return { ...value, view: halved }
  return operation.unsupported('it takes something else than channels, or every second row and column')
}

function split(operation: Operation, graph: GraphImport): readonly Value[] {
  const value = operation.view(0)
  const axis = operation.int('axis', 0)
  if (value.view.axes.length !== 4 || (axis !== 1 && axis !== -3)) {
    return operation.unsupported(`it splits along axis ${axis}, expected the channels of maps`)
  }
  const input = graph.map(operation, value)
  const [count] = graph.shapeOf(input)
  const { outputs } = operation.node
  const each = Math.ceil(count / Math.max(1, outputs.length))
  const equal = outputs.map((_, at) => Math.min(each, count - at * each))
  const sizes = operation.listOrOperand('split', 1) ?? equal
  if (sizes.length !== outputs.length || sizes.some((size) => size < 1) || sizes.reduce((a, b) => a + b, 0) !== count) {
    return operation.corrupt(`${count} channels do not split into ${sizes.join(', ')}`)
  }
  let start = 0
  return sizes.map((size, at) => {
    const part = channels(operation, graph, input, start, size, outputs[at] ?? '')
    start += size
    return part
  })
}

function channels(
  operation: Operation,
  graph: GraphImport,
  input: string,
  start: number,
  count: number,
  name: string,
): ViewValue {
  return graph.add(operation, (id) => ({ op: 'channel-slice', id, input, start, channels: count }), name)
}

/** Zeros around maps. */
function pad(operation: Operation, graph: GraphImport): Value {
  const mode = operation.text('mode', 'constant')
  const filling = operation.optionalNumber(2) ?? operation.float('value', 0)
  if (mode !== 'constant' || filling !== 0)
    return operation.unsupported(`it pads by ${mode} ${filling}, expected zeros`)
  const value = operation.view(0)
  const rank = value.view.axes.length
  const given = operation.listOrOperand('pads', 1) ?? operation.ints('paddings') ?? []
  const axes =
    (operation.optional(3) === undefined ? undefined : operation.integers(3).values) ??
    value.view.axes.map((_, at) => at)
  if (rank !== 4 || given.length !== 2 * axes.length) return operation.unsupported('expected pads of maps')
  const around = (wanted: number): Pair => {
    const at = axes.findIndex((axis) => axisOf(axis, rank) === wanted)
    return at === -1 ? [0, 0] : [given[at] ?? 0, given[at + axes.length] ?? 0]
  }
  const [batch, channelPads, rows, columns] = [around(0), around(1), around(2), around(3)]
  if ([batch, channelPads, rows, columns].flat().some((amount) => amount < 0) || batch.join() !== '0,0') {
    return operation.unsupported(`it crops, or pads the batch: ${given.join(', ')}`)
  }
  const input = graph.map(operation, value)
  if ([...channelPads, ...rows, ...columns].every((amount) => amount === 0)) return graph.valueOf(input)
  const [channelsBefore, channelsAfter] = channelPads
  const source = graph.node(input)
  const isShortcut = source.op === 'subsample-pad' && [...rows, ...columns].every((amount) => amount === 0)
  return graph.add(operation, (id): NetworkNode => {
    // The shortcut of a CIFAR ResNet of option A is one node.
    return isShortcut && source.channelsBefore + source.channelsAfter === 0
      ? { ...source, id, channelsBefore, channelsAfter }
      : { op: 'pad', id, input, channels: channelPads, rows, columns }
  })
}
