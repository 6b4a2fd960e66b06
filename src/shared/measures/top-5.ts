/** Top-5 accuracy: the share of images whose label is among the five classes with the largest logits. */
import { formatPercent } from '../basics/format.ts'

/** With at most so many classes, five guesses say little: only top-1 is measured. */
const mostClassesWithoutTop5 = 20

export function isTop5Measured(classes: number): boolean {
  return classes > mostClassesWithoutTop5
}

/** Top-5 accuracy in [0, 1]; undefined where it was not measured. */
export function top5Accuracy({
  correctTop5,
  total,
}: {
  readonly correctTop5?: number | undefined
  readonly total: number
}): number | undefined {
  return correctTop5 === undefined || total === 0 ? undefined : correctTop5 / total
}

/** Empty where it was not measured. */
export function formatTop5(count: Parameters<typeof top5Accuracy>[0]): string {
  const accuracy = top5Accuracy(count)
  return accuracy === undefined ? '' : formatPercent(accuracy)
}
