/** Functions of each number by itself. */
import type { NetworkNode } from '#networks/network.ts'
import type { Activation } from '#shared/network/activation.ts'
import type { GraphImport, Operator } from '../graph-import.ts'
import type { OperatorCall, ImportedValue, ViewValue } from '../operator-call.ts'
import { channelValues } from './channel-values.ts'
import { sourceOf } from './layers.ts'

/** The numbers that operators have when a graph names none, as the ONNX standard says. */
export const activationOperators: Readonly<Record<string, Operator>> = {
  Relu: simple('relu'),
  Sigmoid: simple('sigmoid'),
  HardSwish: simple('hard-swish'),
  LeakyRelu: (operation, graph) => {
    const slope = operation.float('alpha', 0.01)
    return graph.pointwise(operation, operation.view(0), (id, input) => ({ op: 'leaky-relu', id, input, slope }))
  },
  Celu: activation((operation) => ({ name: 'celu', alpha: operation.float('alpha', 1) })),
  Clip: (operation, graph) => {
    const low = operation.optionalNumber(1) ?? operation.float('min', -Infinity)
    return clipped(operation, graph, 0, low, operation.optionalNumber(2) ?? operation.float('max', Infinity))
  },
  Elu: activation((operation) => ({ name: 'elu', alpha: operation.float('alpha', 1) })),
  Erf: activation(() => ({ name: 'erf' })),
  Gelu: activation((operation) => ({
    name: operation.text('approximate', 'none') === 'tanh' ? 'gelu-tanh' : 'gelu',
  })),
  'com.microsoft.Gelu': activation(() => ({ name: 'gelu' })),
  HardSigmoid: activation((operation) => ({
    name: 'hard-sigmoid',
    alpha: operation.float('alpha', 0.2),
    beta: operation.float('beta', 0.5),
  })),
  Max: (operation, graph) => bounded(operation, graph, (bound) => [bound, Infinity]),
  Min: (operation, graph) => bounded(operation, graph, (bound) => [-Infinity, bound]),
  Mish: activation(() => ({ name: 'mish' })),
  PRelu: learnedSlope,
  Selu: activation((operation) => ({
    name: 'selu',
    alpha: operation.float('alpha', 1.6732631921768188),
    gamma: operation.float('gamma', 1.0507010221481323),
  })),
  Softplus: activation(() => ({ name: 'softplus' })),
  Softsign: activation(() => ({ name: 'softsign' })),
  Tanh: activation(() => ({ name: 'tanh' })),
  ThresholdedRelu: activation((operation) => ({ name: 'thresholded-relu', alpha: operation.float('alpha', 1) })),
}

type PlainOp = 'relu' | 'relu6' | 'sigmoid' | 'hard-swish'

function simple(op: PlainOp): Operator {
  return (operation, graph) => graph.pointwise(operation, operation.view(0), (id, input) => ({ op, id, input }))
}

function activation(read: (operation: OperatorCall) => Activation): Operator {
  return (operation, graph) => applied(operation, graph, operation.view(0), read(operation))
}

/** `value` with a function applied to every number. */
export function applied(
  operation: OperatorCall,
  graph: GraphImport,
  value: ViewValue,
  activation: Activation,
): ViewValue {
  return graph.pointwise(operation, value, (id, input) => ({ op: 'activation', id, input, function: activation }))
}

/** Bounds beyond this are none. */
const unbounded = 3e38

/** ReLU, ReLU6, or between any bounds. */
function clipped(operation: OperatorCall, graph: GraphImport, at: number, low: number, high: number): ViewValue {
  const value = operation.view(at)
  if (Number.isNaN(low) || Number.isNaN(high) || low > high) return operation.corrupt(`it clips to ${low} .. ${high}`)
  const [hasLow, hasHigh] = [low > -unbounded, high < unbounded]
  if (!hasLow && !hasHigh) return value
  const make = (id: string, input: string): NetworkNode => {
    if (low === 0 && high === 6) return { op: 'relu6', id, input }
    if (low === 0 && !hasHigh) return { op: 'relu', id, input }
    const bounds = { ...(hasLow ? { low } : {}), ...(hasHigh ? { high } : {}) }
    return { op: 'activation', id, input, function: { name: 'clip', ...bounds } }
  }
  return graph.pointwise(operation, value, make)
}

/** The larger or smaller of a value and one constant number. */
function bounded(
  operation: OperatorCall,
  graph: GraphImport,
  boundsOf: (bound: number) => readonly [number, number],
): ImportedValue {
  if (operation.operands.length !== 2) return operation.unsupported('it compares more than a map and a number')
  const at = operation.operand(0).kind === 'view' ? 0 : 1
  const [low, high] = boundsOf(operation.optionalNumber(1 - at) ?? NaN)
  return clipped(operation, graph, at, low, high)
}

function learnedSlope(operation: OperatorCall, graph: GraphImport): ViewValue {
  const value = operation.view(0)
  const weights = operation.weights(1)
  const slopes = channelValues(graph, value, weights.tensor)
  if (slopes === undefined) {
    const found = weights.tensor.shape.join(', ')
    return operation.unsupported(
      `its slopes are [${found}], expected one, or one a channel (in Keras shared_axes=[1, 2])`,
    )
  }
  const source = sourceOf(weights, [slopes.length], 'prelu-slope')
  const slope = graph.parameter(operation, { ...source, values: () => slopes })
  return graph.pointwise(operation, value, (id, input) => ({ op: 'prelu', id, input, slope }))
}
