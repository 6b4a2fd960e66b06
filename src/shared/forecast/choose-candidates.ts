/** At most three answers to the knob, over all methods: what is sure, what is bold, and what a training may do. */
import type { AccuracyBand } from './accuracy-band.ts'
import type { CandidateOption } from './candidate-options.ts'
import { isUntrained } from './lesson.ts'
import type { KnobLimits } from './limits.ts'

/**
 * Why a candidate stands there. `safe`: its whole band is within the limits. `likely`: the middle of its band is. `best`:
 * nothing within the size is expected to lose less. `nearest`: nothing is expected to stay within the limits, and this
 * comes nearest. `untold`: nobody knows what it loses, and runs will tell. `other`: the best of another method. `trained`: it is trained, which may regain what coding loses.
 */
export type CandidateReason = 'safe' | 'likely' | 'best' | 'nearest' | 'other' | 'untold' | 'trained'

export interface KnobCandidate extends CandidateOption {
  readonly reason: CandidateReason
}

interface Foretold extends CandidateOption {
  readonly forecast: AccuracyBand
}

/** A bold candidate that is hardly smaller than the sure one says nothing. */
const worthwhileShare = 0.97

/** The first is the one to take without a search. Empty where nothing is small enough. */
export function chooseCandidates(options: readonly CandidateOption[], limits: KnobLimits): readonly KnobCandidate[] {
  const allowed = options.filter(({ bytes }) => bytes <= (limits.bytes ?? Infinity))
  const untrained = allowed.filter(({ group }) => isUntrained(group))
  const foretold = untrained.filter(isForetold)
  const told = limits.points === undefined ? bestOf(foretold) : withinPoints(foretold, limits.points)
  const first = told.length > 0 ? told : untoldOf(untrained, limits)
  const trained = bestTrained(
    allowed.filter(({ group }) => !isUntrained(group)),
    limits,
    first.at(-1),
  )
  return [...first, ...(trained === undefined ? [] : [{ ...trained, reason: 'trained' as const }])]
}

function isForetold(option: CandidateOption): option is Foretold {
  return option.forecast.kind === 'band'
}

/** Without a limit of points the least loss counts, and beside it the least loss of another method. */
function bestOf(foretold: readonly Foretold[]): readonly KnobCandidate[] {
  const best = least(foretold, ({ forecast }) => forecast.middle)
  if (best === undefined) return []
  const others = foretold.filter((option) => methodOf(option) !== methodOf(best))
  const other = least(others, ({ forecast }) => forecast.middle)
  return [{ ...best, reason: 'best' }, ...(other === undefined ? [] : [{ ...other, reason: 'other' as const }])]
}

/** Ratios that usually cost little, and a point or so. */
const usualRatios = [10, 16] as const

/** Without runs to learn from: codes of usual ratios, or the finest that the size allows. */
function untoldOf(untrained: readonly CandidateOption[], { bytes }: KnobLimits): readonly KnobCandidate[] {
  const codes = untrained.filter(({ group }) => group === 'codes')
  const chosen =
    bytes === undefined
      ? usualRatios.map((ratio) => least(codes, (option) => Math.abs(option.ratio - ratio)))
      : [least(codes, (option) => -option.bytes)]
  const found = chosen.filter((option) => option !== undefined)
  return [...new Set(found)].map((option) => ({ ...option, reason: 'untold' }))
}

function withinPoints(foretold: readonly Foretold[], points: number): readonly KnobCandidate[] {
  const smallest = (end: 'high' | 'middle'): Foretold | undefined =>
    least(
      foretold.filter(({ forecast }) => forecast[end] <= points),
      ({ bytes }) => bytes,
    )
  const [safe, likely] = [smallest('high'), smallest('middle')]
  if (likely === undefined) {
    const nearest = least(foretold, ({ forecast }) => forecast.middle)
    return nearest === undefined ? [] : [{ ...nearest, reason: 'nearest' }]
  }
  if (safe === undefined) return [{ ...likely, reason: 'likely' }]
  const isBolder = likely.bytes < worthwhileShare * safe.bytes
  return [{ ...safe, reason: 'safe' }, ...(isBolder ? [{ ...likely, reason: 'likely' as const }] : [])]
}

/** Of those whose loss can be foretold the smallest that is expected to fit, else the first that is smaller than `than`. */
function bestTrained(
  options: readonly CandidateOption[],
  { points = Infinity, bytes }: KnobLimits,
  than: CandidateOption | undefined,
): CandidateOption | undefined {
  const foretold = options.filter(isForetold).filter(({ forecast }) => forecast.middle <= points)
  const unknown = options.filter(({ forecast }) => forecast.kind === 'not-enough')
  const isWorthwhile = (option: CandidateOption): boolean =>
    bytes !== undefined || than === undefined || option.bytes < than.bytes
  return least(foretold, (option) => option.bytes) ?? unknown.find(isWorthwhile)
}

/** Settings of one method differ in numbers only. */
function methodOf({ config }: CandidateOption): string {
  return 'method' in config ? config.method : config.kind
}

function least<T>(items: readonly T[], value: (item: T) => number): T | undefined {
  return items.reduce<T | undefined>(
    (found, item) => (found === undefined || value(item) < value(found) ? item : found),
    undefined,
  )
}
