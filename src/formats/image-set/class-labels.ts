/** From the labels that stand beside images in archives and tables, numbers or names, to classes. */
import { fileError, quoted, type NamedFile } from '../file-error.ts'
import { MAX_CLASSES, type ClassList } from './class-list.ts'

/** An index from 0, or what people call the class. */
export type Label = number | string

export interface LabelClasses {
  /** For people, in class order. */
  readonly classNames: readonly string[]
  /** undefined for a label that is no class. */
  indexOf(label: Label): number | undefined
  /** How the classes came about, for people. */
  readonly how: string
}

/** A list of all classes in order that came with the images. */
export interface NamedClasses {
  readonly list: ClassList
  /** Where the names stand, for people. */
  readonly source: string
}

/** Fewer images than this may well be of a class each. */
const MIN_IMAGES_FOR_CAPTIONS = 20

/**
 * Throws `dataset-invalid` for too many classes, and for texts that differ from image to image: captions.
 */
export function classesOf(file: NamedFile, labels: readonly Label[], names?: NamedClasses): LabelClasses {
  if (names !== undefined) return byList(names)
  const numbers = labels.filter((label) => typeof label === 'number')
  return numbers.length === labels.length ? byIndex(file, numbers) : byName(file, labels.map(String))
}

function byList({ list: { names, indexOf }, source }: NamedClasses): LabelClasses {
  const byName = new Map(names.map((name, index) => [name, index]))
  return {
    classNames: names,
    indexOf: (label) =>
      typeof label === 'number' ? inside(label, names.length) : (indexOf.get(label) ?? byName.get(label)),
    how: `class names from ${source}`,
  }
}

function byIndex(file: NamedFile, labels: readonly number[]): LabelClasses {
  const largest = labels.reduce((most, label) => Math.max(most, label), -1)
  if (largest >= MAX_CLASSES) throw tooMany(file)
  const classNames = Array.from({ length: largest + 1 }, (_, index) => String(index))
  return {
    classNames,
    indexOf: (label) => (typeof label === 'number' ? inside(label, classNames.length) : undefined),
    how: 'classes by their numbers, without names',
  }
}

function byName(file: NamedFile, labels: readonly string[]): LabelClasses {
  const classNames = [...new Set(labels)].toSorted()
  if (classNames.length > MAX_CLASSES) throw tooMany(file)
  if (labels.length >= MIN_IMAGES_FOR_CAPTIONS && classNames.length > labels.length / 2) {
    const problem = `expected classes, found ${classNames.length} texts for ${labels.length} images (${quoted(classNames[0] ?? '')} ...): captions`
    throw fileError(file, 'dataset-invalid', problem, 'labels', 'Give a data set whose images have class labels.')
  }
  const indices = new Map(classNames.map((name, index) => [name, index]))
  return {
    classNames,
    indexOf: (label) => indices.get(String(label)),
    how: 'classes by their names in alphabetical order',
  }
}

function inside(label: number, count: number): number | undefined {
  return Number.isInteger(label) && label >= 0 && label < count ? label : undefined
}

function tooMany(file: NamedFile) {
  return fileError(file, 'dataset-invalid', `expected at most ${MAX_CLASSES} classes, found more`, 'labels')
}
