/** A traced program: the operations TensorFlow.js asked for, in order, over values known only by shape and dtype. */
import type { HostTensor } from '#shared/host-tensor.ts'

export type ValueDtype = 'float32' | 'int32' | 'bool'

export interface GraphValue {
  readonly id: number
  readonly shape: readonly number[]
  readonly dtype: ValueDtype
}

export interface GraphNode {
  /** TensorFlow.js kernel name. */
  readonly kernel: string
  readonly inputs: Readonly<Record<string, number | readonly number[]>>
  readonly attributes: Readonly<Record<string, unknown>>
  readonly outputs: readonly number[]
}

/** Data known while tracing. `uniform` is set when every element has that value. */
export interface GraphConstant {
  readonly valueId: number
  readonly tensor: HostTensor
  readonly uniform?: number
}

export interface Graph {
  readonly name: string
  readonly values: readonly GraphValue[]
  /** In execution order: topologically sorted. */
  readonly nodes: readonly GraphNode[]
  readonly constants: readonly GraphConstant[]
  /** Inputs and state of the program, by name. */
  readonly inputs: ReadonlyMap<string, number>
  /** Outputs of the program, by name; an output may be an input passed through. */
  readonly outputs: ReadonlyMap<string, number>
}
