/** Arithmetic of maps with each other, and what changes nothing. */
import type { GraphImport, Operator } from '../graph-import.ts'
import { combine } from '../integers.ts'
import { integersValue, type OperatorCall, type ImportedValue, type ViewValue } from '../operator-call.ts'
import { extentsOf } from '../view.ts'
import { applied } from './activations.ts'
import { withConstant } from './affine.ts'
import { eachNumber, isOfWeights, pairwise } from './constant-arithmetic.ts'

export const elementwiseOperators: Readonly<Record<string, Operator>> = {
  Add: ofWeights((a, b) => a + b, add),
  Sum: sum,
  Sub: ofWeights((a, b) => a - b, subtract),
  Mul: ofWeights((a, b) => a * b, multiply),
  Neg: negate,
  Div: ofWeights((a, b) => a / b, divide),
  Pow: ofWeights((a, b) => a ** b, power),
  Sqrt: (operation) => eachNumber(operation, Math.sqrt),
  Reciprocal: (operation) => eachNumber(operation, (value) => 1 / value),
  Expand: expand,
  Identity: (operation) => operation.operand(0),
  Dropout: dropout,
  Cast: cast,
}

/** `otherwise`, unless both operands are weights. */
function ofWeights(compute: (left: number, right: number) => number, otherwise: Operator): Operator {
  return (operation, graph) => (isOfWeights(operation) ? pairwise(operation, compute) : otherwise(operation, graph))
}

function add(operation: OperatorCall, graph: GraphImport): ImportedValue {
  const [left, right] = [operation.operand(0), operation.operand(1)]
  if (left.kind === 'integers' && right.kind === 'integers') return arithmetic(operation, (a, b) => a + b)
  if (left.kind === 'view' && right.kind === 'view') {
    return combined(operation, graph, 'add', operation.view(0), operation.view(1))
  }
  const at = left.kind === 'view' ? 0 : 1
  return withConstant(operation, graph, operation.view(at), operation.weights(1 - at), 'add')
}

function sum(operation: OperatorCall, graph: GraphImport): ImportedValue {
  const [first, ...others] = operation.operands.map((_, at) => operation.view(at))
  if (first === undefined) return operation.corrupt('it adds nothing')
  return others.reduce((total, next) => combined(operation, graph, 'add', total, next), first)
}

function subtract(operation: OperatorCall, graph: GraphImport): ImportedValue {
  const [left, right] = [operation.operand(0), operation.operand(1)]
  if (left.kind === 'integers' && right.kind === 'integers') return arithmetic(operation, (a, b) => a - b)
  if (left.kind === 'view' && right.kind === 'view') {
    const negative = applied(operation, graph, operation.view(1), { name: 'affine', scale: -1, shift: 0 })
    return combined(operation, graph, 'add', operation.view(0), negative)
  }
  return left.kind === 'view'
    ? withConstant(operation, graph, operation.view(0), operation.weights(1), 'subtract')
    : withConstant(operation, graph, operation.view(1), operation.weights(0), 'subtract-from')
}

function negate(operation: OperatorCall, graph: GraphImport): ImportedValue {
  const value = operation.operand(0)
  switch (value.kind) {
    case 'integers':
      return { ...value, values: value.values.map((number) => -number) }
    case 'weights':
      return eachNumber(operation, (number) => -number)
    case 'view':
      return applied(operation, graph, operation.view(0), { name: 'affine', scale: -1, shift: 0 })
  }
}

function multiply(operation: OperatorCall, graph: GraphImport): ImportedValue {
  const [left, right] = [operation.operand(0), operation.operand(1)]
  if (left.kind === 'integers' && right.kind === 'integers') return arithmetic(operation, (a, b) => a * b)
  if (left.kind === 'view' && right.kind === 'view') return product(operation, graph)
  const at = left.kind === 'view' ? 0 : 1
  return withConstant(operation, graph, operation.view(at), operation.weights(1 - at), 'multiply')
}

/** One factor may be repeated over the pixels of the other: the product repeats it by itself. */
function product(operation: OperatorCall, graph: GraphImport): ViewValue {
  const factors = [operation.factor(0), operation.factor(1)]
  const [left, right] = factors.map(({ repeated: _, ...value }): ViewValue => value)
  if (left === undefined || right === undefined) return operation.corrupt('expected two operands')
  const result = combined(operation, graph, 'multiply', left, right)
  const wanted = factors.flatMap(({ repeated }) => (repeated === undefined ? [] : [repeated.join()]))
  if (wanted.every((extents) => extents === extentsOf(result.view).join())) return result
  return operation.unsupported(`its operand is repeated to [${wanted.join('], [')}], and not by the other one`)
}

