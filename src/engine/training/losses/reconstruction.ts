/** How far predicted weights are from the original ones (method 3; zero error: 14.A.3). */
import { tf } from '#engine/program/tfjs.ts'
import { assertNever } from '#shared/basics/result.ts'
import { safeSqrt } from './safe-sqrt.ts'
import { stagedSum } from './staged-sum.ts'

/**
 * `rmse`: root of the mean squared error over all weights of all layers; its gradient has norm 1 / sqrt(N) whatever
 * the error, and is 0 at zero error. `layer-mse`: mean over layers of each layer's mean squared error.
 */
export type ReconstructionForm = 'rmse' | 'layer-mse'

export interface ReconstructionTerms {
  /** [kernels, K * K], as are the two below. */
  readonly predicted: tf.Tensor
  readonly targets: tf.Tensor
  /** Rows of `kernelRowWeights`; left out, every value counts 1 (rmse of layers that are all K x K). */
  readonly rowWeights?: tf.Tensor
}

/**
 * Loss over all kernels of a table.
 * @param weights N, represented weights in all
 */
export function reconstructionLoss(form: ReconstructionForm, terms: ReconstructionTerms, weights: number): tf.Scalar {
  switch (form) {
    case 'rmse':
      return safeSqrt(tf.div(weightedSquaredError(terms), weights))
    case 'layer-mse':
      return weightedSquaredError(terms)
    default:
      return assertNever(form)
  }
}

/**
 * The same, estimated from a sample of the kernels, out of the sum of `weightedSquaredError` over it; a kernel drawn
 * twice counts twice.
 * @param sample predicted values in it, or the sum of their row weights where there are some
 * @param share kernels of the sample by kernels of the whole table
 */
export function sampledReconstructionLoss(
  form: ReconstructionForm,
  sum: tf.Tensor,
  sample: number | tf.Tensor,
  share: number,
): tf.Scalar {
  switch (form) {
    case 'rmse':
      return safeSqrt(tf.div(sum, sample))
    case 'layer-mse':
      return tf.div(sum, share)
    default:
      return assertNever(form)
  }
}

/** Sum over predicted values, a scalar. */
export function weightedSquaredError({ predicted, targets, rowWeights }: ReconstructionTerms): tf.Scalar {
  const squares = tf.square(tf.sub(predicted, targets))
  return stagedSum(rowWeights === undefined ? squares : tf.mul(rowWeights, squares))
}
