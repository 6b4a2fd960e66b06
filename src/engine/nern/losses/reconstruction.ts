/** How far predicted weights are from the original ones (method 3; zero error: 14.A.3). */
import { tf } from '#engine/program/tfjs.ts'
import { safeSqrt } from './safe-sqrt.ts'

export type ReconstructionForm = 'rmse' | 'layer-mse'

/**
 * Weighted sum of squared errors: the mean over layers of each layer's mean squared error, given rows of
 * `kernelRowWeights(table, 'layer-mse')`.
 * @param predicted [kernels, K * K], as are `targets` and `weights`
 */
export function weightedSquaredError(predicted: tf.Tensor, targets: tf.Tensor, weights: tf.Tensor): tf.Scalar {
  return tf.sum(tf.mul(weights, tf.square(tf.sub(predicted, targets))))
}

/**
 * Root of the mean squared error over all weights of all layers. Its gradient has norm 1 / sqrt(count) whatever the
 * error, and is 0 at zero error.
 * @param counted 1 where a value is a weight, 0 in what a crop cuts off; [kernels, K * K]
 * @param count how many are 1; a number, or a scalar where it depends on the kernels drawn
 */
export function rootMeanSquaredError(
  predicted: tf.Tensor,
  targets: tf.Tensor,
  counted: tf.Tensor,
  count: number | tf.Scalar,
): tf.Scalar {
  return safeSqrt(tf.div(weightedSquaredError(predicted, targets, counted), count))
}
