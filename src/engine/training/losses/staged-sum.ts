import { tf } from '#engine/program/tfjs.ts'

/**
 * Sum over all elements, in stages of few: runtimes add float32 values one after the other, and over a quarter of a
 * million weights that loses the sixth digit of a loss. The last axes come first, where memory is contiguous.
 */
export function stagedSum(x: tf.Tensor): tf.Scalar {
  let partial = x
  while (partial.rank > 1) partial = tf.sum(partial, partial.rank - 1)
  const count = partial.size
  const group = divisorNearRoot(count)
  if (group > 1) partial = tf.sum(tf.reshape(partial, [count / group, group]), 1)
  return tf.sum(partial)
}

/** The divisor of `count` nearest to its square root from below; 1 for a prime. */
function divisorNearRoot(count: number): number {
  for (let divisor = Math.floor(Math.sqrt(count)); divisor > 1; divisor--) if (count % divisor === 0) return divisor
  return 1
}
