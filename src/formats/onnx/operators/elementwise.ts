import { sizeOf } from '#shared/host-tensor.ts'
import { idOf, type GraphImport, type Operator } from '../graph-import.ts'
import { combine } from '../integers.ts'
import { integersValue, type Operation, type Value, type ViewValue, type WeightsValue } from '../operation.ts'
import { sourceAxis } from '../view.ts'
import { withBias } from './layers.ts'

export const elementwiseOperators: Readonly<Record<string, Operator>> = {
  Relu: (operation, graph) => activation(operation, graph, 'relu'),
  Sigmoid: (operation, graph) => activation(operation, graph, 'sigmoid'),
  HardSwish: (operation, graph) => activation(operation, graph, 'hard-swish'),
  LeakyRelu: leakyRelu,
  Clip: clip,
  Add: add,
  Sub: subtract,
  Mul: multiply,
  Div: divide,
  Softmax: softmax,
  Identity: (operation) => operation.operand(0),
  Dropout: dropout,
  Cast: cast,
}

function activation(
  operation: Operation,
  graph: GraphImport,
  op: 'relu' | 'relu6' | 'sigmoid' | 'hard-swish',
): ViewValue {
  const input = graph.either(operation, operation.view(0))
  return graph.add(operation, (id) => ({ op, id, input }))
}

function leakyRelu(operation: Operation, graph: GraphImport): ViewValue {
  const input = graph.either(operation, operation.view(0))
  const slope = operation.float('alpha', 0.01)
  return graph.add(operation, (id) => ({ op: 'leaky-relu', id, input, slope }))
}

const unbounded = 3e38

/** ReLU and ReLU6; bounds were attributes before operator set 11. */
function clip(operation: Operation, graph: GraphImport): ViewValue {
  const least = operation.optionalNumber(1) ?? operation.float('min', -Infinity)
  const most = operation.optionalNumber(2) ?? operation.float('max', Infinity)
  if (least === 0 && most === 6) return activation(operation, graph, 'relu6')
  if (least === 0 && most > unbounded) return activation(operation, graph, 'relu')
  return operation.unsupported(`it clips to ${least} .. ${most}; known are 0 .. 6 and 0 and more`)
}

function add(operation: Operation, graph: GraphImport): Value {
  const [left, right] = [operation.operand(0), operation.operand(1)]
  if (left.kind === 'integers' && right.kind === 'integers') return arithmetic(operation, (a, b) => a + b)
  if (left.kind === 'view' && right.kind === 'view') {
    const inputs = [operation.view(0), operation.view(1)].map((value) => graph.either(operation, value))
    const [first = '', second = ''] = inputs
    return graph.add(operation, (id) => ({ op: 'add', id, inputs: [first, second] }))
  }
  const { value, constant } = withConstant(operation)
  return (
    shifted(operation, graph, value, constant, -1) ??
    biased(operation, graph, value, constant) ??
    operation.unsupported('it adds a constant that is no bias of the convolution or linear layer before it')
  )
}

function subtract(operation: Operation, graph: GraphImport): Value {
  if (operation.operand(0).kind === 'integers' && operation.operand(1).kind === 'integers') {
    return arithmetic(operation, (a, b) => a - b)
  }
  const value = operation.view(0)
  return (
    shifted(operation, graph, value, operation.weights(1), 1) ??
    operation.unsupported('only the normalisation of the images may subtract a constant')
  )
}

function multiply(operation: Operation, graph: GraphImport): Value {
  const [left, right] = [operation.operand(0), operation.operand(1)]
  if (left.kind === 'integers' && right.kind === 'integers') return arithmetic(operation, (a, b) => a * b)
  if (left.kind === 'view' && right.kind === 'view') {
    const inputs = [operation.view(0), operation.view(1)].map((value) => graph.either(operation, value))
    const [first = '', second = ''] = inputs
    return graph.add(operation, (id) => ({ op: 'multiply', id, inputs: [first, second] }))
  }
  const { value, constant } = withConstant(operation)
  return (
    stretched(operation, graph, value, constant, (deviation, factor) => deviation / factor) ??
    operation.unsupported('only the normalisation of the images may multiply by a constant')
  )
}

function divide(operation: Operation, graph: GraphImport): Value {
  if (operation.operand(0).kind === 'integers' && operation.operand(1).kind === 'integers') {
    // Exporters divide lengths, which are positive: down is towards zero, as ONNX has it.
    return arithmetic(operation, (a, b) => Math.trunc(a / b))
  }
  const value = operation.view(0)
  return (
    stretched(operation, graph, value, operation.weights(1), (deviation, divisor) => deviation * divisor) ??
    operation.unsupported('only the normalisation of the images may divide by a constant')
  )
}

