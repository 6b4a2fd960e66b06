/** Adam with decoupled weight decay (Kingma and Ba 2015; Loshchilov and Hutter 2019). */
import { tf } from '#engine/program/tfjs.ts'
import { named } from '../../program/named.ts'
import type { Optimizer, UpdateRule } from './optimizer.ts'

export interface AdamOptions {
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly weightDecay: number
}

export function adam(options: AdamOptions): Optimizer {
  const rule = adamRule(options)
  return {
    name: 'adam',
    scalarsAt: (step, learningRate) => adamScalars(options, step, learningRate),
    ruleFor: () => rule,
  }
}

/** Adam whose rate is, of each parameter, `shareOf` of the rate of the step. */
export function adamByShares(options: AdamOptions, shareOf: (parameter: string) => number): Optimizer {
  return { ...adam(options), ruleFor: (parameter) => adamRule(options, shareOf(parameter)) }
}

/** Scalars `adamRule` reads. */
export function adamScalars(
  { beta1, beta2, weightDecay }: AdamOptions,
  step: number,
  learningRate: number,
): Readonly<Record<'adamDecay' | 'adamStepSize' | 'adamSecondCorrection', number>> {
  return {
    adamDecay: 1 - learningRate * weightDecay,
    adamStepSize: learningRate / (1 - beta1 ** step),
    adamSecondCorrection: 1 / Math.sqrt(1 - beta2 ** step),
  }
}

/** p <- decay p - share stepSize m / (secondCorrection sqrt(v) + eps) */
export function adamRule({ beta1, beta2, epsilon }: AdamOptions, share = 1): UpdateRule {
  return {
    slots: { firstMoment: 'zeros', secondMoment: 'zeros' },
    update({ parameter, gradient, slots, scalars }) {
      const firstMoment = movingAverage(named(slots, 'firstMoment'), gradient, beta1)
      const secondMoment = movingAverage(named(slots, 'secondMoment'), tf.square(gradient), beta2)
      const deviation = tf.add(tf.mul(tf.sqrt(secondMoment), named(scalars, 'adamSecondCorrection')), epsilon)
      const stepSize = share === 1 ? named(scalars, 'adamStepSize') : tf.mul(named(scalars, 'adamStepSize'), share)
      const change = tf.mul(stepSize, tf.div(firstMoment, deviation))
      return {
        parameter: tf.sub(tf.mul(parameter, named(scalars, 'adamDecay')), change),
        slots: { firstMoment, secondMoment },
      }
    },
  }
}

/** decay * average + (1 - decay) * value */
export function movingAverage(average: tf.Tensor, value: tf.Tensor, decay: number): tf.Tensor {
  return tf.add(tf.mul(average, decay), tf.mul(value, 1 - decay))
}
