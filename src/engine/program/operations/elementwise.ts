/**
 * Elementwise kernels. Arithmetic with a uniform 0 or 1, which the gradients of TensorFlow.js write often, disappears;
 * what depends on uniform values only is computed while compiling.
 */
import { tf } from '#engine/program/tfjs.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import type { GraphDtype, ValueSpec } from '../graph.ts'
import { castNumber, type Lowering } from '../onnx/lowering.ts'
import { float, type OnnxAttributes } from '../onnx/model.ts'
import { broadcast, layoutOf, sameNumbers, uniform, uniformOf, type Value } from '../onnx/value.ts'
import { operand, operandList, operation, type Call, type LoweringCall, type Operation } from './operation.ts'
import type { OperationTable } from './operation.ts'

type Fold = (...numbers: readonly number[]) => number

const sameAsX = (call: Call<ValueSpec>): ValueSpec => operand(call, 'x')

function broadcastShape(call: Call<ValueSpec>): readonly number[] {
  const [a, b] = [operand(call, 'a'), operand(call, 'b')]
  return tf.broadcast_util.assertAndGetBroadcastShape([...a.shape], [...b.shape])
}

const arithmeticSpec = (call: Call<ValueSpec>): ValueSpec => {
  const dtype = operand(call, 'a').dtype === 'int32' && operand(call, 'b').dtype === 'int32' ? 'int32' : 'float32'
  return { shape: broadcastShape(call), dtype }
}

const booleanSpec = (call: Call<ValueSpec>): ValueSpec => ({ shape: broadcastShape(call), dtype: 'bool' })

/** The result as a uniform value when all operands are uniform. */
function folded(operands: readonly Value[], output: ValueSpec, fold: Fold): Value | undefined {
  const numbers = operands.map(uniformOf)
  if (!numbers.every((number) => number !== undefined)) return undefined
  return uniform(output, castNumber(fold(...numbers), output.dtype))
}

function unary(op: string, fold: Fold, attributes: (call: LoweringCall) => OnnxAttributes = () => ({})): Operation {
  return operation(sameAsX, (call, lowering) => {
    const x = operand(call, 'x')
    return folded([x], call.output, fold) ?? lowering.elementwise(op, [x], call.output, attributes(call))
  })
}

type Shortcut = (a: Value, b: Value, call: LoweringCall, lowering: Lowering) => Value | undefined

function binary(
  op: string,
  infer: (call: Call<ValueSpec>) => ValueSpec,
  fold: Fold,
  shortcut: Shortcut = () => undefined,
): Operation {
  return operation(infer, (call, lowering) => {
    const [a, b] = [operand(call, 'a'), operand(call, 'b')]
    return (
      folded([a, b], call.output, fold) ??
      shortcut(a, b, call, lowering) ??
      lowering.elementwise(op, [a, b], call.output)
    )
  })
}

/** The value broadcast to the shape of the result. */
function spread(value: Value, output: ValueSpec, lowering: Lowering): Value {
  return sameNumbers(value.shape, output.shape) ? value : broadcast(lowering.unblocked(value), output.shape)
}

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

/** 1 where x > 0, else `alpha`; with alpha 0 it is the gradient of Relu and stays a mask. */
const step = operation(sameAsX, (call, lowering) => {
  const x = operand(call, 'x')
  const alpha = call.attributes.number('alpha', 0)
  const zero = uniform({ shape: [], dtype: x.dtype }, 0)
  const isPositive = lowering.elementwise('Greater', [lowering.reluOf(x), zero], { shape: x.shape, dtype: 'bool' })
  const { output } = call
  if (alpha === 0) return { ...output, source: { kind: 'mask', condition: isPositive } }
  const [one, other] = [uniform({ ...output, shape: [] }, 1), uniform({ ...output, shape: [] }, alpha)]
  return lowering.elementwise('Where', [isPositive, one, other], output)
})

