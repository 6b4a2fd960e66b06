/** Functions of each number alone. */
import type { GraphDtype, ValueSpec } from '../graph.ts'
import { uniform } from '../onnx/value.ts'
import { clip, composed, sameAsX, unary } from './elementwise.ts'
import { operand, operation, type Call, type Operation, type OperationTable } from './operation.ts'

const cast = operation(
  (call) => ({ shape: operand(call, 'x').shape, dtype: dtypeAttribute(call) }),
  (call, lowering) => lowering.cast(operand(call, 'x'), call.output.dtype),
)

function dtypeAttribute(call: Call<ValueSpec>): GraphDtype {
  const dtype = call.attributes.text('dtype')
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype
  throw new TypeError(`Cast to ${dtype}`)
}

const identity = operation(sameAsX, (call) => operand(call, 'x'))
const filledWith = (value: number): Operation => operation(sameAsX, (call) => uniform(call.output, value))

export const functionOperations: OperationTable = {
  Identity: identity,
  ZerosLike: filledWith(0),
  OnesLike: filledWith(1),
  Cast: cast,
  ClipByValue: clip(
    (call) => call.attributes.number('clipValueMin'),
    (call) => call.attributes.number('clipValueMax'),
  ),
  Abs: unary('Abs', (x = 0) => Math.abs(x)),
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
  Erf: composed(sameAsX, (call, apply) => apply('Erf', operand(call, 'x'))),
}
