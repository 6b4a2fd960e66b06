/** Distance of two networks' feature maps at the ends of their stages. */
import { tf } from '#engine/program/tfjs.ts'

/** Keeps the loss finite where a map of the original is zero everywhere. */
const epsilon = 1e-12

/** The last map of each resolution, in their order. */
function stageEnds(maps: readonly tf.Tensor4D[]): readonly number[] {
  const last = new Map<string, number>()
  maps.forEach((map, at) => last.set(map.shape.slice(2).join(), at))
  return [...last.values()]
}

/**
 * Sum over stages of the mean squared difference over the mean square of the original's map; 0 without maps.
 * @param original [B, C, H, W] each
 * @param reconstructed of the same shapes
 */
export function stageMapLoss(original: readonly tf.Tensor4D[], reconstructed: readonly tf.Tensor4D[]): tf.Scalar {
  return stageEnds(original).reduce<tf.Scalar>((sum, at) => {
    const [wanted, found] = [original[at], reconstructed[at]]
    if (wanted === undefined || found === undefined) throw new RangeError('feature maps come in pairs')
    const distance = tf.mean(tf.square(tf.sub(found, wanted)))
    const size = tf.add(tf.mean(tf.square(wanted)), epsilon)
    return tf.add(sum, tf.div(distance, size))
  }, tf.scalar(0))
}
