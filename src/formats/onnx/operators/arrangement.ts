/** Operators that move numbers without changing them: maps symbolically (view.ts), integers at once. */
import type { NetworkNode, Pair } from '#networks/network.ts'
import { isZeroFilling } from '#networks/zero-padding.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { fileTensor, float32FileTensor } from '../../file-tensor.ts'
import type { GraphImport, Operator } from '../graph-import.ts'
import { axisOf, concatenate, gather, reshape, resolveExtents, slice } from '../integers.ts'
import { slicePositions, transpose } from '../integers.ts'
import { integersValue, vectorValue } from '../operator-call.ts'
import type { OperatorCall, ImportedValue, ViewValue, WeightsValue } from '../operator-call.ts'
import { everySecond, extentsOf, reshaped, sourceAxis, transposedView } from '../view.ts'

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

function shapeOf(operation: OperatorCall): ImportedValue {
  const extents = shapeOfValue(operation.operand(0))
  const end = operation.int('end', extents.length)
  return vectorValue(extents.slice(operation.int('start', 0), end))
}

function shapeOfValue(value: ImportedValue): readonly number[] {
  if (value.kind === 'view') return value.repeated ?? extentsOf(value.view)
  return value.kind === 'integers' ? value.shape : value.tensor.shape
}

function gathered(operation: OperatorCall): ImportedValue {
  const found = gather(operation.integers(0), operation.integers(1), operation.int('axis', 0))
  return found === undefined ? operation.unsupported('it picks from something else than a shape') : integersValue(found)
}

function reshapeTo(operation: OperatorCall): ImportedValue {
  const value = operation.operand(0)
  const wanted = operation.listOrOperand('shape', 1) ?? []
  if (value.kind === 'integers') {
    const found = reshape(value, wanted)
    return found === undefined ? operation.corrupt('its shape does not fit its integers') : integersValue(found)
  }
  const own = shapeOfValue(value)
  // A class that was chosen has no shape of its own here, and none is left to go wrong.
  if (value.kind === 'view' && value.ending?.kind === 'choice') return value
  const extents = resolveExtents(own, wanted, operation.int('allowzero', 0) === 0)
  if (extents === undefined) return operation.corrupt(`[${own.join(', ')}] cannot become [${wanted.join(', ')}]`)
  return withShape(operation, value, extents)
}

function flatten(operation: OperatorCall): ImportedValue {
  const value = operation.arranged(0)
  const extents = extentsOf(value.view)
  const axis = operation.int('axis', 1)
  const at = axis < 0 ? axis + extents.length : axis
  if (at < 0 || at > extents.length) return operation.corrupt(`expected an axis of ${extents.length}, found ${axis}`)
  return withExtents(operation, value, [sizeOf(extents.slice(0, at)), sizeOf(extents.slice(at))])
}

function withExtents(operation: OperatorCall, value: ViewValue, extents: readonly number[]): ViewValue {
  if (value.ending?.kind === 'choice') return value
  if (value.repeated !== undefined) return operation.unsupported('it follows an Expand; known is a product there')
  const view = reshaped(value.view, extents)
  if (view !== undefined) return { ...value, view }
  return operation.unsupported(`it cuts [${extentsOf(value.view).join(', ')}] into [${extents.join(', ')}]`)
}

function squeeze(operation: OperatorCall): ImportedValue {
  const value = operation.operand(0)
  const extents = shapeOfValue(value)
  const given = operation.listOrOperand('axes', 1)
  if (value.kind === 'view' && value.ending?.kind === 'choice') return value
  const axes =
    given?.map((axis) => axisOf(axis, extents.length)) ?? extents.map((extent, at) => (extent === 1 ? at : -1))
  const left = extents.filter((_, at) => !axes.includes(at))
  if (axes.some((axis) => axis !== undefined && axis >= 0 && extents[axis] !== 1)) {
    return operation.corrupt('it drops an axis of more than one element')
  }
  return withShape(operation, value, left)
}

function unsqueeze(operation: OperatorCall): ImportedValue {
  const value = operation.operand(0)
  const extents = shapeOfValue(value)
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

function withShape(operation: OperatorCall, value: ImportedValue, extents: readonly number[]): ImportedValue {
  if (value.kind === 'integers') return { ...value, shape: extents }
  if (value.kind === 'view') return withExtents(operation, value, extents)
  const { dtype, bytes } = value.tensor
  return { ...value, tensor: fileTensor(extents, dtype, bytes) }
}

function permute(operation: OperatorCall): ImportedValue {
  const value = operation.operand(0)
  if (value.kind === 'integers') {
    const found = transpose(value)
    return found === undefined ? operation.unsupported('it turns integers of more than two axes') : integersValue(found)
  }
  if (value.kind === 'weights') return turnedWeights(operation, value)
  const view = operation.arranged(0)
  const order = operation.ints('perm') ?? view.view.axes.map((_, axis) => axis).toReversed()
  const turned = transposedView(view.view, order)
  return turned === undefined ? operation.corrupt('perm is no order of the axes') : { ...view, view: turned }
}

/** The element at position p of the result stands at the sum of p's parts times the steps of their axes. */
function turnedWeights(operation: OperatorCall, { name, tensor }: WeightsValue): ImportedValue {
  const { shape } = tensor
  const order = operation.ints('perm') ?? shape.map((_, axis) => axis).toReversed()
  const isOrder = order.length === shape.length && shape.every((_, axis) => order.includes(axis))
  if (!isOrder) return operation.corrupt('perm is no order of the axes')
  const steps = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)))
  const extents = order.map((axis) => shape[axis] ?? 1)
  const before = tensor.toFloat32()
  const inner = extents.map((_, axis) => sizeOf(extents.slice(axis + 1)))
  const values = new Float32Array(before.length).map((_, at) => {
    const from = order.reduce((sum, axis, own) => {
      const index = Math.floor(at / (inner[own] ?? 1)) % (extents[own] ?? 1)
      return sum + index * (steps[axis] ?? 0)
    }, 0)
    return before[from] ?? 0
  })
  return { kind: 'weights', name, tensor: float32FileTensor(extents, values) }
}

