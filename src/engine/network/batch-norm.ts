/**
 * Batch normalisation (Ioffe and Szegedy 2015) of feature maps [B, C, H, W], in inference and in training mode, and of
 * vectors [B, C] in inference.
 */
import { tf } from '#engine/program/tfjs.ts'
import { asMap } from './tensor-rank.ts'

/** Normalises by fixed statistics, folded to one scale and one shift a channel. Parameters are [C]. */
export function batchNormInference(
  x: tf.Tensor,
  weight: tf.Tensor,
  bias: tf.Tensor,
  mean: tf.Tensor,
  variance: tf.Tensor,
  epsilon: number,
): tf.Tensor {
  const scale = tf.div(weight, tf.sqrt(tf.add(variance, epsilon)))
  const shift = tf.sub(bias, tf.mul(mean, scale))
  if (x.rank === 2) return tf.add(tf.mul(x, scale), shift)
  return tf.add(tf.mul(x, perChannel(scale)), perChannel(shift))
}

export interface TrainingBatchNorm {
  readonly output: tf.Tensor4D
  /** Of the batch, [C]; no gradient flows through it from here. */
  readonly mean: tf.Tensor
  /** Of the batch, [C], without Bessel's correction. */
  readonly variance: tf.Tensor
}

/**
 * Normalises by the statistics of the batch, which depend on `x`: the gradient is written out, because autodiff through
 * mean and variance would pass over every feature map twice as often.
 */
export function batchNormTraining(
  x: tf.Tensor4D,
  weight: tf.Tensor,
  bias: tf.Tensor,
  epsilon: number,
): TrainingBatchNorm {
  const axes = [0, 2, 3]
  const count = x.size / (x.shape[1] ?? 1)
  const mean = tf.mean(x, axes)
  const variance = tf.mean(tf.square(tf.sub(x, perChannel(mean))), axes)

  const normalise = tf.customGrad((...args) => {
    // tfjs passes the tensors given below and, last, the function that keeps tensors for the gradient.
    const [map, gamma, beta, save] = args as [tf.Tensor, tf.Tensor, tf.Tensor, (tensors: tf.Tensor[]) => void]
    const inverseDeviation = tf.rsqrt(tf.add(variance, epsilon))
    const normalised = tf.mul(tf.sub(map, perChannel(mean)), perChannel(inverseDeviation))
    save([normalised, gamma, inverseDeviation])
    const value = tf.add(tf.mul(normalised, perChannel(gamma)), perChannel(beta))
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [xHat, scale, inverse] = saved as [tf.Tensor, tf.Tensor, tf.Tensor]
      const biasGradient = tf.sum(dy, axes)
      const weightGradient = tf.sum(tf.mul(dy, xHat), axes)
      const centred = tf.sub(dy, perChannel(tf.div(biasGradient, count)))
      const projected = tf.sub(centred, tf.mul(xHat, perChannel(tf.div(weightGradient, count))))
      return [tf.mul(projected, perChannel(tf.mul(scale, inverse))), weightGradient, biasGradient]
    }
    return { value, gradFunc }
  })
  return { output: asMap(normalise(x, weight, bias)), mean, variance }
}

/** [C] as [C, 1, 1], which broadcasts over [B, C, H, W]. */
function perChannel(values: tf.Tensor): tf.Tensor {
  return tf.reshape(values, [values.size, 1, 1])
}
