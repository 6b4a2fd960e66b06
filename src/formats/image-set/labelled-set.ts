/** From images with the labels that stand beside them in archives and tables to a set with classes. */
import type { SplitName } from '#shared/protocol/records.ts'
import type { NamedFile } from '../file-error.ts'
import { classesOf, type Label, type NamedClasses } from './class-labels.ts'
import type { FoundImage, FoundSet } from './found-set.ts'
import type { SkippedList } from './skipped.ts'

export interface LabelledImage extends Omit<FoundImage, 'classIndex'> {
  /** undefined where none stands beside it; a negative number says so as well. */
  readonly label?: Label | undefined
}

export interface LabelledSet {
  /** What kind of files the set came in, for people. */
  readonly kind: string
  readonly images: readonly LabelledImage[]
  readonly names?: NamedClasses | undefined
  readonly notes: readonly string[]
  readonly skipped: SkippedList
}

/**
 * @param source what the images came from, for messages
 * Throws as `classesOf`.
 */
export function foundSetOf(source: NamedFile, { kind, images, names, notes, skipped }: LabelledSet): FoundSet {
  const labels = images.flatMap(({ label }) => (label === undefined || isNone(label) ? [] : [label]))
  const classes = classesOf(source, labels, names)
  const found: FoundImage[] = []
  const bySplit = new Map<SplitName | undefined, { labelled: number; unlabelled: number }>()
  for (const { name, given, label, read } of images) {
    const counts = bySplit.get(given) ?? { labelled: 0, unlabelled: 0 }
    bySplit.set(given, counts)
    const classIndex = label === undefined ? undefined : classes.indexOf(label)
    if (classIndex !== undefined) {
      counts.labelled++
      found.push({ name, given, classIndex, read })
      continue
    }
    if (label === undefined || isNone(label)) counts.unlabelled++
    const detail = label === undefined ? 'no class stands beside it' : `${JSON.stringify(label)} is no class`
    skipped.add({ file: name, reason: 'mislabelled', detail })
  }
  const withoutLabels = [...bySplit.values()].filter(({ labelled }) => labelled === 0)
  return {
    layout: `${kind}, ${classes.how}`,
    classNames: classes.classNames,
    images: found,
    unlabelledImages: found.length === 0 ? 0 : withoutLabels.reduce((total, { unlabelled }) => total + unlabelled, 0),
    seenImages: images.length,
    notes,
    skipped: skipped.value,
  }
}

/** Test images whose labels are kept back have -1. */
function isNone(label: Label): boolean {
  return typeof label === 'number' && label < 0
}
