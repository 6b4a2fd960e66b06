import type { tf } from '#engine/program/tfjs.ts'

/** A tensor typed as a vector of indices; anything else is a defect of the program. */
export function asIndices(tensor: tf.Tensor): tf.Tensor1D {
  if (tensor.rank !== 1 || tensor.dtype !== 'int32') {
    throw new RangeError(`expected int32 indices [n], got ${tensor.dtype} [${tensor.shape.join(', ')}]`)
  }
  return tensor as tf.Tensor1D // The rank was checked above.
}
