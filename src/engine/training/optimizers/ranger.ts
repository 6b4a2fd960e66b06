/**
 * Ranger as the authors use it: rectified Adam, Lookahead and gradient centralisation (method 4.1, 14.A.10, 14.B).
 * Centralisation is always on for tensors of two or more axes.
 */
import { tf } from '#engine/program/tfjs.ts'
import { named } from '../../program/named.ts'
import { movingAverage, type AdamOptions } from './adam.ts'
import type { Optimizer, UpdateRule } from './optimizer.ts'

export interface RangerOptions extends AdamOptions {
  /** Lookahead: every so many steps the slow weights move, and the fast ones restart there. */
  readonly lookaheadSteps: number
  /** Share of the way from slow to fast weights. */
  readonly lookaheadShare: number
  /** The variance of the adaptive rate is tractable above this length of the approximated moving average. */
  readonly rectificationThreshold: number
}

/** What every published configuration uses. */
export const publishedRanger = { lookaheadSteps: 6, lookaheadShare: 0.5, rectificationThreshold: 5 } as const

export function ranger(options: RangerOptions): Optimizer {
  const rule = rangerRule(options)
  return {
    name: 'ranger',
    scalarsAt: (step, learningRate) => ({
      rangerDecay: options.weightDecay * learningRate,
      ...rectification(options, step, learningRate),
      isLookahead: step % options.lookaheadSteps === 0 ? 1 : 0,
    }),
    ruleFor: () => rule,
  }
}

/** Step size, learning rate included, and whether the step divides by the root of the second moment (1) or not (0). */
function rectification(
  { beta1, beta2, rectificationThreshold }: RangerOptions,
  step: number,
  learningRate: number,
): { readonly rangerStepSize: number; readonly isRectified: number } {
  const power = beta2 ** step
  const longest = 2 / (1 - beta2) - 1
  const length = longest - (2 * step * power) / (1 - power)
  const firstCorrection = 1 - beta1 ** step
  if (length <= rectificationThreshold) return { rangerStepSize: learningRate / firstCorrection, isRectified: 0 }
  const variance = ((((1 - power) * (length - 4)) / (longest - 4)) * ((length - 2) / length) * longest) / (longest - 2)
  return { rangerStepSize: (learningRate * Math.sqrt(variance)) / firstCorrection, isRectified: 1 }
}

function rangerRule({ beta1, beta2, epsilon, lookaheadShare }: RangerOptions): UpdateRule {
  return {
    slots: { firstMoment: 'zeros', secondMoment: 'zeros', slow: 'parameter' },
    update({ parameter, gradient, slots, scalars }) {
      const centred = centralise(gradient)
      const secondMoment = movingAverage(named(slots, 'secondMoment'), tf.square(centred), beta2)
      const firstMoment = movingAverage(named(slots, 'firstMoment'), centred, beta1)
      const isRectified = named(scalars, 'isRectified')
      // sqrt(v) + eps when rectified, 1 otherwise; both exact because the switch is 0 or 1.
      const deviation = tf.add(tf.mul(isRectified, tf.add(tf.sqrt(secondMoment), epsilon)), tf.sub(1, isRectified))
      const decayed = tf.sub(parameter, tf.mul(parameter, named(scalars, 'rangerDecay')))
      const fast = tf.sub(decayed, tf.mul(named(scalars, 'rangerStepSize'), tf.div(firstMoment, deviation)))
      const isLookahead = named(scalars, 'isLookahead')
      const slow = tf.add(
        named(slots, 'slow'),
        tf.mul(tf.mul(isLookahead, lookaheadShare), tf.sub(fast, named(slots, 'slow'))),
      )
      return {
        parameter: tf.add(tf.mul(isLookahead, slow), tf.mul(tf.sub(1, isLookahead), fast)),
        slots: { firstMoment, secondMoment, slow },
      }
    },
  }
}

/** Subtracts from every output row its mean over the other axes; vectors stay as they are. */
function centralise(gradient: tf.Tensor): tf.Tensor {
  if (gradient.rank < 2) return gradient
  const axes = gradient.shape.map((_, axis) => axis).slice(1)
  return tf.sub(gradient, tf.mean(gradient, axes, true))
}
