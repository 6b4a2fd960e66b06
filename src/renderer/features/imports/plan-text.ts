import type { DatasetPlan } from '#shared/dataset/dataset-plan.ts'
import { formatCount, formatFirst } from '../../format/format.ts'
import { importsTexts } from './texts.ts'

/** So many are enough to see whether they are the right ones. */
const SHOWN_CLASSES = 12

/** `2 classes` */
export function classCount({ classNames }: DatasetPlan): string {
  return importsTexts.classCount(classNames.length)
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
    { name: importsTexts.training, images: formatCount(counts.train) },
    { name: importsTexts.validation, images: formatCount(counts.validation) },
    { name: importsTexts.test, images: formatCount(counts.test) },
  ]
}

/** `3 files left out`, and whether only the first of them are named. */
export function leftOutTitle({ skipped }: DatasetPlan): string {
  return importsTexts.leftOut(skipped.count, skipped.files.length)
}
