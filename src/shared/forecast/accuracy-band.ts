/**
 * How much accuracy a compression will lose, as a band learnt from finished runs. The middle is a monotone regression of the
 * lost share on the logarithm of the damage. Its width is that of errors made on networks that were left out while learning
 * (conformal prediction, Vovk et al. 2005, over networks instead of single runs): a band holds for a network that nobody has
 * compressed yet (docs/knob.md).
 */
import { beyondChance, isSimilar, type Lesson, type LossGroup, type NetworkLikeness } from './lesson.ts'
import { monotoneCurve } from './monotone-regression.ts'

/** Share of runs that a band is to hold. */
const bandCoverage = 0.9
/** Runs that a band is learnt from at least: of two networks or more, or of the network itself. */
export const leastRuns = 20
export const leastOwnRuns = 10
/** Lost share that is noise: the deviation of the loss on 10,000 images of which 3 % are answered otherwise. */
const noiseShare = 0.0018

/** Points of accuracy that are lost; below 0 where accuracy is gained. */
export interface AccuracyBand {
  readonly kind: 'band'
  readonly low: number
  readonly middle: number
  readonly high: number
  readonly learntFrom: LearntFrom
}

export interface LearntFrom {
  readonly runs: number
  /** Titles of the networks of these runs. */
  readonly networks: readonly string[]
  /** How many of the runs are of the network itself. */
  readonly ownRuns: number
}

/** Where no band can be given: too few runs teach it, or the damage is larger than any run has shown. */
export type NoBand =
  | { readonly kind: 'not-enough'; readonly learntFrom: LearntFrom }
  | { readonly kind: 'beyond'; readonly middle: number; readonly learntFrom: LearntFrom }

export type Forecast = AccuracyBand | NoBand

/** What finished runs say of one group of compressions of one network. */
export interface LearntGroup {
  /** @param damage undefined where it is not known */
  forecast(damage: number | undefined): Forecast
}

/** Damages up to this factor beyond the largest that was seen are forecast as that one. */
const farthest = 1.15

/**
 * @param accuracy of the original network, in [0, 1]
 * @param lessons of all groups and networks; those of other groups and of networks unlike this one are left out
 */
export function learnGroup(
  group: LossGroup,
  network: NetworkLikeness & { readonly accuracy: number },
  lessons: readonly Lesson[],
): LearntGroup {
  const own = lessons.filter((lesson) => lesson.group === group && isSimilar(lesson.network, network))
  const learntFrom = sourcesOf(own, network)
  const learnt = isEnough(learntFrom) ? learn(own) : undefined
  const points = 100 * beyondChance(network.accuracy, network.classes)
  const most = Math.max(...own.map(({ damage }) => damage))
  return {
    forecast(damage) {
      if (learnt === undefined || damage === undefined) return { kind: 'not-enough', learntFrom }
      const { low, middle, high } = learnt(Math.min(damage, most))
      if (damage > most * farthest) return { kind: 'beyond', middle: points * middle, learntFrom }
      return { kind: 'band', low: points * low, middle: points * middle, high: points * high, learntFrom }
    },
  }
}

function sourcesOf(lessons: readonly Lesson[], { sha256 }: NetworkLikeness): LearntFrom {
  const networks = new Map(lessons.map(({ network }) => [network.sha256, network.title]))
  return {
    runs: lessons.length,
    networks: [...networks.values()],
    ownRuns: lessons.filter(({ network }) => network.sha256 === sha256).length,
  }
}

function isEnough({ runs, networks, ownRuns }: LearntFrom): boolean {
  return (runs >= leastRuns && networks.length > 1) || ownRuns >= leastOwnRuns
}

interface ShareBand {
  readonly low: number
  readonly middle: number
  readonly high: number
}

/**
 * Shares by damage. Errors are differences of scaled shares, to either side alike: a network that loses half of what is
 * expected is as usual as one that loses twice as much.
 */
function learn(lessons: readonly Lesson[]): (damage: number) => ShareBand {
  const curve = curveOf(lessons)
  const errors = foldsOf(lessons).flatMap(({ taught, left }) => {
    const learnt = curveOf(taught)
    return left.map(({ damage, lostShare }) => Math.abs(scaled(lostShare) - scaled(learnt(damage))))
  })
  const reach = conformalQuantile(errors, bandCoverage)
  return (damage) => {
    const middle = curve(damage)
    return { low: unscaled(scaled(middle) - reach), middle, high: unscaled(scaled(middle) + reach) }
  }
}

/** As it is where it is noise, a logarithm where it is larger. */
function scaled(share: number): number {
  return Math.asinh(share / noiseShare)
}

function unscaled(scale: number): number {
  return noiseShare * Math.sinh(scale)
}

function curveOf(lessons: readonly Lesson[]): (damage: number) => number {
  const curve = monotoneCurve(lessons.map(({ damage, lostShare }) => ({ x: Math.log(damage), y: lostShare })))
  return (damage) => curve(Math.log(damage))
}

/** Each network left out once; where there is only one, each of its runs. */
function foldsOf(
  lessons: readonly Lesson[],
): readonly { readonly taught: readonly Lesson[]; readonly left: readonly Lesson[] }[] {
  const networks = [...new Set(lessons.map(({ network }) => network.sha256))]
  if (networks.length === 1)
    return lessons.map((lesson) => ({ taught: lessons.filter((other) => other !== lesson), left: [lesson] }))
  return networks.map((sha256) => ({
    taught: lessons.filter(({ network }) => network.sha256 !== sha256),
    left: lessons.filter(({ network }) => network.sha256 === sha256),
  }))
}

/** The smallest value that a value to come stays below with this probability, were it drawn like the others. */
function conformalQuantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = Math.ceil(share * (sorted.length + 1)) - 1
  return sorted[Math.min(sorted.length - 1, at)] ?? 0
}
