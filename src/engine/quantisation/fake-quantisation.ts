/**
 * Quantisation-aware training: a step computes with the weights a reader of the stored file would get and passes the
 * gradient on to full-precision ones behind them (straight-through estimator, Bengio et al. 2013) and to the scales of
 * their rows, which are learned (Esser et al. 2020, LSQ). Scales are kept as logarithms: they stay positive, and a step
 * changes each by a share of itself, however large it is.
 */
import type { NamedTensors } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import { float32Tensor, type HostTensors, type TensorSpecs } from '#shared/tensors/host-tensor.ts'
import { integerBits, largestCode, type IntegerBits } from '#shared/tensors/stored-tensor.ts'
import { named } from '../program/named.ts'
import { wideningFor } from './coded-bits.ts'
import { rowScales } from './row-scales.ts'

/** Bits of every parameter that is stored as integers, by name; the others stay as they are. */
export type QuantisationPlan = Readonly<Record<string, IntegerBits>>

/** Weights of all linear layers as integers of a precision `int<bits>`; nothing for floats. */
export function quantisationPlan(parameters: TensorSpecs, precision: string): QuantisationPlan {
  const matrices = Object.entries(parameters).filter(([, { shape }]) => shape.length === 2)
  return integerPlan(
    matrices.map(([name]) => name),
    precision,
  )
}

/** All of `names` as integers of a precision `int<bits>`; nothing for floats. */
export function integerPlan(names: readonly string[], precision: string): QuantisationPlan {
  const bits = integerBits.find((candidate) => precision === `int${candidate}`)
  return bits === undefined ? {} : Object.fromEntries(names.map((name) => [name, bits]))
}

/** State name of the logarithms of a parameter's row scales, [rows]; a row is an index of the first axis. */
export function scaleName(parameter: string): string {
  return `quantiser.${parameter}`
}

/** How a step rounds. */
export interface Quantisation {
  readonly plan: QuantisationPlan
  /** Whether scales are learned with the weights; else they stay, and with them about the size of the entropy codes. */
  readonly learnsScales: boolean
}

export const noQuantisation: Quantisation = { plan: {}, learnsScales: false }

/** Specs of the scales that `plan` adds to the state. */
export function scaleSpecs(plan: QuantisationPlan, parameters: TensorSpecs): TensorSpecs {
  return Object.fromEntries(
    Object.keys(plan).map((name) => [
      scaleName(name),
      { shape: [parameters[name]?.shape[0] ?? 0], dtype: 'float32' } as const,
    ]),
  )
}

/**
 * Scales to begin with: those that round `parameters` best, or wider ones with which entropy codes take `codedBits` a
 * weight (0: no bound).
 */
export function initialScales(plan: QuantisationPlan, parameters: HostTensors, codedBits = 0): HostTensors {
  const matrices = Object.entries(plan).map(([name, bits]) => {
    const weight = parameters[name]
    if (weight === undefined) throw new RangeError(`no parameter ${name} to quantise`)
    return { name, weight, bits, scales: rowScales(weight, bits) }
  })
  const wider = codedBits === 0 ? 1 : wideningFor(codedBits, matrices)
  return Object.fromEntries(
    matrices.map(({ name, scales }) => [
      scaleName(name),
      float32Tensor(
        [scales.length],
        scales.map((scale) => Math.log(scale * wider)),
      ),
    ]),
  )
}

export interface FakeQuantised {
  /** `tensors` with the parameters of the plan as a reader would get them. */
  readonly tensors: NamedTensors
  /** Gradients by those parameters to gradients by the ones behind them and by the scales; others pass. */
  chain(gradients: NamedTensors): NamedTensors
}

/** @param tensors state of a program: parameters [rows, ...] and their `quantiser.*` [rows] */
export function fakeQuantised({ plan, learnsScales }: Quantisation, tensors: NamedTensors): FakeQuantised {
  const values: Record<string, tf.Tensor> = {}
  const backwards = new Map<string, (upstream: tf.Tensor) => NamedTensors>()
  for (const [name, bits] of Object.entries(plan)) {
    const largest = largestCode(bits)
    const weight = named(tensors, name)
    const broadcast = [-1, ...weight.shape.slice(1).map(() => 1)]
    const scale = tf.reshape(tf.exp(named(tensors, scaleName(name))), broadcast)
    const ratio = tf.div(weight, scale)
    const code = tf.clipByValue(tf.round(ratio), -largest, largest)
    const value = tf.mul(code, scale)
    const isInside = tf.cast(tf.lessEqual(tf.abs(ratio), largest), 'float32')
    values[name] = value
    backwards.set(name, (upstream) => {
      const passed = tf.mul(upstream, isInside)
      if (!learnsScales) return { [name]: passed }
      // d value / d log scale: the rounding error where the code is free, the clipped value where it is not.
      const byScale = tf.sub(tf.mul(upstream, value), tf.mul(passed, weight))
      const columns = byScale.shape.map((_, axis) => axis).slice(1)
      return { [name]: passed, [scaleName(name)]: tf.sum(byScale, columns) }
    })
  }
  return {
    tensors: { ...tensors, ...values },
    chain(gradients) {
      const chained: Record<string, tf.Tensor> = {}
      for (const [name, gradient] of Object.entries(gradients)) {
        Object.assign(chained, backwards.get(name)?.(gradient) ?? { [name]: gradient })
      }
      return chained
    },
  }
}
