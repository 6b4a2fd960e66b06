import type { Agreement } from '#shared/measures/agreement.ts'
import type { Comparison } from '#shared/measures/comparison.ts'
import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'

/** Fraction right by class over the images predicted, in class order; 0 for a class without images. */
export function perClassAccuracy(
  predictions: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): readonly number[] {
  const seen = new Array<number>(classes).fill(0)
  const right = new Array<number>(classes).fill(0)
  for (let image = 0; image < Math.min(predictions.length, labels.length); image++) {
    const label = labels[image] ?? 0
    seen[label] = (seen[label] ?? 0) + 1
    if (predictions[image] === label) right[label] = (right[label] ?? 0) + 1
  }
  return right.map((count, label) => count / Math.max(1, seen[label] ?? 0))
}

/** Who is right where, over the images that both saw. */
export function agreementOf(first: ArrayLike<number>, second: ArrayLike<number>, labels: ArrayLike<number>): Agreement {
  const counts = { bothRight: 0, onlyFirst: 0, onlySecond: 0, bothWrong: 0 }
  for (let image = 0; image < Math.min(first.length, second.length, labels.length); image++) {
    const isFirstRight = first[image] === labels[image]
    const isSecondRight = second[image] === labels[image]
    if (isFirstRight && isSecondRight) counts.bothRight++
    else if (isFirstRight) counts.onlyFirst++
    else if (isSecondRight) counts.onlySecond++
    else counts.bothWrong++
  }
  return counts
}

/** Every leaf of the configurations, in the order of first appearance; absent leaves are empty texts. */
export function alignConfigs(configs: readonly ExperimentConfig[]): Comparison['configRows'] {
  const leaves = configs.map((config) => new Map(leavesOf(config)))
  const paths = new Set(leaves.flatMap((config) => [...config.keys()]))
  return [...paths].map((path) => {
    const values = leaves.map((config) => config.get(path) ?? '')
    return { path, values, isSame: values.every((value) => value === values[0]) }
  })
}

function leavesOf(value: unknown, path = ''): readonly (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null) return [[path, String(value)]]
  return Object.entries(value).flatMap(([key, child]) => leavesOf(child, path === '' ? key : `${path}.${key}`))
}
