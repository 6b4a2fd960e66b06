/**
 * How smoothly kernels change along filters and channels, and the penalty that trains an original network towards it
 * (method 5.1; the value differs by layer size as in the authors' code). Weights are [filters, channels, k, k].
 */
import { tf } from '#engine/program/tfjs.ts'
import { safeReciprocal } from './losses/safe-reciprocal.ts'
import { safeSqrt } from './losses/safe-sqrt.ts'

export interface Smoothness {
  /** Sum of the cosines of neighbouring kernels, layers of 1 x 1 kernels not counted. Higher is smoother. */
  readonly cosine: tf.Scalar
  /** Sum of the distances of neighbouring kernels, layers of 1 x 1 kernels alone. Lower is smoother. */
  readonly distance: tf.Scalar
}

/** Sums over all represented layers. */
export function smoothness(weights: readonly tf.Tensor4D[]): Smoothness {
  const isPointwise = (weight: tf.Tensor4D): boolean => weight.shape[2] === 1 && weight.shape[3] === 1
  return {
    cosine: total(weights.filter((weight) => !isPointwise(weight)).map(layerCosine)),
    distance: total(weights.filter(isPointwise).map(layerDistance)),
  }
}

export type SmoothnessForm = 'cosine' | 'l2'

/**
 * What regularised training makes small, [] (method 5.1, 14.A.6): with `cosine` the distance of 1 x 1 kernels minus the
 * cosine of all others, with `l2` the distance of all.
 */
export function smoothnessLoss(form: SmoothnessForm, weights: readonly tf.Tensor4D[]): tf.Scalar {
  if (form === 'l2') return total(weights.map(layerDistance))
  const { cosine, distance } = smoothness(weights)
  return tf.sub(distance, cosine)
}

/** Sum of cosines of neighbours along channels and along filters. */
export function layerCosine(weight: tf.Tensor4D): tf.Scalar {
  const kernels = kernelVectors(weight)
  const unit: tf.Tensor3D = tf.mul(kernels, inverseNorms(kernels, [2]))
  return tf.add(neighbourSum(unit, unit, 0, dot), neighbourSum(unit, unit, 1, dot))
}

/**
 * Sum of || w / ||w|| - next || along channels and along filters; the next kernel is not normalised. The norm is that of
 * the kernel, for 1 x 1 kernels that of the whole layer.
 */
export function layerDistance(weight: tf.Tensor4D): tf.Scalar {
  const kernels = kernelVectors(weight)
  const unit: tf.Tensor3D = tf.mul(kernels, inverseNorms(kernels, kernels.shape[2] === 1 ? [0, 1, 2] : [2]))
  return tf.add(neighbourSum(unit, kernels, 0, distance), neighbourSum(unit, kernels, 1, distance))
}

function kernelVectors(weight: tf.Tensor4D): tf.Tensor3D {
  const [filters, channels, height, width] = weight.shape
  return tf.reshape(weight, [filters, channels, height * width])
}

/** 1 / norm over `axes`, kept; 0 for a norm of 0, so that such a kernel is similar to none. */
function inverseNorms(kernels: tf.Tensor3D, axes: number[]): tf.Tensor {
  return safeReciprocal(safeSqrt(tf.sum(tf.square(kernels), axes, true)))
}

type Comparison = (left: tf.Tensor3D, right: tf.Tensor3D) => tf.Scalar

const dot: Comparison = (left, right) => tf.sum(tf.mul(left, right))
const distance: Comparison = (left, right) => tf.sum(safeSqrt(tf.sum(tf.square(tf.sub(left, right)), 2)))

/** `compare` of each kernel of `left` with the next one of `right` along `axis`; 0 where there is no neighbour. */
function neighbourSum(left: tf.Tensor3D, right: tf.Tensor3D, axis: 0 | 1, compare: Comparison): tf.Scalar {
  const [filters, channels, size] = left.shape
  if (left.shape[axis] < 2) return tf.scalar(0)
  const extent: [number, number, number] = axis === 0 ? [filters - 1, channels, size] : [filters, channels - 1, size]
  const next: [number, number, number] = axis === 0 ? [1, 0, 0] : [0, 1, 0]
  return compare(tf.slice(left, [0, 0, 0], extent), tf.slice(right, next, extent))
}

function total(terms: readonly tf.Scalar[]): tf.Scalar {
  return terms.reduce((sum, term) => tf.add(sum, term), tf.scalar(0))
}
