/**
 * A program is one step of mathematics, written once with TensorFlow.js operations and run by any executor.
 * It is pure: everything that changes between runs is an input or state. Whatever else `build` reads
 * (`Math.random`, a clock, a captured number) is baked into the compiled graph, so it must not read any.
 */
import type { Tensor } from '@tensorflow/tfjs-core'
import type { HostTensors, TensorSpecs } from '#shared/tensors/host-tensor.ts'

export type NamedTensors = Readonly<Record<string, Tensor>>

export interface Program {
  /** For messages and profiles, e.g. `sampled-step`. */
  readonly name: string
  /** Given at every run: batches, indices, learning rate. Scalars have shape []. */
  readonly inputs: TensorSpecs
  /** Stays in the executor between runs (`DeviceState`); read by name, and replaced by an output of the same name. */
  readonly state: TensorSpecs
  /** Never change: weights of the original network, index tables. Executors may pre-pack them. */
  readonly constants: HostTensors
  /**
   * Maps inputs, state and constants (one record, names are unique across the three) to outputs.
   * Outputs named like a state entry replace it; the others are returned to the caller.
   */
  build(tensors: NamedTensors): NamedTensors
}