const relu = operation(sameAsX, (call, lowering) => {
  const x = operand(call, 'x')
  const isReadElsewhere = call.readersOf('x').some((reader) => reader !== 'Relu' && reader !== 'Step')
  const result =
    x.source.kind === 'pending' && !isReadElsewhere
      ? x.source.pending.rectified()
      : lowering.elementwise('Relu', [x], call.output)
  lowering.rememberRelu(x, result)
  return result
})

const cast = operation(
  (call) => ({ shape: operand(call, 'x').shape, dtype: dtypeAttribute(call) }),
  (call, lowering) => lowering.cast(operand(call, 'x'), call.output.dtype),
)

function dtypeAttribute(call: Call<ValueSpec>): GraphDtype {
  const dtype = call.attributes.text('dtype')
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype
  throw new TypeError(`Cast to ${dtype}`)
}

const select = operation(
  (call) => ({ shape: operand(call, 't').shape, dtype: operand(call, 't').dtype }),
  (call, lowering) => {
    const [condition, t, e] = [operand(call, 'condition'), operand(call, 't'), operand(call, 'e')]
    // A condition of rank 1 chooses whole rows.
    const rows = [...condition.shape, ...t.shape.slice(condition.shape.length).map(() => 1)]
    return lowering.elementwise('Where', [lowering.reshape(condition, rows), t, e], call.output)
  },
)

const addN: Operation = operation(
  (call) => operandList(call)[0] ?? operand(call, '0'),
  (call, lowering) => {
    const live = operandList(call).filter((value) => uniformOf(value) !== 0)
    const [first, ...rest] = live
    if (first === undefined) return uniform(call.output, 0)
    return rest.reduce((sum, next) => lowering.elementwise('Add', [sum, next], call.output), first)
  },
)

/** A kernel composed of ONNX operators applied one after the other. */
function composed(
  infer: (call: Call<ValueSpec>) => ValueSpec,
  compose: (call: LoweringCall, apply: Apply, lowering: Lowering) => Value,
): Operation {
  return operation(infer, (call, lowering) =>
    compose(call, (op, ...operands) => lowering.elementwise(op, operands.map(literal), call.output), lowering),
  )
}

type Apply = (op: string, ...operands: readonly (Value | number)[]) => Value

function literal(value: Value | number): Value {
  return typeof value === 'number' ? uniform({ shape: [], dtype: 'float32' }, value) : value
}

const clip = (lowest: (call: LoweringCall) => number, highest: (call: LoweringCall) => number): Operation =>
  operation(sameAsX, (call, lowering) => {
    const scalar = { shape: [], dtype: call.output.dtype }
    const bounds = [uniform(scalar, lowest(call)), uniform(scalar, highest(call))]
    return lowering.elementwise('Clip', [operand(call, 'x'), ...bounds], call.output)
  })

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

const notEqual = operation(booleanSpec, (call, lowering) => {
  const operands = [operand(call, 'a'), operand(call, 'b')]
  return lowering.elementwise('Not', [lowering.elementwise('Equal', operands, call.output)], call.output)
})

function truth(op: string, isNegated: boolean): Operation {
  return operation(
    (call) => ({ shape: operand(call, 'x').shape, dtype: 'bool' }),
    (call, lowering) => {
      const x = operand(call, 'x')
      const checked = op === 'IsFinite' ? [finite(x, call, lowering)] : [lowering.elementwise(op, [x], call.output)]
      return isNegated ? lowering.elementwise('Not', checked, call.output) : (checked[0] ?? x)
    },
  )
}

/** Infinity minus itself and NaN minus itself are NaN; every finite number minus itself is not. */
function finite(x: Value, call: LoweringCall, lowering: Lowering): Value {
  return lowering.elementwise('IsNaN', [lowering.elementwise('Sub', [x, x], x)], call.output)
}

const eluGrad = composed(
  (call) => operand(call, 'y'),
  (call, apply, lowering) => {
    const [dy, y] = [operand(call, 'dy'), operand(call, 'y')]
    const isPositive = lowering.elementwise('GreaterOrEqual', [y, literal(0)], { shape: y.shape, dtype: 'bool' })
    return apply('Where', isPositive, dy, apply('Mul', dy, apply('Add', y, 1)))
  },
)

