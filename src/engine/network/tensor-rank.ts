/** Tensors typed by their rank; another rank is a defect of the caller and thrown as RangeError. */
import type { tf } from '#engine/program/tfjs.ts'

/** A list, e.g. labels [batch]. */
export function asVector(tensor: tf.Tensor): tf.Tensor1D {
  assertRank(tensor, 1)
  return tensor as tf.Tensor1D // The rank was checked.
}

/** Rows, e.g. logits [batch, classes]. */
export function asMatrix(tensor: tf.Tensor): tf.Tensor2D {
  assertRank(tensor, 2)
  return tensor as tf.Tensor2D // The rank was checked.
}

/** Feature maps [batch, channels, height, width] or convolution weights [filters, channels, height, width]. */
export function asMap(tensor: tf.Tensor): tf.Tensor4D {
  assertRank(tensor, 4)
  return tensor as tf.Tensor4D // The rank was checked.
}

function assertRank(tensor: tf.Tensor, rank: number): void {
  if (tensor.rank !== rank) throw new RangeError(`expected rank ${rank}, got shape [${tensor.shape.join(', ')}]`)
}
