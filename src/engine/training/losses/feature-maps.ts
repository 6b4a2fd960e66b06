/**
 * Feature-map distillation (method 3, the authors' L2BatchedAttentionLoss): squared distance of per-sample normalised
 * maps, summed over maps, averaged over the batch. Which maps are compared is the caller's list (faithful, documented).
 */
import { tf } from '#engine/program/tfjs.ts'
import { safeSqrt } from './safe-sqrt.ts'

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
  // The authors' list names some maps twice; a step need not compare them twice.
  const pairs: MapPair[] = []
  for (const [at, wanted] of original.entries()) {
    const found = reconstructed[at] ?? wanted
    const known = pairs.find((pair) => pair.wanted === wanted && pair.found === found)
    if (known === undefined) pairs.push({ wanted, found, count: 1 })
    else known.count += 1
  }
  return weightedDistance(pairs)
}

/** A map of the original network and its counterpart, and how often they are listed. */
interface MapPair {
  readonly wanted: tf.Tensor
  readonly found: tf.Tensor
  count: number
}

/**
 * Mean over samples of the sum over pairs, each as often as it is listed, of |u - v|^2, u and v normalised, as u.u + v.v - 2 u.v: three products
 * of vectors a map instead of two normalised maps and their difference, and a gradient that is a sum of the two maps.
 * Equal maps give exactly 0. What follows the products is done for all maps together, [B, maps].
 */
function weightedDistance(pairs: readonly MapPair[]): tf.Scalar {
  const originalSquares = perSample(pairs.map(({ wanted }) => tf.square(wanted)))
  const squares = perSample(pairs.map(({ found }) => tf.square(found)))
  const products = perSample(pairs.map(({ wanted, found }) => tf.mul(wanted, found)))
  const [originalScale, scale] = [scaleOf(originalSquares), scaleOf(squares)]
  const lengths = tf.add(tf.mul(tf.square(originalScale), originalSquares), tf.mul(tf.square(scale), squares))
  const common = tf.mul(tf.mul(originalScale, scale), products)
  const distances = tf.sub(lengths, tf.mul(common, 2))
  const samples = distances.shape[0] ?? 1
  return tf.div(tf.sum(tf.mul(distances, tf.tensor1d(pairs.map(({ count }) => count)))), samples)
}

/** What maps are multiplied by to be normalised, from the sums of their squares. */
function scaleOf(squares: tf.Tensor): tf.Tensor {
  return tf.div(1, tf.add(safeSqrt(squares), normEpsilon))
}

/** Sums of each sample of maps [B, ...], one column a map: [B, maps]. */
function perSample(maps: readonly tf.Tensor[]): tf.Tensor {
  const sums = maps.map((map) => {
    const axes = map.shape.map((_, axis) => axis).slice(1)
    return tf.reshape(tf.sum(map, axes), [-1, 1])
  })
  return tf.concat(sums, 1)
}
