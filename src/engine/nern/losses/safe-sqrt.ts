import { tf } from '#engine/program/tfjs.ts'

/** Square root whose gradient at 0 is 0 instead of infinite, so that an exact fit does not become NaN. */
export function safeSqrt<R extends tf.Rank>(x: tf.Tensor<R>): tf.Tensor<R> {
  const isPositive = tf.greater(x, tf.zerosLike(x))
  const positive = tf.where(isPositive, x, tf.onesLike(x))
  return tf.where(isPositive, tf.sqrt(positive), tf.zerosLike(x))
}
