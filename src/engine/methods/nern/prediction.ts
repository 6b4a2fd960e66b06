/** How programs get kernels out of a predictor, and gradients by its parameters: one of all kernels, or parts of them. */
import type { NamedTensors } from '#engine/program/program.ts'
import type { tf } from '#engine/program/tfjs.ts'
import type { RowsOf } from './predictor.ts'

export interface SummedGradients {
  /** [] */
  readonly sum: tf.Tensor
  /** By parameter name. */
  readonly gradients: NamedTensors
}

/**
 * A sum over predicted kernels.
 * @param predicted some of the rows, [n, K * K]
 * @param rowsOf takes the same kernels' rows of a table that has one for each
 */
export type SumOverRows = (predicted: tf.Tensor2D, rowsOf: RowsOf) => tf.Scalar

/** `tensors` are parameters and the constants of the embedding's tables; `kernels` int32 [n], all kernels when left out. */
export interface Prediction {
  /** Rows of all kernels as steps that differentiate them compute them, [kernels, K * K]. */
  rows(tensors: NamedTensors): tf.Tensor2D
  /** The faster way to rows without a gradient, [n, K * K]; it holds the activations of few kernels at a time. */
  rowsInParts(tensors: NamedTensors, kernels?: tf.Tensor1D): tf.Tensor2D
  /** Gradients of the whole of `build` over the kernels, some of them at a time. */
  gradients(
    tensors: NamedTensors,
    parameters: readonly string[],
    kernels: tf.Tensor1D | undefined,
    build: SumOverRows,
  ): SummedGradients
  /**
   * For each part the mean of x x^T over the kernels, [parts, n + 1, n + 1], where x is the input of linear layer `block` with
   * a 1 for the bias after its n values. A predictor of all kernels is one part.
   */
  inputProducts(tensors: NamedTensors, block: number, kernels: tf.Tensor1D): tf.Tensor3D
}
