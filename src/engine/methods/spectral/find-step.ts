/** The quantisation step with which codes take as many bytes as wanted. */
import { AppException } from '#shared/basics/result.ts'
import { formatExactBytes } from '#shared/basics/format.ts'
import type { CodedLayer } from './coded-layers.ts'
import { estimate, sampleLayers } from './sampled-estimate.ts'

/** Steps between these give codes of thirty bits and more, and no codes but zero. */
const [finest, coarsest] = [1e-8, 1e4]
const mostEstimates = 40
const estimateTolerance = 2e-4
/** Of the logarithm of the step, by the logarithm of the bytes: what networks have around two bits a weight. */
const octavesByShare = 1.15
/** Where the search begins: a network then takes about a fifteenth. */
const firstGuess = 0.025
/** Of the wanted bytes: closer is not looked for. */
const tolerance = 0.002
const mostTries = 6

/** At this step no codes but zero are left. */
export const coarsestStep = coarsest

export interface FindStepOptions {
  /** Of everything that the step decides. */
  readonly wantedBytes: number
  /** The same where all codes are zero. */
  readonly leastBytes: number
  readonly rateWeight: number
  /** Really coded, with this step. */
  readonly measure: (step: number) => number
}

/**
 * A few real codings, each at the step that an estimate from the codes' frequencies gives, corrected by the one before.
 * Throws `AppException` `invalid-config` where even codes that are all zero take more.
 */
export function findStep(layers: readonly CodedLayer[], options: FindStepOptions): number {
  const { wantedBytes, leastBytes, rateWeight, measure } = options
  const samples = sampleLayers(layers)
  const estimated = (step: number): number => estimate(samples, step, rateWeight).bits / 8
  if (leastBytes > wantedBytes * (1 + tolerance)) throw outOfReach(wantedBytes, leastBytes)
  let [step, wanted] = [firstGuess, wantedBytes - leastBytes]
  for (let tries = 0; tries < mostTries; tries++) {
    step = solve(estimated, wanted, step)
    const measured = measure(step)
    if (Math.abs(measured - wantedBytes) <= tolerance * wantedBytes) break
    // What really coding adds to the estimate hardly changes from step to step.
    wanted = wantedBytes - (measured - estimated(step))
  }
  return step
}

/** The step at which a falling function takes a value, from a guess: secants of its logarithm, kept between bounds. */
function solve(estimated: (step: number) => number, wanted: number, guess: number): number {
  let [low, high] = [Math.log(finest), Math.log(coarsest)]
  let at = Math.log(guess)
  for (let tries = 0; tries < mostEstimates; tries++) {
    const found = estimated(Math.exp(at))
    if (Math.abs(found - wanted) <= estimateTolerance * wanted) break
    if (found > wanted) low = at
    else high = at
    // Codes lose about a bit a coefficient with every octave where they have many, and a share of theirs where they have few.
    const next = at + Math.log(Math.max(found, 1) / Math.max(wanted, 1)) * octavesByShare
    at = next > low && next < high ? next : (low + high) / 2
  }
  return Math.exp(at)
}

function outOfReach(wanted: number, least: number): AppException {
  return new AppException({
    code: 'invalid-config',
    message: `Codes, biases and gains were to take ${formatExactBytes(Math.round(wanted))}; even codes that are all zero take ${formatExactBytes(Math.round(least))}.`,
    where: 'size',
    remedy: 'Ask for a lower ratio or more bytes.',
  })
}