const negative = operation(sameAsX, (call, lowering) => {
  const x = operand(call, 'x')
  const { source } = x
  if (source.kind === 'scaled') {
    return scaled(source.base, lowering.elementwise('Neg', [source.factor], source.factor), call.output)
  }
  return folded([x], call.output, (number = 0) => -number) ?? lowering.elementwise('Neg', [x], call.output)
})

const identity = operation(sameAsX, (call) => operand(call, 'x'))
const filledWith = (value: number): Operation => operation(sameAsX, (call) => uniform(call.output, value))

export const elementwiseOperations: OperationTable = {
  Identity: identity,
  ZerosLike: filledWith(0),
  OnesLike: filledWith(1),

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

  Equal: binary('Equal', booleanSpec, (a, b) => Number(a === b)),
  NotEqual: notEqual,
  Greater: binary('Greater', booleanSpec, (a = 0, b = 0) => Number(a > b)),
  GreaterEqual: binary('GreaterOrEqual', booleanSpec, (a = 0, b = 0) => Number(a >= b)),
  Less: binary('Less', booleanSpec, (a = 0, b = 0) => Number(a < b)),
  LessEqual: binary('LessOrEqual', booleanSpec, (a = 0, b = 0) => Number(a <= b)),
  LogicalAnd: binary('And', booleanSpec, (a, b) => Number(a !== 0 && b !== 0)),
  LogicalOr: binary('Or', booleanSpec, (a, b) => Number(a !== 0 || b !== 0)),
  LogicalNot: truth('Not', false),
  IsNan: truth('IsNaN', false),
  IsInf: truth('IsInf', false),
  IsFinite: truth('IsFinite', true),
  Select: select,

  Abs: unary('Abs', (x = 0) => Math.abs(x)),
  Neg: negative,
  Sign: unary('Sign', (x = 0) => Math.sign(x)),
  Floor: unary('Floor', (x = 0) => Math.floor(x)),
  Ceil: unary('Ceil', (x = 0) => Math.ceil(x)),
  Round: composed(sameAsX, (call, apply) => apply('Round', operand(call, 'x'))),
  Exp: unary('Exp', (x = 0) => Math.exp(x)),
  Log: unary('Log', (x = 0) => Math.log(x)),
  Log1p: composed(sameAsX, (call, apply) => apply('Log', apply('Add', operand(call, 'x'), 1))),
  Sqrt: unary('Sqrt', (x = 0) => Math.sqrt(x)),
  Rsqrt: composed(sameAsX, (call, apply) => apply('Reciprocal', apply('Sqrt', operand(call, 'x')))),
  Square: composed(sameAsX, (call, apply) => apply('Mul', operand(call, 'x'), operand(call, 'x'))),
  Reciprocal: unary('Reciprocal', (x = 0) => 1 / x),
  Sin: unary('Sin', (x = 0) => Math.sin(x)),
  Cos: unary('Cos', (x = 0) => Math.cos(x)),
  Tanh: unary('Tanh', (x = 0) => Math.tanh(x)),
  Sigmoid: unary('Sigmoid', (x = 0) => 1 / (1 + Math.exp(-x))),
  Softplus: unary('Softplus', (x = 0) => Math.log1p(Math.exp(x))),
  Erf: composed(sameAsX, (call, apply) => apply('Erf', operand(call, 'x'))),
  Relu: relu,
  Relu6: clip(
    () => 0,
    () => 6,
  ),
  LeakyRelu: unary(
    'LeakyRelu',
    (x = 0) => x,
    (call) => ({ alpha: float(call.attributes.number('alpha')) }),
  ),
  Elu: unary('Elu', (x = 0) => (x >= 0 ? x : Math.expm1(x))),
  EluGrad: eluGrad,
  ClipByValue: clip(
    (call) => call.attributes.number('clipValueMin'),
    (call) => call.attributes.number('clipValueMax'),
  ),
  Step: step,
  Cast: cast,
}
