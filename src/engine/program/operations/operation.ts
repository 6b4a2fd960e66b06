/** What the compiler knows about one TensorFlow.js kernel: the shapes of its results, and how to write it as ONNX. */
import { AppException } from '#shared/basics/result.ts'
import type { Attributes } from '../attributes.ts'
import type { ValueSpec } from '../graph.ts'
import type { Lowering } from '../onnx/lowering.ts'
import type { Value } from '../onnx/value.ts'

export interface Call<Operand> {
  readonly op: string
  readonly attributes: Attributes
  readonly inputs: ReadonlyMap<string, Operand>
}

export interface LoweringCall extends Call<Value> {
  /** The first result, for the many kernels that have one. */
  readonly output: ValueSpec
  readonly outputs: readonly ValueSpec[]
  /** Operations that read the operand, this one among them; `output` stands for the program's caller. */
  readersOf(operand: string): readonly string[]
}

export interface Operation {
  /** Whether TensorFlow.js expects a list of results, even of one. */
  readonly yieldsList: boolean
  infer(call: Call<ValueSpec>): readonly ValueSpec[]
  lower(call: LoweringCall, lowering: Lowering): readonly Value[]
}

export type OperationTable = Readonly<Record<string, Operation>>

/** An operation with one result. */
export function operation(
  infer: (call: Call<ValueSpec>) => ValueSpec,
  lower: (call: LoweringCall, lowering: Lowering) => Value,
): Operation {
  return {
    yieldsList: false,
    infer: (call) => [infer(call)],
    lower: (call, lowering) => [lower(call, lowering)],
  }
}

export function operand<Operand>(call: Call<Operand>, name: string): Operand {
  const value = call.inputs.get(name)
  if (value !== undefined) return value
  throw new AppException({ code: 'internal', message: `Operation ${call.op} was called without operand ${name}` })
}

/** All operands in call order, for kernels that take a list. */
export function operandList<Operand>(call: Call<Operand>): readonly Operand[] {
  return [...call.inputs.values()]
}

export function unsupported(call: { readonly op: string }, detail: string): AppException {
  return new AppException({
    code: 'op-unsupported',
    message: `Operation ${call.op} cannot be compiled with ${detail}`,
  })
}

/** Axes given as a number, a list or not at all (all axes); negative ones count from the end. Sorted. */
export function axesOf(call: Call<ValueSpec>, attribute: string, rank: number): readonly number[] {
  const given = call.attributes.has(attribute) ? call.attributes.numbers(attribute) : undefined
  const axes = given ?? Array.from({ length: rank }, (_, axis) => axis)
  return axes.map((axis) => (axis < 0 ? axis + rank : axis)).toSorted((a, b) => a - b)
}
