import type { KernelHistory, KernelStep } from '#shared/protocol/kernel-history.ts'
import { formatCount } from '../../format/format.ts'

export interface ErrorMap {
  readonly names: readonly string[]
  /** Of each layer, step by step. */
  readonly values: readonly (readonly number[])[]
  /** The error of the full colour: 100 % at most, where nothing of a layer is met. */
  readonly limit: number
  /** Where phases begin, at fractions of the width. */
  readonly marks: readonly { readonly at: number; readonly title: string }[]
}

/** Errors of all layers over the steps that were kept, which lie equally far apart whatever their numbers. */
export function errorMap(layers: KernelHistory['layers'], steps: readonly KernelStep[]): ErrorMap {
  const values = layers.map((_, at) => steps.map(({ errors }) => errors[at] ?? Number.NaN))
  const largest = Math.max(0, ...values.flat().filter(Number.isFinite))
  return {
    names: layers.map(({ name }) => name),
    values,
    limit: largest === 0 ? 1 : Math.min(1, largest),
    marks: steps.flatMap(({ step, phase }, at) =>
      steps[at - 1]?.phase === phase ? [] : [{ at: at / steps.length, title: `${phase}, step ${formatCount(step)}` }],
    ),
  }
}