function arithmetic(operation: Operation, compute: (left: number, right: number) => number): Value {
  const result = combine(operation.integers(0), operation.integers(1), compute)
  return result === undefined ? operation.unsupported('its integers do not fit each other') : integersValue(result)
}

function withConstant(operation: Operation): { readonly value: ViewValue; readonly constant: WeightsValue } {
  return operation.operand(0).kind === 'view'
    ? { value: operation.view(0), constant: operation.weights(1) }
    : { value: operation.view(1), constant: operation.weights(0) }
}

/** (x - mean) / deviation - sign c, while `value` is the image itself; undefined when it is not. */
function shifted(
  operation: Operation,
  graph: GraphImport,
  value: ViewValue,
  constant: WeightsValue,
  sign: 1 | -1,
): ViewValue | undefined {
  return renormalised(operation, graph, value, constant, (mean, deviation, by) => [
    mean + sign * by * deviation,
    deviation,
  ])
}

function stretched(
  operation: Operation,
  graph: GraphImport,
  value: ViewValue,
  constant: WeightsValue,
  stretch: (deviation: number, by: number) => number,
): ViewValue | undefined {
  return renormalised(operation, graph, value, constant, (mean, deviation, by) => [mean, stretch(deviation, by)])
}

function renormalised(
  operation: Operation,
  graph: GraphImport,
  value: ViewValue,
  constant: WeightsValue,
  change: (mean: number, deviation: number, by: number) => readonly [number, number],
): ViewValue | undefined {
  if (value.view.node !== idOf(graph.input)) return undefined
  const { channels } = graph.inputShape
  const { mean, deviation } = value.normalisation ?? {
    mean: new Array<number>(channels).fill(0),
    deviation: new Array<number>(channels).fill(1),
  }
  const values = perChannel(operation, value, constant, channels)
  const changed = values.map((by, channel) => change(mean[channel] ?? 0, deviation[channel] ?? 1, by))
  if (!changed.flat().every(Number.isFinite) || changed.some(([, own]) => own === 0)) {
    return operation.corrupt('it normalises the images by 0 or by what is no number')
  }
  return { ...value, normalisation: { mean: changed.map(([own]) => own), deviation: changed.map(([, own]) => own) } }
}

/** One number a channel from a constant that is one for all, or lies along the axis of the channels. */
function perChannel(
  operation: Operation,
  { view }: ViewValue,
  { tensor }: WeightsValue,
  channels: number,
): readonly number[] {
  const { shape } = tensor
  const count = sizeOf(shape)
  if (count === 1) return new Array<number>(channels).fill(tensor.toFloat32()[0] ?? NaN)
  const axis = view.axes.findIndex((_, at) => sourceAxis(view, at) === 1)
  const own = shape.findIndex((extent) => extent !== 1)
  // Axes are matched from the last one on.
  if (count !== channels || own - shape.length !== axis - view.axes.length) {
    return operation.unsupported(`expected one number a channel, found [${shape.join(', ')}]`)
  }
  return [...tensor.toFloat32()]
}

/** A constant behind a layer without a bias of its own, when nobody else looks at the layer. */
function biased(
  operation: Operation,
  graph: GraphImport,
  value: ViewValue,
  constant: WeightsValue,
): ViewValue | undefined {
  const id = graph.either(operation, value)
  return graph.isUsedOnce(operation, id) ? withBias(operation, graph, id, constant) : undefined
}

/** The class with the highest probability has the highest logit: a Softmax at the end is left out. */
function softmax(operation: Operation, graph: GraphImport): ViewValue {
  const value = operation.view(0)
  const rank = value.view.axes.length
  const axis = operation.int('axis', operation.opset < 13 ? 1 : -1)
  if (rank !== 2 || (axis !== 1 && axis !== -1)) return operation.unsupported('it is not over the classes')
  return { ...graph.valueOf(graph.vector(operation, value)), isProbability: true }
}

/** The mask that a Dropout may yield is none in evaluation. */
function dropout(operation: Operation): Value {
  const trains = operation.optional(2)
  if (trains?.kind === 'integers' && trains.values[0] !== 0) return operation.unsupported('it trains')
  return operation.operand(0)
}

/** Numbers stay what they are: the studio computes in float32. */
function cast(operation: Operation): Value {
  const value = operation.operand(0)
  const [float32, float16, float64] = [1, 10, 11]
  const target = operation.int('to', 0)
  const isFloat = target === float32 || target === float16 || target === float64
  if (value.kind === 'integers' ? !isFloat : isFloat) return value
  return operation.unsupported(
    `it turns ${value.kind === 'integers' ? 'integers into numbers' : 'numbers into integers'}`,
  )
}
