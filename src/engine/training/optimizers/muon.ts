/**
 * Muon (Jordan et al. 2024): momentum on the hidden matrices, orthogonalised by five Newton-Schulz iterations; Adam
 * for every other tensor. On reconstruction it reaches in 1,000 steps what Adam ends with (docs/method.md).
 */
import { tf } from '#engine/program/tfjs.ts'
import { named } from '../../program/named.ts'
import { adamRule, adamScalars, type AdamOptions } from './adam.ts'
import type { Optimizer, UpdateRule } from './optimizer.ts'

export interface MuonOptions extends AdamOptions {
  /** Momentum of the hidden matrices. */
  readonly momentum: number
  /** Learning rate of the Adam tensors as a share of the matrices'. */
  readonly adamShare: number
  /** Names of the matrices to orthogonalise. */
  readonly matrices: readonly string[]
  /** Matrices of as many rows each that lie one after another in each of those tensors; 1 when left out. */
  readonly parts?: number
}

const newtonSchulzSteps = 5
/** Coefficients of the quintic that drives singular values towards 1 fastest (to about 0.7 .. 1.2, which is enough). */
const [linear, cubic, quintic] = [3.4445, -4.775, 2.0315] as const
const normEpsilon = 1e-7

export function muon(options: MuonOptions): Optimizer {
  const matrices = new Set(options.matrices)
  const matrixRule = muonRule(options.momentum, options.parts ?? 1)
  const otherRule = adamRule(options)
  return {
    name: 'muon',
    scalarsAt: (step, learningRate) => ({
      ...adamScalars(options, step, learningRate * options.adamShare),
      muonDecay: 1 - learningRate * options.weightDecay,
      muonStepSize: learningRate,
    }),
    ruleFor: (parameter) => (matrices.has(parameter) ? matrixRule : otherRule),
  }
}

function muonRule(momentum: number, parts: number): UpdateRule {
  return {
    slots: { momentum: 'zeros' },
    update({ parameter, gradient, slots, scalars }) {
      const velocity = tf.add(tf.mul(named(slots, 'momentum'), momentum), gradient)
      const [rows = 1, columns = 1] = parameter.shape
      const direction = orthogonaliseEach(tf.add(gradient, tf.mul(velocity, momentum)), parts)
      const scale = Math.sqrt(Math.max(1, rows / parts / columns))
      const change = tf.mul(direction, tf.mul(named(scalars, 'muonStepSize'), scale))
      return {
        parameter: tf.sub(tf.mul(parameter, named(scalars, 'muonDecay')), change),
        slots: { momentum: velocity },
      }
    },
  }
}

/** Of the matrices of all parts on their own, in batched products. [parts * rows, columns] */
function orthogonaliseEach(matrices: tf.Tensor, parts: number): tf.Tensor {
  if (parts === 1) return orthogonalise(matrices)
  const [rows = 1, columns = 1] = matrices.shape
  const batched = orthogonalise(tf.reshape(matrices, [parts, rows / parts, columns]))
  return tf.reshape(batched, [rows, columns])
}

/** The nearest semi-orthogonal matrix, approximately; zero stays zero. [rows, columns], or [parts, rows, columns] of each */
function orthogonalise(matrix: tf.Tensor): tf.Tensor {
  const [columns = 1, rows = 1] = matrix.shape.toReversed()
  const isTall = rows > columns
  const order = matrix.rank === 2 ? [1, 0] : [0, 2, 1]
  let x = isTall ? tf.transpose(matrix, order) : matrix
  const squares = tf.square(x)
  x = tf.div(x, tf.add(tf.sqrt(matrix.rank === 2 ? tf.sum(squares) : tf.sum(squares, [1, 2], true)), normEpsilon))
  for (let step = 0; step < newtonSchulzSteps; step++) {
    const gram = tf.matMul(x, x, false, true)
    const polynomial = tf.add(tf.mul(gram, cubic), tf.mul(tf.matMul(gram, gram), quintic))
    x = tf.add(tf.mul(x, linear), tf.matMul(polynomial, x))
  }
  return isTall ? tf.transpose(x, order) : x
}
