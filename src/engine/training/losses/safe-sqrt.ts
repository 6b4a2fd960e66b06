import { tf } from '#engine/program/tfjs.ts'
import { safeReciprocal } from './safe-reciprocal.ts'

/** Square root whose gradient at 0 is 0 instead of infinite, so that an exact fit does not become NaN. */
export function safeSqrt<R extends tf.Rank>(x: tf.Tensor<R>): tf.Tensor<R> {
  return tf.customGrad<tf.Tensor<R>>((_x, save) => {
    const value = tf.sqrt(x)
    if (typeof save === 'function') save([value])
    return { value, gradFunc: (upstream, [root = value]) => tf.mul(upstream, tf.mul(safeReciprocal(root), 0.5)) }
  })(x)
}
