/** The quantisation step with which codes take as many bytes as wanted. */
import { AppException } from '#shared/basics/result.ts'
import { formatExactBytes } from '#shared/basics/format.ts'
import type { CodedLayer } from './coded-layers.ts'
import { estimate, sampleLayers } from './sampled-estimate.ts'

/** Steps between these give codes of thirty bits and more, and no codes but zero. */
const [finest, coarsest] = [1e-8, 1e4]
/** Until the logarithm of the step is known to a ten-thousandth. */
const halvings = 18
/** Of the wanted bytes: closer is not looked for. */
const tolerance = 0.002
const mostTries = 6

export interface FindStepOptions {
  /** Of everything that the step decides. */
  readonly wantedBytes: number
  readonly rateWeight: number
  /** Really coded, with this step. */
  readonly measure: (step: number) => number
}

/** Throws `AppException` `invalid-config` where even codes that are all zero take more. */
export function findStep(layers: readonly CodedLayer[], { wantedBytes, rateWeight, measure }: FindStepOptions): number {
  const samples = sampleLayers(layers)
  const estimated = (step: number): number => estimate(samples, step, rateWeight).bits / 8
  const least = measure(coarsest)
  if (least > wantedBytes * (1 + tolerance)) throw outOfReach(wantedBytes, least)
  // What really coding adds to the estimate hardly changes from step to step.
  let excess = least - estimated(coarsest)
  let step = solve(estimated, wantedBytes - excess)
  for (let tries = 0; tries < mostTries; tries++) {
    const measured = measure(step)
    if (Math.abs(measured - wantedBytes) <= tolerance * wantedBytes) return step
    excess = measured - estimated(step)
    step = solve(estimated, wantedBytes - excess)
  }
  return step
}

/** The step at which a falling function takes a value. */
function solve(estimated: (step: number) => number, wanted: number): number {
  let [low, high] = [Math.log(finest), Math.log(coarsest)]
  for (let at = 0; at < halvings; at++) {
    const middle = (low + high) / 2
    if (estimated(Math.exp(middle)) > wanted) low = middle
    else high = middle
  }
  return Math.exp(high)
}

/** The step at which codes take `bits` a coefficient, about. */
export function stepForBits(layers: readonly CodedLayer[], bits: number): number {
  const samples = sampleLayers(layers)
  const count = samples.reduce((sum, { layer, factor }) => sum + factor * layer.coefficients.length, 0)
  return solve((step) => estimate(samples, step, 0).bits, bits * count)
}

function outOfReach(wanted: number, least: number): AppException {
  return new AppException({
    code: 'invalid-config',
    message: `Codes, biases and gains were to take ${formatExactBytes(Math.round(wanted))}; even codes that are all zero take ${formatExactBytes(Math.round(least))}.`,
    where: 'size',
    remedy: 'Ask for a lower ratio or more bytes.',
  })
}
