/**
 * Feature-map distillation (method 3, the authors' L2BatchedAttentionLoss): squared distance of per-sample normalised
 * maps, summed over maps, averaged over the batch. Which maps are compared is the caller's list (faithful, documented).
 */
import { tf } from '#engine/program/tfjs.ts'
import { safeSqrt } from './safe-sqrt.ts'
import { stagedSampleSum, stagedSum } from './staged-sum.ts'

/** Added to every norm (1e-8 before April 2023). */
const normEpsilon = 1e-3

/**
 * (1 / B) sum over maps and samples of || a / (||a|| + e) - b / (||b|| + e) ||^2.
 * @param original maps of the original network, [B, ...], any layout
 * @param reconstructed maps of the same shapes; a map of zeros gets gradient 0 through its norm
 */
export function featureMapLoss(original: readonly tf.Tensor[], reconstructed: readonly tf.Tensor[]): tf.Scalar {
  if (original.length !== reconstructed.length || original.length === 0) {
    throw new RangeError(`feature maps come in pairs, got ${original.length} and ${reconstructed.length}`)
  }
  const terms = original.map((map, at) => mapDistance(map, reconstructed[at] ?? map))
  return terms.reduce((sum, term) => tf.add(sum, term))
}

function mapDistance(original: tf.Tensor, reconstructed: tf.Tensor): tf.Scalar {
  const samples = original.shape[0] ?? 1
  const difference = tf.sub(normalise(original), normalise(reconstructed))
  return tf.div(stagedSum(tf.square(difference)), samples)
}

/** Each sample divided by its norm over all but the first axis. The axes stay: a reshape would cost a copy. */
function normalise(map: tf.Tensor): tf.Tensor {
  const norms = safeSqrt(stagedSampleSum(tf.square(map)))
  return tf.mul(map, tf.div(1, tf.add(norms, normEpsilon)))
}
