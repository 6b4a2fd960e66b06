/** Comparisons, and what chooses by them. Their gradients stand in ../comparison-gradients.ts. */
import type { Lowering } from '../onnx/lowering.ts'
import type { Value } from '../onnx/value.ts'
import { binary, booleanSpec } from './elementwise.ts'
import { operand, operation, type LoweringCall, type Operation, type OperationTable } from './operation.ts'

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

const select = operation(
  (call) => ({ shape: operand(call, 't').shape, dtype: operand(call, 't').dtype }),
  (call, lowering) => {
    const [condition, t, e] = [operand(call, 'condition'), operand(call, 't'), operand(call, 'e')]
    // A condition of rank 1 chooses whole rows.
    const rows = [...condition.shape, ...t.shape.slice(condition.shape.length).map(() => 1)]
    return lowering.elementwise('Where', [lowering.reshape(condition, rows), t, e], call.output)
  },
)

export const comparisonOperations: OperationTable = {
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
}