function concat(operation: OperatorCall, graph: GraphImport): ImportedValue {
  const { operands } = operation
  const axis = operation.int('axis', 1)
  if (operands.every((operand) => operand.kind === 'integers')) {
    const found = axis === 0 ? concatenate(operands) : undefined
    return found === undefined ? operation.unsupported('it joins integers that are no vectors') : integersValue(found)
  }
  const views = operands.map((_, at) => operation.view(at))
  if (views.every(({ view }) => view.axes.length === 2)) return joinedVectors(operation, graph, views, axis)
  const { inputs, order, restored } = graph.maps(operation, views)
  if (axisOf(axis, 4) !== order[1]) {
    return operation.unsupported(`it joins maps along axis ${axis}, expected the channels`)
  }
  return restored(graph.add(operation, (id) => ({ op: 'concat', id, inputs })))
}

/** Vectors one after another are maps of one pixel joined along their channels. */
function joinedVectors(
  operation: OperatorCall,
  graph: GraphImport,
  vectors: readonly ViewValue[],
  axis: number,
): ViewValue {
  if (axisOf(axis, 2) !== 1) return operation.unsupported(`it joins vectors along axis ${axis}, expected the features`)
  const pixels = vectors.map((vector) => withExtents(operation, vector, [...extentsOf(vector.view), 1, 1]))
  const inputs = pixels.map((pixel) => graph.map(operation, pixel))
  const joined = graph.add(operation, (id) => ({ op: 'concat', id, inputs }))
  return withExtents(operation, joined, extentsOf(joined.view).slice(0, 2))
}

function sliced(operation: OperatorCall, graph: GraphImport): ImportedValue {
  const starts = operation.listOrOperand('starts', 1) ?? []
  const ends = operation.listOrOperand('ends', 2) ?? []
  const axes = operation.listOrOperand('axes', 3) ?? starts.map((_, at) => at)
  const steps = operation.listOrOperand('steps', 4) ?? starts.map(() => 1)
  if (ends.length !== starts.length || axes.length !== starts.length || steps.length !== starts.length) {
    return operation.corrupt('its starts, ends, axes and steps are not equally many')
  }
  return starts.reduce<ImportedValue>((value, start, at) => {
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
  operation: OperatorCall,
  graph: GraphImport,
  value: ImportedValue,
  { start, end, step, ...along }: SliceAlong,
): ImportedValue {
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
  if (step === 1 && axis === graph.channelAxis(value)) {
    const { inputs, restored } = graph.maps(operation, [operation.view(0)])
    return restored(channels(operation, graph, inputs[0] ?? '', first, positions.length, operation.output))
  }
  const isSecond = step === 2 && first === 0 && positions.length === Math.ceil(extent / 2)
  const halved = isSecond && sourceAxis(value.view, axis) !== 1 ? everySecond(value.view, axis) : undefined
  if (halved !== undefined) return { ...value, view: halved }
  return operation.unsupported('it takes something else than channels, or every second row and column')
}

function split(operation: OperatorCall, graph: GraphImport): readonly ImportedValue[] {
  const value = operation.view(0)
  const axis = operation.int('axis', 0)
  const { inputs, order, restored } = graph.maps(operation, [value])
  const [input = ''] = inputs
  if (axisOf(axis, 4) !== order[1]) {
    return operation.unsupported(`it splits along axis ${axis}, expected the channels of maps`)
  }
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
    return restored(part)
  })
}

function channels(
  operation: OperatorCall,
  graph: GraphImport,
  input: string,
  start: number,
  count: number,
  name: string,
): ViewValue {
  return graph.add(operation, (id) => ({ op: 'channel-slice', id, input, start, channels: count }), name)
}

/** Zeros around maps. */
function pad(operation: OperatorCall, graph: GraphImport): ImportedValue {
  const mode = operation.text('mode', 'constant')
  const filling = operation.optionalNumber(2) ?? operation.float('value', 0)
  if (mode !== 'constant' || !isZeroFilling(filling))
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
  const { inputs, order, restored } = graph.maps(operation, [value])
  const [batchAxis = 0, channelAxis = 1, rowAxis = 2, columnAxis = 3] = order
  const [batch, channelPads, rows, columns] = [batchAxis, channelAxis, rowAxis, columnAxis].map(around)
  if (batch === undefined || channelPads === undefined || rows === undefined || columns === undefined) {
    return operation.unsupported('expected pads of maps')
  }
  if ([batch, channelPads, rows, columns].flat().some((amount) => amount < 0) || batch.join() !== '0,0') {
    return operation.unsupported(`it crops, or pads the batch: ${given.join(', ')}`)
  }
  if ([...channelPads, ...rows, ...columns].every((amount) => amount === 0)) return value
  const [input = ''] = inputs
  const [channelsBefore, channelsAfter] = channelPads
  const source = graph.node(input)
  const isShortcut = source.op === 'subsample-pad' && [...rows, ...columns].every((amount) => amount === 0)
  const added = graph.add(operation, (id): NetworkNode => {
    // The shortcut of a CIFAR ResNet of option A is one node.
    return isShortcut && source.channelsBefore + source.channelsAfter === 0
      ? { ...source, id, channelsBefore, channelsAfter }
      : { op: 'pad', id, input, channels: channelPads, rows, columns }
  })
  return restored(added)
}
