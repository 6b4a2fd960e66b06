/**
 * Sums, products and their like. Arithmetic with a uniform 0 or 1, which the gradients of TensorFlow.js write often,
 * disappears.
 */
import { tf } from '#engine/program/tfjs.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import type { ValueSpec } from '../graph.ts'
import type { Lowering } from '../onnx/lowering.ts'
import { broadcast, layoutOf, sameNumbers, uniform, uniformOf, type Value } from '../onnx/value.ts'
import { arithmeticSpec, binary, broadcastShape, composed, folded, sameAsX, type Shortcut } from './elementwise.ts'
import { operand, operandList, operation, type LoweringCall, type Operation, type OperationTable } from './operation.ts'

const sum: Shortcut = (a, b, call, lowering) => {
  const { output } = call
  if (uniformOf(b) === 0) return spread(a, output, lowering)
  if (uniformOf(a) === 0) return spread(b, output, lowering)
  return shiftedMaps('a', 'b', call, lowering) ?? shiftedMaps('b', 'a', call, lowering)
}

/** An offset for each channel becomes the bias of the convolution before it. */
function shiftedMaps(maps: string, offset: string, call: LoweringCall, lowering: Lowering): Value | undefined {
  const { output } = call
  const { source } = operand(call, maps)
  if (source.kind !== 'pending' || call.readersOf(maps).length !== 1) return undefined
  const bias = lowering.perChannel(operand(call, offset), output.shape[1] ?? 1)
  return bias && { ...output, source: { kind: 'pending', pending: source.pending.shifted(bias) } }
}

const difference: Shortcut = (a, b, { output }, lowering) =>
  uniformOf(b) === 0 ? spread(a, output, lowering) : undefined

const quotient: Shortcut = (a, b, { output }, lowering) =>
  uniformOf(b) === 1 ? spread(a, output, lowering) : undefined

const product: Shortcut = (a, b, call, lowering) => {
  const { output } = call
  if (uniformOf(b) === 1) return spread(a, output, lowering)
  if (uniformOf(a) === 1) return spread(b, output, lowering)
  // Branches that no gradient reaches arrive as literal zeros; what they multiply need not be computed.
  if (uniformOf(a) === 0 || uniformOf(b) === 0) return uniform(output, 0)
  return (
    selection(a, b, output, lowering) ??
    selection(b, a, output, lowering) ??
    scaledBy('a', 'b', call, lowering) ??
    scaledBy('b', 'a', call, lowering)
  )
}

/** Elements of a factor, at most this share of the product's, are worth keeping apart. */
const smallShare = 1 / 8
/** Products below this size are written at once. */
const largeSize = 4096

/** A small factor stays apart from what it multiplies, or moves into the filters of the convolution before it. */
function scaledBy(name: string, factorName: string, call: LoweringCall, lowering: Lowering): Value | undefined {
  const { output } = call
  const [x, factor] = [operand(call, name), operand(call, factorName)]
  if (output.dtype !== 'float32' || !sameNumbers(x.shape, output.shape)) return undefined
  if (x.source.kind === 'pending' && call.readersOf(name).length === 1) {
    const perChannel = lowering.perChannel(factor, output.shape[1] ?? 1)
    if (perChannel !== undefined) {
      return { ...output, source: { kind: 'pending', pending: x.source.pending.scaled(perChannel) } }
    }
  }
  if (x.source.kind !== 'scaled')
    return isSmallFactor(factor, x) ? scaled(lowering.settled(x), factor, output) : undefined
  const { base } = x.source
  if (!isSmallFactor(factor, base)) {
    const { source } = factor
    const other = source.kind === 'scaled' ? source.base : factor
    const product = lowering.elementwise('Mul', [base, other], output)
    const both = source.kind === 'scaled' ? productOf(x.source.factor, source.factor, lowering) : x.source.factor
    return scaled(product, both, output)
  }
  const both = productOf(x.source.factor, factor, lowering)
  return isSmallFactor(both, base) ? scaled(base, both, output) : undefined
}

function scaled(base: Value, factor: Value, output: ValueSpec): Value {
  return { ...output, source: { kind: 'scaled', base, factor } }
}

function productOf(a: Value, b: Value, lowering: Lowering): Value {
  const shape = tf.broadcast_util.assertAndGetBroadcastShape([...a.shape], [...b.shape])
  return lowering.elementwise('Mul', [a, b], { shape, dtype: 'float32' })
}

function isSmallFactor(factor: Value, x: Value): boolean {
  const size = sizeOf(layoutOf(x).extents)
  return size >= largeSize && sizeOf(layoutOf(factor).extents) <= size * smallShare
}

