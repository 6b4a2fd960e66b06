import type { DatasetPlan } from '#shared/dataset/dataset-plan.ts'
import { formatAmount, formatCount, formatFirst } from '../../format/format.ts'

/** So many are enough to see whether they are the right ones. */
const SHOWN_CLASSES = 12

/** `2 classes` */
export function classCount({ classNames }: DatasetPlan): string {
  return `${formatCount(classNames.length)} ${classNames.length === 1 ? 'class' : 'classes'}`
}

/** `cat (12), dog (12) and 3 more`: the first classes with their images over all splits. */
export function firstClasses({ classNames, classCounts }: DatasetPlan): string {
  return formatFirst(
    classNames.map((name, index) => `${name} (${formatCount(classCounts[index] ?? 0)})`),
    SHOWN_CLASSES,
  )
}

/** A row a split, for a table. */
export function splitRows({ counts }: DatasetPlan): readonly { readonly name: string; readonly images: string }[] {
  return [
    { name: 'Training', images: formatCount(counts.train) },
    { name: 'Validation', images: formatCount(counts.validation) },
    { name: 'Test', images: formatCount(counts.test) },
  ]
}

/** `3 files left out`, and whether only the first of them are named. */
export function leftOutTitle({ skipped }: DatasetPlan): string {
  const { count, files } = skipped
  const first = files.length < count ? `, the first ${formatCount(files.length)} named here` : ''
  return `${formatAmount(count, 'file')} left out${first}`
}
