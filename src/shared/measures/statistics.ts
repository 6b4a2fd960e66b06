/** Uncertainty of accuracies: the intervals and tests shown next to every measured number. */
import type { Agreement } from './agreement.ts'

/** 97.5 % quantile of the normal distribution: 95 % intervals. */
const z95 = 1.959963984540054

export interface Interval {
  readonly low: number
  readonly high: number
}

/**
 * 95 % Wilson score interval of the fraction `correct / total` (Wilson 1927), in [0, 1]; unlike the normal
 * approximation it stays inside the range near 0 and 1. [0, 1] when nothing was counted.
 */
export function wilsonInterval(correct: number, total: number, z = z95): Interval {
  if (total <= 0) return { low: 0, high: 1 }
  const fraction = correct / total
  const z2 = z * z
  const center = fraction + z2 / (2 * total)
  const spread = z * Math.sqrt((fraction * (1 - fraction)) / total + z2 / (4 * total * total))
  const scale = 1 + z2 / total
  return { low: Math.max(0, (center - spread) / scale), high: Math.min(1, (center + spread) / scale) }
}

/**
 * Two-sided exact p-value of McNemar's test (1947): whether two classifiers that saw the same images differ, from
 * the images only one of them got right. 1 when there are none.
 */
export function mcnemarExact(onlyFirst: number, onlySecond: number): number {
  const discordant = onlyFirst + onlySecond
  if (discordant === 0) return 1
  const smaller = Math.min(onlyFirst, onlySecond)
  // Sum of binomial(discordant, k) / 2^discordant for k <= smaller, in logarithms: 2^-10000 is not a double.
  let logTerm = -discordant * Math.LN2
  let logSum = logTerm
  for (let k = 1; k <= smaller; k++) {
    logTerm += Math.log((discordant - k + 1) / k)
    const larger = Math.max(logSum, logTerm)
    logSum = larger + Math.log1p(Math.exp(-Math.abs(logSum - logTerm)))
  }
  return Math.min(1, 2 * Math.exp(logSum))
}

/**
 * Holm's step-down adjustment (1979) of p-values that are looked at together, in the order given: each is to be compared
 * with the level that all together may be wrong with. At most 1, and no smaller than those of smaller p-values.
 */
export function holmAdjusted(probabilities: readonly number[]): readonly number[] {
  const ascending = probabilities.map((_, index) => index)
  ascending.sort((one, other) => (probabilities[one] ?? 1) - (probabilities[other] ?? 1))
  const adjusted = new Array<number>(probabilities.length).fill(1)
  let largest = 0
  ascending.forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, (probabilities.length - rank) * (probabilities[index] ?? 1)))
    adjusted[index] = largest
  })
  return adjusted
}

/**
 * 95 % interval of the difference of two accuracies, second minus first, on the same images: Wald's, after half an image
 * was added to each of the four counts (Agresti and Min 2005, "Wald+2"). Only the images that one alone got right move
 * it, so that it is narrower than two intervals side by side suggest. [-1, 1] when nothing was counted.
 */
export function pairedInterval({ bothRight, onlyFirst, onlySecond, bothWrong }: Agreement, z = z95): Interval {
  if (bothRight + onlyFirst + onlySecond + bothWrong === 0) return { low: -1, high: 1 }
  const total = bothRight + onlyFirst + onlySecond + bothWrong + 2
  const [first, second] = [onlyFirst + 0.5, onlySecond + 0.5]
  const difference = (second - first) / total
  const spread = (z * Math.sqrt(first + second - (second - first) ** 2 / total)) / total
  return { low: Math.max(-1, difference - spread), high: Math.min(1, difference + spread) }
}

/** 97.5 % quantiles of Student's t for 1, 2 ... 9 degrees of freedom; the test computes them again. */
const t975 = [12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157]

/**
 * Mean, sample standard deviation and 95 % interval of the mean by Student's t (1908), for 2 to 10 values such as the
 * results of several seeds. Throws RangeError for another number of values.
 */
export function meanInterval(values: readonly number[]): {
  readonly mean: number
  readonly standardDeviation: number
  readonly interval: Interval
} {
  const quantile = t975[values.length - 2]
  if (quantile === undefined) throw new RangeError(`an interval of the mean needs 2 to 10 values, got ${values.length}`)
  const { mean, standardDeviation = 0 } = meanAndDeviation(values)
  const spread = (quantile * standardDeviation) / Math.sqrt(values.length)
  return { mean, standardDeviation, interval: { low: mean - spread, high: mean + spread } }
}

export interface MeanAndDeviation {
  readonly count: number
  readonly mean: number
  /** Of the sample (n - 1); absent of one value. */
  readonly standardDeviation?: number
}

/** Of at least one value. */
export function meanAndDeviation(values: readonly number[]): MeanAndDeviation {
  const count = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  if (count < 2) return { count, mean }
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { count, mean, standardDeviation: Math.sqrt(squares / (count - 1)) }
}
