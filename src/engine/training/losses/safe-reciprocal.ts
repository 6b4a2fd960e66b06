import { tf } from '#engine/program/tfjs.ts'

/**
 * 1 / x, and 0 where x is 0, gradient included: what divides by a norm that may vanish. The gradient is given, because
 * TensorFlow.js differentiates no comparison, not even one that is only a condition.
 */
export function safeReciprocal<R extends tf.Rank>(x: tf.Tensor<R>): tf.Tensor<R> {
  return tf.customGrad<tf.Tensor<R>>((_x, save) => {
    const isZero = tf.equal(x, 0)
    const value: tf.Tensor<R> = tf.where(isZero, tf.zerosLike(x), tf.div(1, tf.where(isZero, tf.onesLike(x), x)))
    if (typeof save === 'function') save([value])
    return { value, gradFunc: (upstream, [saved = value]) => tf.neg(tf.mul(upstream, tf.square(saved))) }
  })(x)
}