/**
 * A product with a 0/1 mask; a factor of x stays apart. A selection takes one pass over memory, but the CPU provider makes
 * three of it: there the mask is multiplied by, as a number.
 */
function selection(x: Value, mask: Value, output: ValueSpec, lowering: Lowering): Value | undefined {
  if (mask.source.kind !== 'mask' || x.source.kind === 'mask') return undefined
  if (x.source.kind === 'scaled' && sameNumbers(x.shape, output.shape)) {
    const chosen = selection(x.source.base, mask, output, lowering)
    return chosen && scaled(chosen, x.source.factor, output)
  }
  if (lowering.target.device === 'cpu') return lowering.elementwise('Mul', [x, mask], output)
  return lowering.elementwise('Where', [mask.source.condition, x, uniform({ ...output, shape: [] }, 0)], output)
}

const power: Shortcut = (a, b, { output }, lowering) => {
  switch (uniformOf(b)) {
    case 0:
      return uniform(output, 1)
    case 0.5:
      return lowering.elementwise('Sqrt', [a], output)
    case 1:
      return spread(a, output, lowering)
    case 2:
      return lowering.elementwise('Mul', [a, a], output)
    default:
      return undefined
  }
}

/** The value broadcast to the shape of the result. */
function spread(value: Value, output: ValueSpec, lowering: Lowering): Value {
  return sameNumbers(value.shape, output.shape) ? value : broadcast(lowering.unblocked(value), output.shape)
}

const addN: Operation = operation(
  (call) => operandList(call)[0] ?? operand(call, '0'),
  (call, lowering) => {
    const live = operandList(call).filter((value) => uniformOf(value) !== 0)
    const [first, ...rest] = live
    if (first === undefined) return uniform(call.output, 0)
    return rest.reduce((sum, next) => lowering.elementwise('Add', [sum, next], call.output), first)
  },
)

const squaredDifference = composed(arithmeticSpec, (call, apply) => {
  const difference = apply('Sub', operand(call, 'a'), operand(call, 'b'))
  return apply('Mul', difference, difference)
})

/** Rounds towards minus infinity, to int32; the remainder of integers has the sign of the divisor, as in TensorFlow. */
const floorDiv = operation(
  (call) => ({ shape: broadcastShape(call), dtype: 'int32' }),
  (call, lowering) => {
    const [a, b] = [operand(call, 'a'), operand(call, 'b')]
    const { output } = call
    if (a.dtype === 'int32' && b.dtype === 'int32') {
      const remainder = lowering.elementwise('Mod', [a, b], output)
      return lowering.elementwise('Div', [lowering.elementwise('Sub', [a, remainder], output), b], output)
    }
    const real = { shape: output.shape, dtype: 'float32' } as const
    return lowering.cast(lowering.elementwise('Floor', [lowering.elementwise('Div', [a, b], real)], real), 'int32')
  },
)

const modulo = operation(arithmeticSpec, (call, lowering) => {
  const [a, b] = [operand(call, 'a'), operand(call, 'b')]
  const { output } = call
  if (output.dtype === 'int32') return lowering.elementwise('Mod', [a, b], output)
  const quotient = lowering.elementwise('Floor', [lowering.elementwise('Div', [a, b], output)], output)
  return lowering.elementwise('Sub', [a, lowering.elementwise('Mul', [quotient, b], output)], output)
})

const negative = operation(sameAsX, (call, lowering) => {
  const x = operand(call, 'x')
  const { source } = x
  if (source.kind === 'scaled') {
    return scaled(source.base, lowering.elementwise('Neg', [source.factor], source.factor), call.output)
  }
  return folded([x], call.output, (number = 0) => -number) ?? lowering.elementwise('Neg', [x], call.output)
})

export const arithmeticOperations: OperationTable = {
  Add: binary('Add', arithmeticSpec, (a = 0, b = 0) => a + b, sum),
  AddN: addN,
  Sub: binary('Sub', arithmeticSpec, (a = 0, b = 0) => a - b, difference),
  Multiply: binary('Mul', arithmeticSpec, (a = 0, b = 0) => a * b, product),
  RealDiv: binary('Div', arithmeticSpec, (a = 0, b = 0) => a / b, quotient),
  FloorDiv: floorDiv,
  Mod: modulo,
  Maximum: binary('Max', arithmeticSpec, (a = 0, b = 0) => Math.max(a, b)),
  Minimum: binary('Min', arithmeticSpec, (a = 0, b = 0) => Math.min(a, b)),
  Pow: binary('Pow', arithmeticSpec, (a = 0, b = 0) => a ** b, power),
  SquaredDifference: squaredDifference,
  Neg: negative,
}
