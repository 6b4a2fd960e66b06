/** The classes of a set in their order, and the class that a label of a list stands for. */
import { fileError, type NamedFile } from '../file-error.ts'
import { distinctNames, MAX_CLASSES, type ClassList } from '../image-set/class-list.ts'
import type { LabelRow } from './label-table.ts'

interface ClassSources {
  /** The classes in the network's order, where a list of them lies beside the images. */
  readonly list: ClassList | undefined
  /** Names of the folders of classes. */
  readonly folders: readonly string[]
  /** All lines of the lists that label images. */
  readonly rows: readonly LabelRow[]
  /** Whether their labels are numbers of classes, whatever they look like. */
  readonly isByIndex: boolean
  /** What people call the synsets. */
  readonly words: ReadonlyMap<string, string>
}

export interface ClassSpace {
  /** For people, in class order. */
  readonly names: readonly string[]
  /** The class of a folder; undefined when it is none. */
  ofFolder(name: string): number | undefined
  /** The class of a label of a list: a folder, a synset, or its number. */
  ofLabel(label: string): number | undefined
  readonly notes: readonly string[]
}

/** Throws `dataset-invalid` for too many classes. */
export function classSpaceOf(source: NamedFile, sources: ClassSources): ClassSpace {
  const { list, folders, rows, isByIndex, words } = sources
  const labels = new Set(rows.map(({ label }) => label).filter((label) => label !== ''))
  const known = list?.indexOf ?? new Map(folders.map((folder) => [folder, 0]))
  const unknown = [...labels].filter((label) => !known.has(label))
  const numbers = unknown.map(numberOf).filter((number) => number !== undefined)
  const isNumbered = isByIndex ? known.size === 0 || unknown.length > 0 : numbers.length * 2 >= unknown.length
  if (list !== undefined) {
    const names = list.names.map((name) => words.get(name) ?? name)
    return numbered(distinctNames(names), list.indexOf, numbers)
  }
  if (folders.length === 0 && isNumbered && labels.size > 0) return byNumber(rows, numbers)
  const keys = [...new Set([...folders, ...(isNumbered ? [] : unknown)])].sort()
  if (keys.length > MAX_CLASSES) {
    throw fileError(
      source,
      'dataset-invalid',
      `expected at most ${MAX_CLASSES} classes, found ${keys.length}`,
      'labels',
    )
  }
  const names = distinctNames(keys.map((key) => words.get(key) ?? key))
  const space = numbered(names, new Map(keys.map((key, index) => [key, index])), isNumbered ? numbers : [])
  if (isNumbered || unknown.length === 0) return space
  return {
    ...space,
    notes: ['The labels are names of classes; they are numbered in alphabetical order.', ...space.notes],
  }
}

/** Labels that are keys, and numbers of classes beside them. */
function numbered(names: readonly string[], keys: ReadonlyMap<string, number>, numbers: readonly number[]): ClassSpace {
  const first = firstNumber(numbers, names.length)
  return {
    names,
    ofFolder: (name) => keys.get(name),
    ofLabel: (label) => keys.get(label) ?? indexOf(label, first, names.length),
    notes: notesOf(first),
  }
}

/** Numbers and nothing else: as many classes as the largest needs, with the names that stand beside them. */
function byNumber(rows: readonly LabelRow[], numbers: readonly number[]): ClassSpace {
  const largest = numbers.reduce((most, number) => Math.max(most, number), -1)
  const first = firstNumber(numbers, largest)
  const names = Array.from({ length: largest + 1 - first }, (_, index) => String(index + first))
  const isNamed = new Set<number>()
  for (const { label, name = '' } of rows) {
    const index = indexOf(label, first, names.length)
    if (index === undefined || name === '' || isNamed.has(index)) continue
    names[index] = name
    isNamed.add(index)
  }
  return {
    names: distinctNames(names),
    ofFolder: () => undefined,
    ofLabel: (label) => indexOf(label, first, names.length),
    notes: notesOf(first),
  }
}

/** 1 when the labels are exactly 1 to `count`: then nobody counted from 0. */
function firstNumber(numbers: readonly number[], count: number): 0 | 1 {
  const distinct = new Set(numbers)
  const isFromOne = count > 1 && distinct.size === count && !distinct.has(0) && distinct.has(count)
  return isFromOne ? 1 : 0
}

function notesOf(first: 0 | 1): readonly string[] {
  return first === 0 ? [] : ['The labels count from 1: label 1 is the first class.']
}

function indexOf(label: string, first: 0 | 1, count: number): number | undefined {
  const index = (numberOf(label) ?? NaN) - first
  return index >= 0 && index < count ? index : undefined
}

/** A whole number below 65,536; 3.0 is 3, as tables write it that once held a gap. */
function numberOf(label: string): number | undefined {
  const number = /^\d{1,6}(\.0+)?$/.test(label) ? Number(label) : MAX_CLASSES
  return number < MAX_CLASSES ? number : undefined
}
