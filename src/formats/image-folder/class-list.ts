/**
 * The classes of a network in its order, from a list beside the images: one class a line, its folder (or synset) first,
 * then, if anything follows, what people call it. ImageNet's own LOC_synset_mapping.txt is such a list.
 */
import { fileError, quoted, type NamedFile } from '../file-error.ts'

export const CLASS_LIST_FILES = ['classes.txt', 'LOC_synset_mapping.txt', 'synset_words.txt'] as const
export const MAX_CLASSES = 65_536
const MAX_NAME_LENGTH = 200

export interface ClassList {
  /** For people, in class order. */
  readonly names: readonly string[]
  /** Class index by folder name or synset. */
  readonly indexOf: ReadonlyMap<string, number>
}

/** Throws `dataset-invalid` for an empty list, too many classes, or a class that stands twice. */
export function parseClassList(file: NamedFile, bytes: Uint8Array): ClassList {
  const lines = new TextDecoder()
    .decode(bytes)
    .split('\n')
    .map((line) => line.trim())
  const names: string[] = []
  const indexOf = new Map<string, number>()
  for (const [i, line] of lines.entries()) {
    if (line === '') continue
    const at = `line ${i + 1}`
    const [folder = '', ...words] = line.split(/\s+/)
    if (indexOf.has(folder)) {
      throw fileError(file, 'dataset-invalid', `${at}: expected every class once, found ${quoted(folder)} again`, at)
    }
    if (names.length === MAX_CLASSES) {
      throw fileError(file, 'dataset-invalid', `expected at most ${MAX_CLASSES} classes, found more`, at)
    }
    indexOf.set(folder, names.length)
    names.push(nameOf(folder, words.join(' ')))
  }
  if (names.length === 0) throw fileError(file, 'dataset-invalid', 'expected a class a line, found none', 'line 1')
  return { names: distinctNames(names), indexOf }
}

/** ImageNet has two cranes and two maillots: a name that stands for several classes gets the class index. */
export function distinctNames(names: readonly string[]): readonly string[] {
  const first = new Map(names.map((name, index) => [name, index] as const).toReversed())
  const shared = new Set(names.filter((name, index) => first.get(name) !== index))
  return names.map((name, index) => (shared.has(name) ? `${name} (${index})` : name))
}

/** The first of the synonyms that ImageNet gives. */
function nameOf(folder: string, words: string): string {
  const [first = ''] = words.split(',', 1)
  return (first.trim() === '' ? folder : first.trim()).slice(0, MAX_NAME_LENGTH)
}
