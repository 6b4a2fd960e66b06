/** Knowledge distillation: Kullback-Leibler divergence of the reconstructed logits from the original ones (method 3). */
import { tf } from '#engine/program/tfjs.ts'

export type DistillationForm = 'standard' | 'stabilised'

/** Added to the reconstructed network's probabilities before the logarithm, in the stabilised form. */
const probabilityEpsilon = 1e-4

/**
 * (T^2 / B) sum of p (log p - log q), p and q the softmax of logits / T; `stabilised` takes log(q + 1e-4), which makes
 * the loss of equal logits slightly negative. The logits are [B, classes].
 */
export function distillationLoss(
  original: tf.Tensor2D,
  reconstructed: tf.Tensor2D,
  form: DistillationForm,
  temperature = 1,
): tf.Scalar {
  const soften = (logits: tf.Tensor2D): tf.Tensor2D => (temperature === 1 ? logits : tf.div(logits, temperature))
  // The logarithm of the softmax stays finite where a probability underflows to 0, and 0 times it is 0.
  const logTargets = tf.logSoftmax(soften(original))
  const targets = tf.exp(logTargets)
  const logPredictions =
    form === 'standard'
      ? tf.logSoftmax(soften(reconstructed))
      : tf.log(tf.add(tf.softmax(soften(reconstructed)), probabilityEpsilon))
  const divergence = tf.sum(tf.mul(targets, tf.sub(logTargets, logPredictions)))
  return tf.mul(divergence, temperature ** 2 / original.shape[0])
}
