import { tf } from '#engine/program/tfjs.ts'

/**
 * The same tensor, but not before all of `earlier` has been computed. A compiled program runs in an order of its
 * runtime's choice, which would keep the activations of every part of a sum until the last one; a selection between equal
 * tensors is a dependency that no optimiser removes.
 */
export function after<T extends tf.Tensor>(tensor: T, earlier: readonly tf.Tensor[]): T {
  const firsts = earlier.map((each) => tf.slice(tf.reshape(each, [each.size]), [0], [1]))
  return tf.where<T>(tf.greater(tf.addN(firsts), 0), tensor, tensor)
}
