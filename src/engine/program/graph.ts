/** What a program looks like after tracing: a list of TensorFlow.js kernels over numbered values, all shapes known. */
import type { Attributes } from './attributes.ts'

export type GraphDtype = 'float32' | 'int32' | 'bool'

export interface ValueSpec {
  readonly shape: readonly number[]
  readonly dtype: GraphDtype
}

/** Position of a value in `Graph.values`. */
export type ValueId = number

/** Literal or program constant, row-major; booleans are 0 and 1. */
export type ConstantData = Float32Array | Int32Array | Uint8Array

export interface GraphNode {
  /** Kernel name of TensorFlow.js, e.g. `Conv2D`. */
  readonly op: string
  /** Operands under the names the kernel gives them; list operands are named `0`, `1`, ... */
  readonly inputs: ReadonlyMap<string, ValueId>
  readonly attributes: Attributes
  readonly outputs: readonly ValueId[]
}

export interface NamedValue {
  readonly name: string
  readonly value: ValueId
}

export interface Graph {
  /** Name of the program, for messages. */
  readonly name: string
  readonly values: readonly ValueSpec[]
  /** Inputs and state of the program, in declaration order. */
  readonly inputs: readonly NamedValue[]
  readonly constants: ReadonlyMap<ValueId, ConstantData>
  /** In an order in which every value is computed before it is used. */
  readonly nodes: readonly GraphNode[]
  readonly outputs: readonly NamedValue[]
}
