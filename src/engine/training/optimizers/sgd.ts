/** Stochastic gradient descent with momentum and weight decay added to the gradient, as PyTorch defines it. */
import { tf } from '#engine/program/tfjs.ts'
import { named } from '../../program/named.ts'
import type { Optimizer, UpdateRule } from './optimizer.ts'

export interface SgdOptions {
  readonly momentum: number
  readonly nesterov: boolean
  readonly weightDecay: number
}

export function sgd({ momentum, nesterov, weightDecay }: SgdOptions): Optimizer {
  const rule: UpdateRule = {
    slots: { momentum: 'zeros' },
    update({ parameter, gradient, slots, scalars }) {
      const decayed = weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(parameter, weightDecay))
      const velocity = tf.add(tf.mul(named(slots, 'momentum'), momentum), decayed)
      const direction = nesterov ? tf.add(decayed, tf.mul(velocity, momentum)) : velocity
      return {
        parameter: tf.sub(parameter, tf.mul(named(scalars, 'learningRate'), direction)),
        slots: { momentum: velocity },
      }
    },
  }
  return { name: 'sgd', scalarsAt: (_step, learningRate) => ({ learningRate }), ruleFor: () => rule }
}