function divide(operation: OperatorCall, graph: GraphImport): ImportedValue {
  const [left, right] = [operation.operand(0), operation.operand(1)]
  if (left.kind === 'integers' && right.kind === 'integers') {
    // Exporters divide lengths, which are positive: down is towards zero, as ONNX has it.
    return arithmetic(operation, (a, b) => Math.trunc(a / b))
  }
  if (right.kind === 'view') return operation.unsupported('it divides by what the network computes')
  return withConstant(operation, graph, operation.view(0), operation.weights(1), 'divide')
}

function arithmetic(operation: OperatorCall, compute: (left: number, right: number) => number): ImportedValue {
  const result = combine(operation.integers(0), operation.integers(1), compute)
  return result === undefined ? operation.unsupported('its integers do not fit each other') : integersValue(result)
}

/** The sum or product of two values, number by number or with one number a channel. */
function combined(
  operation: OperatorCall,
  graph: GraphImport,
  op: 'add' | 'multiply',
  left: ViewValue,
  right: ViewValue,
): ViewValue {
  const isSameArrangement =
    left.view.shape.join() === right.view.shape.join() &&
    JSON.stringify(left.view.axes) === JSON.stringify(right.view.axes)
  if (left.view.axes.length === 4 && right.view.axes.length === 4) {
    const { inputs, restored } = graph.maps(operation, [left, right])
    const [first = '', second = ''] = inputs
    return restored(graph.add(operation, (id) => ({ op, id, inputs: [first, second] })))
  }
  // Both are rearranged in one way, whatever that is: so is what comes of them.
  if (isSameArrangement) {
    return graph.pointwise(operation, left, (id, input) => {
      const other = input === left.view.node ? right.view.node : graph.either(operation, right)
      return { op, id, inputs: [input, other] }
    })
  }
  const [first, second] = [graph.either(operation, left), graph.either(operation, right)]
  return graph.add(operation, (id) => ({ op, id, inputs: [first, second] }))
}

/** A square or a cube, as a product: what exporters write GELU with. */
function power(operation: OperatorCall, graph: GraphImport): ViewValue {
  const value = operation.view(0)
  const exponent = operation.optionalNumber(1)
  if (exponent === 1) return value
  if (exponent !== 2 && exponent !== 3) {
    return operation.unsupported(`it raises to the power ${exponent ?? 'of nothing'}; known are 1, 2 and 3`)
  }
  const square = combined(operation, graph, 'multiply', value, value)
  return exponent === 2 ? square : combined(operation, graph, 'multiply', square, value)
}

/** Repeats a value along axes of one element. */
function expand(operation: OperatorCall): ImportedValue {
  const value = operation.view(0)
  const own = extentsOf(value.view)
  const wanted = operation.integers(1).values
  const rank = Math.max(own.length, wanted.length)
  const lengthened = (extents: readonly number[]): readonly number[] => {
    return [...new Array<number>(rank - extents.length).fill(1), ...extents]
  }
  const target = lengthened(wanted).map((extent, at) => (extent === 1 ? (lengthened(own)[at] ?? 1) : extent))
  if (target.join() === own.join()) return value
  const fits = rank === own.length && own.every((extent, at) => extent === 1 || extent === target[at])
  if (!fits) return operation.corrupt(`[${own.join(', ')}] cannot be repeated to [${wanted.join(', ')}]`)
  return { ...value, repeated: target }
}

/** The mask that a Dropout may yield is none in evaluation. */
function dropout(operation: OperatorCall): ImportedValue {
  const trains = operation.optional(2)
  if (trains?.kind === 'integers' && trains.values[0] !== 0) return operation.unsupported('it trains')
  return operation.operand(0)
}

/** Codes of ONNX: float32, float16, float64, bfloat16. */
const floats: readonly number[] = [1, 10, 11, 16]

/** Numbers stay what they are: the studio computes in float32. */
function cast(operation: OperatorCall): ImportedValue {
  const value = operation.operand(0)
  const isFloat = floats.includes(operation.int('to', 0))
  const isChoice = value.kind === 'view' && value.ending?.kind === 'choice'
  if (isChoice || (value.kind === 'integers' ? !isFloat : isFloat)) return value
  return operation.unsupported(
    `it turns ${value.kind === 'integers' ? 'integers into numbers' : 'numbers into integers'}`,
  )
}
