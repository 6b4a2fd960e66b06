/**
 * Graphs quantised in the QDQ format: every quantised value is turned back into numbers before it is used, so that the
 * float network is still there. Weights are turned back here; between layers the pair of operators is left out.
 */
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { float32FileTensor, type FileDtype } from '../../file-tensor.ts'
import type { GraphImport, Operator } from '../graph-import.ts'
import { idOf } from '../graph-import.ts'
import { axisOf } from '../integers.ts'
import type { OperatorCall, ImportedValue, ViewValue } from '../operator-call.ts'
import { applied } from './activations.ts'

export const quantisationOperators: Readonly<Record<string, Operator>> = {
  QuantizeLinear: quantised,
  DequantizeLinear: dequantised,
  'com.microsoft.QuantizeLinear': quantised,
  'com.microsoft.DequantizeLinear': dequantised,
}

const bounds: Partial<Record<FileDtype, readonly [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32_768, 32_767],
  uint16: [0, 65_535],
}

interface Numbers {
  readonly name: string
  readonly shape: readonly number[]
  readonly values: Float32Array
}

function quantised(operation: OperatorCall, graph: GraphImport): ImportedValue {
  const value = operation.operand(0)
  if (value.kind === 'view') return unquantised(operation, graph, value)
  const { name, shape, values } = numbers(operation, 0)
  const [low, high] = boundsOf(operation)
  const scale = alongAxis(operation, 1, shape) ?? operation.corrupt('expected a scale, found none')
  const zero = alongAxis(operation, 2, shape)
  const codes = values.map((number, at) => {
    return Math.min(high, Math.max(low, roundToEven(number / scale(at)) + (zero?.(at) ?? 0)))
  })
  return { kind: 'weights', name, tensor: float32FileTensor(shape, codes) }
}

function dequantised(operation: OperatorCall, graph: GraphImport): ImportedValue {
  const value = operation.operand(0)
  if (value.kind === 'view') return withoutCodes(operation, graph, value)
  const { name, shape, values } = numbers(operation, 0)
  const scale = alongAxis(operation, 1, shape) ?? operation.corrupt('expected a scale, found none')
  const zero = alongAxis(operation, 2, shape)
  const tensor = float32FileTensor(
    shape,
    values.map((code, at) => (code - (zero?.(at) ?? 0)) * scale(at)),
  )
  graph.notes.count('dequantised')
  return { kind: 'weights', name, tensor }
}

/** Images that are given as codes would be scaled by this operator alone, and must not lose that without a word. */
function withoutCodes(operation: OperatorCall, graph: GraphImport, value: ViewValue): ViewValue {
  const { isQuantised, ...numbersAgain } = value
  if (value.view.node !== idOf(graph.input) || isQuantised === true) return numbersAgain
  return operation.unsupported('the images are given as codes, expected numbers as input')
}

/**
 * Codes reach from a lowest to a highest number. Where the lowest is 0, whoever quantised the graph has left out a ReLU
 * (or ReLU6) before it: it is put back.
 */
function unquantised(operation: OperatorCall, graph: GraphImport, value: ViewValue): ViewValue {
  graph.notes.count('unquantised')
  const scale = operation.weights(1).tensor
  const zero = operation.optionalWeights(2)?.tensor.toFloat32()[0] ?? 0
  const [low, high] = boundsOf(operation)
  const isImage = value.view.node === idOf(graph.input)
  if (isImage) return { ...value, isQuantised: true }
  if (zero !== low || sizeOf(scale.shape) !== 1 || value.ending !== undefined) return value
  if (graph.isNonNegative(value.view.node)) return value
  graph.notes.count('rectified')
  const most = (high - zero) * (scale.toFloat32()[0] ?? NaN)
  if (!(most > 0 && Number.isFinite(most))) return operation.corrupt('expected a positive scale')
  return applied(operation, graph, operation.view(0), { name: 'clip', low: 0, high: most })
}

/** Of the codes, by the type of the zero point; unsigned bytes without one. */
function boundsOf(operation: OperatorCall): readonly [number, number] {
  const zero = operation.optional(2)
  const dtype = zero?.kind === 'weights' ? zero.tensor.dtype : 'uint8'
  return bounds[dtype] ?? operation.unsupported(`it quantises to ${dtype}; known are 8 and 16 bits`)
}

/** A constant as numbers; its name without what tools add when they quantise a tensor. */
function numbers(operation: OperatorCall, at: number): Numbers {
  const value = operation.operand(at)
  const name = (operation.node.inputs[at] ?? '').replace(/_quantized$|_q$/, '')
  if (value.kind === 'integers') return { name, shape: value.shape, values: Float32Array.from(value.values) }
  const { tensor } = operation.weights(at)
  return { name, shape: tensor.shape, values: tensor.toFloat32() }
}

/** The scale or zero point of the element at a position of a tensor: one for all, or one a slice along `axis`. */
function alongAxis(
  operation: OperatorCall,
  at: number,
  shape: readonly number[],
): ((at: number) => number) | undefined {
  if (operation.optional(at) === undefined) return undefined
  const { values } = numbers(operation, at)
  const [only = NaN] = values
  if (values.length === 1) return () => only
  if (operation.int('block_size', 0) !== 0) return operation.unsupported('it quantises in blocks')
  // The bias of a convolution has a single axis, whatever the number says.
  const axis = shape.length === 1 ? 0 : axisOf(operation.int('axis', 1), shape.length)
  if (axis === undefined || shape[axis] !== values.length) {
    return operation.corrupt(`it has ${values.length} scales or zero points for [${shape.join(', ')}]`)
  }
  const inner = sizeOf(shape.slice(axis + 1))
  return (position) => values[Math.floor(position / inner) % values.length] ?? NaN
}

function roundToEven(value: number): number {
  const rounded = Math.round(value)
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}
