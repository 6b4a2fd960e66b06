/** What the families of elementwise kernels have in common. What depends on uniform values only is computed while compiling. */
import { tf } from '#engine/program/tfjs.ts'
import type { ValueSpec } from '../graph.ts'
import { castNumber, type Lowering } from '../onnx/lowering.ts'
import type { OnnxAttributes } from '../onnx/model.ts'
import { uniform, uniformOf, type Value } from '../onnx/value.ts'
import { operand, operation, type Call, type LoweringCall, type Operation } from './operation.ts'

export type NumberFold = (...numbers: readonly number[]) => number

export const sameAsX = (call: Call<ValueSpec>): ValueSpec => operand(call, 'x')

export function broadcastShape(call: Call<ValueSpec>): readonly number[] {
  const [a, b] = [operand(call, 'a'), operand(call, 'b')]
  return tf.broadcast_util.assertAndGetBroadcastShape([...a.shape], [...b.shape])
}

export const arithmeticSpec = (call: Call<ValueSpec>): ValueSpec => {
  const dtype = operand(call, 'a').dtype === 'int32' && operand(call, 'b').dtype === 'int32' ? 'int32' : 'float32'
  return { shape: broadcastShape(call), dtype }
}

export const booleanSpec = (call: Call<ValueSpec>): ValueSpec => ({ shape: broadcastShape(call), dtype: 'bool' })

/** The result as a uniform value when all operands are uniform. */
export function folded(operands: readonly Value[], output: ValueSpec, fold: NumberFold): Value | undefined {
  const numbers = operands.map(uniformOf)
  if (!numbers.every((number) => number !== undefined)) return undefined
  return uniform(output, castNumber(fold(...numbers), output.dtype))
}

export function unary(
  op: string,
  fold: NumberFold,
  attributes: (call: LoweringCall) => OnnxAttributes = () => ({}),
): Operation {
  return operation(sameAsX, (call, lowering) => {
    const x = operand(call, 'x')
    return folded([x], call.output, fold) ?? lowering.elementwise(op, [x], call.output, attributes(call))
  })
}

export type Shortcut = (a: Value, b: Value, call: LoweringCall, lowering: Lowering) => Value | undefined

export function binary(
  op: string,
  infer: (call: Call<ValueSpec>) => ValueSpec,
  fold: NumberFold,
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

/** A kernel composed of ONNX operators applied one after the other. */
export function composed(
  infer: (call: Call<ValueSpec>) => ValueSpec,
  compose: (call: LoweringCall, apply: Apply, lowering: Lowering) => Value,
): Operation {
  return operation(infer, (call, lowering) =>
    compose(call, (op, ...operands) => lowering.elementwise(op, operands.map(literal), call.output), lowering),
  )
}

type Apply = (op: string, ...operands: readonly (Value | number)[]) => Value

export function literal(value: Value | number): Value {
  return typeof value === 'number' ? uniform({ shape: [], dtype: 'float32' }, value) : value
}

export const clip = (lowest: (call: LoweringCall) => number, highest: (call: LoweringCall) => number): Operation =>
  operation(sameAsX, (call, lowering) => {
    const scalar = { shape: [], dtype: call.output.dtype }
    const bounds = [uniform(scalar, lowest(call)), uniform(scalar, highest(call))]
    return lowering.elementwise('Clip', [operand(call, 'x'), ...bounds], call.output)
  })
