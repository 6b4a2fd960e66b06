/**
 * The functions of src/shared/network/activation.ts: what they compute, once in operations of TensorFlow.js that have gradients,
 * and once in operators of ONNX up to set 17. References are the operators of the same names in the ONNX standard.
 */
import { tf } from '#engine/program/tfjs.ts'
import type { Activation } from '#shared/network/activation.ts'
import { assertNever } from '#shared/basics/result.ts'
import { float, type OnnxAttributes } from '../program/onnx/model.ts'

/** Writes one operator; operands are values or numbers. Yields the name of its value. */
type WriteOperator = (op: string, operands: readonly (string | number)[], attributes?: OnnxAttributes) => string

interface ActivationForms {
  compute(x: tf.Tensor): tf.Tensor
  /** Writes operators that compute the function of the value `x`, that of its result last. */
  write(x: string, write: WriteOperator): string
}

const largestFloat = (2 - 2 ** -23) * 2 ** 127

export function activationForms(activation: Activation): ActivationForms {
  switch (activation.name) {
    case 'affine': {
      const { scale, shift } = activation
      return {
        compute: (x) => tf.add(tf.mul(x, scale), shift),
        write: (x, write) => {
          if (scale === 1) return write('Add', [x, shift])
          const scaled = write('Mul', [x, scale])
          return shift === 0 ? scaled : write('Add', [scaled, shift])
        },
      }
    }
    case 'celu': {
      const { alpha } = activation
      return {
        compute: (x) => tf.mul(tf.elu(tf.div(x, alpha)), alpha),
        write: single('Celu', { alpha: float(alpha) }),
      }
    }
    case 'clip': {
      const { low = -largestFloat, high = largestFloat } = activation
      return {
        compute: (x) => tf.clipByValue(x, low, high),
        write: (x, write) => write('Clip', [x, low, high]),
      }
    }
    case 'elu': {
      const { alpha } = activation
      return { compute: (x) => elu(x, alpha), write: single('Elu', { alpha: float(alpha) }) }
    }
    case 'erf':
      return { compute: (x) => tf.erf(x), write: single('Erf') }
    case 'gelu':
      // x P(X <= x) of a standard normal X (Hendrycks and Gimpel 2016).
      return {
        compute: (x) => halfOf(x, tf.erf(tf.div(x, Math.SQRT2))),
        write: (x, write) => writeHalfOf(x, write('Erf', [write('Div', [x, Math.SQRT2])]), write),
      }
    case 'gelu-tanh': {
      // Their approximation of it.
      const [outer, inner] = [Math.sqrt(2 / Math.PI), 0.044715]
      return {
        compute: (x) => halfOf(x, tf.tanh(tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), inner)), outer))),
        write: (x, write) => {
          const cube = write('Mul', [write('Mul', [x, x]), x])
          const sum = write('Add', [x, write('Mul', [cube, inner])])
          return writeHalfOf(x, write('Tanh', [write('Mul', [sum, outer])]), write)
        },
      }
    }
    case 'hard-sigmoid': {
      const { alpha, beta } = activation
      return {
        compute: (x) => tf.clipByValue(tf.add(tf.mul(x, alpha), beta), 0, 1),
        write: single('HardSigmoid', { alpha: float(alpha), beta: float(beta) }),
      }
    }
    case 'mish':
      // Misra 2019.
      return {
        compute: (x) => tf.mul(x, tf.tanh(tf.softplus(x))),
        write: (x, write) => write('Mul', [x, write('Tanh', [write('Softplus', [x])])]),
      }
    case 'selu': {
      const { alpha, gamma } = activation
      return {
        compute: (x) => tf.mul(elu(x, alpha), gamma),
        write: single('Selu', { alpha: float(alpha), gamma: float(gamma) }),
      }
    }
    case 'softplus':
      return { compute: (x) => tf.softplus(x), write: single('Softplus') }
    case 'softsign':
      return { compute: (x) => tf.div(x, tf.add(tf.abs(x), 1)), write: single('Softsign') }
    case 'tanh':
      return { compute: (x) => tf.tanh(x), write: single('Tanh') }
    case 'thresholded-relu': {
      const { alpha } = activation
      return {
        compute: (x) => tf.mul(x, tf.step(tf.sub(x, alpha))),
        write: single('ThresholdedRelu', { alpha: float(alpha) }),
      }
    }
    default:
      return assertNever(activation)
  }
}

/** @param slope [channels] or [1] */
export function prelu(x: tf.Tensor, slope: tf.Tensor): tf.Tensor {
  const positive = tf.relu(x)
  const perChannel = x.rank === 4 ? tf.reshape(slope, [slope.size, 1, 1]) : slope
  return tf.add(positive, tf.mul(tf.sub(x, positive), perChannel))
}

/** x where it is positive, else alpha (e^x - 1). TensorFlow.js knows it with alpha 1: what is below 0 is scaled. */
function elu(x: tf.Tensor, alpha: number): tf.Tensor {
  const whole = tf.elu(x)
  if (alpha === 1) return whole
  const positive = tf.relu(x)
  return tf.add(positive, tf.mul(tf.sub(whole, positive), alpha))
}

/** x (1 + y) / 2 */
function halfOf(x: tf.Tensor, y: tf.Tensor): tf.Tensor {
  return tf.mul(tf.mul(x, tf.add(y, 1)), 0.5)
}

function writeHalfOf(x: string, y: string, write: WriteOperator): string {
  return write('Mul', [write('Mul', [x, write('Add', [y, 1])]), 0.5])
}

function single(op: string, attributes: OnnxAttributes = {}): ActivationForms['write'] {
  return (x, write) => write(op, [x], attributes)
}
