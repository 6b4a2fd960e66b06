/**
 * The classes of a network in its order, from a list beside the images: one class a line. A line is a folder (or synset)
 * and then, if anything follows, what people call it, as in ImageNet's own LOC_synset_mapping.txt; or a folder whose name
 * may hold blanks; or a number and such a folder, as in CUB-200. Which of them, the folders that are there decide.
 */
import { fileError, quoted, type NamedFile } from '../file-error.ts'

/** In the order in which they are looked for. */
export const CLASS_LIST_FILES = [
  'classes.txt',
  'class_names.txt',
  'LOC_synset_mapping.txt',
  'synset_words.txt',
  'wnids.txt',
] as const
export const MAX_CLASSES = 65_536
const MAX_NAME_LENGTH = 200
const synset = /^n\d+$/

export interface ClassList {
  /** For people, in class order. */
  readonly names: readonly string[]
  /** Class index by folder name or synset. */
  readonly indexOf: ReadonlyMap<string, number>
}

/** Whether the classes stand in the order that a folder of them would have. */
export function isAlphabetical({ indexOf }: ClassList): boolean {
  const keys = [...indexOf.keys()]
  return keys.every((key, i) => i === 0 || (keys[i - 1] ?? '') < key)
}

interface Line {
  /** From 1. */
  readonly line: number
  readonly text: string
  readonly first: string
  /** What follows the first word. */
  readonly rest: string
}

/** How a line is read: the folder of the class, and what people call it. */
type Reading = (line: Line) => { readonly key: string; readonly name: string }

const asFolder: Reading = ({ text }) => ({ key: text, name: text })
const asFolderAndName: Reading = ({ first, rest }) => ({ key: first, name: firstSynonym(rest) || first })
const asNumbered: Reading = ({ rest }) => ({ key: rest, name: rest })

/**
 * @param folders names of the folders of classes that are there, if any
 * Throws `dataset-invalid` for an empty list, too many classes, or a class that stands twice.
 */
export function parseClassList(
  file: NamedFile,
  bytes: Uint8Array,
  folders: ReadonlySet<string> = new Set(),
): ClassList {
  const lines = linesOf(bytes)
  if (lines.length === 0) throw fileError(file, 'dataset-invalid', 'expected a class a line, found none', 'line 1')
  const read = readingOf(lines, folders)
  const names: string[] = []
  const indexOf = new Map<string, number>()
  for (const line of lines) {
    const at = `line ${line.line}`
    const { key, name } = read(line)
    if (indexOf.has(key)) {
      throw fileError(file, 'dataset-invalid', `${at}: expected every class once, found ${quoted(key)} again`, at)
    }
    if (names.length === MAX_CLASSES) {
      throw fileError(file, 'dataset-invalid', `expected at most ${MAX_CLASSES} classes, found more`, at)
    }
    indexOf.set(key, names.length)
    names.push(name.slice(0, MAX_NAME_LENGTH))
  }
  return { names: distinctNames(names), indexOf }
}

/** What people call each synset, from a list of them such as words.txt, which may name many more than are there. */
export function parseWords(bytes: Uint8Array): ReadonlyMap<string, string> {
  const named = linesOf(bytes).filter(({ first, rest }) => synset.test(first) && rest !== '')
  return new Map(named.map(({ first, rest }) => [first, firstSynonym(rest).slice(0, MAX_NAME_LENGTH)]))
}

/** ImageNet has two cranes and two maillots: a name that stands for several classes gets the class index. */
export function distinctNames(names: readonly string[]): readonly string[] {
  const first = new Map(names.map((name, index) => [name, index] as const).toReversed())
  const shared = new Set(names.filter((name, index) => first.get(name) !== index))
  return names.map((name, index) => (shared.has(name) ? `${name} (${index})` : name))
}

function linesOf(bytes: Uint8Array): readonly Line[] {
  return new TextDecoder()
    .decode(bytes)
    .split('\n')
    .flatMap((untrimmed, i) => {
      const text = untrimmed.trim()
      if (text === '') return []
      const [first = ''] = text.split(/\s/, 1)
      return [{ line: i + 1, text, first, rest: text.slice(first.length).trim() }]
    })
}

/** The reading that gives most of the folders that are there; in doubt, what the lines look like. */
function readingOf(lines: readonly Line[], folders: ReadonlySet<string>): Reading {
  const fallback = likeliest(lines)
  const counted = [fallback, asFolder, asFolderAndName, asNumbered].map((reading) => ({
    reading,
    count: lines.filter((line) => folders.has(reading(line).key)).length,
  }))
  return counted.reduce((most, each) => (each.count > most.count ? each : most)).reading
}

function likeliest(lines: readonly Line[]): Reading {
  if (lines.every(({ first }) => synset.test(first))) return asFolderAndName
  return isNumbered(lines) ? asNumbered : asFolder
}

/** From 0 or 1 on, every line with a name behind its number. */
function isNumbered(lines: readonly Line[]): boolean {
  const start = Number(lines[0]?.first)
  return (start === 0 || start === 1) && lines.every(({ first, rest }, i) => first === String(start + i) && rest !== '')
}

/** ImageNet gives several, with commas between them. */
function firstSynonym(words: string): string {
  return (words.split(',', 1)[0] ?? '').trim()
}
