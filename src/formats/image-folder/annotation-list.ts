/** Lists without a header that say which class each file is, and the numbered lists of ILSVRC and CUB-200. */
import { fileError, quoted, type NamedFile } from '../file-error.ts'
import { plainPath, type LabelRow } from './label-table.ts'

/** A file that ends like an image may have blanks in its name. */
const imageAndLabel = /^(.+?\.(?:jpe?g|png|webp))\s+(\S+)/i

/** A file and its class a line, and whatever follows: Tiny ImageNet's val_annotations.txt, Caffe's val.txt. */
export function parseAnnotationList(bytes: Uint8Array): readonly LabelRow[] {
  return linesOf(bytes).flatMap(({ line, text }) => {
    const [file = '', label = ''] = fieldsOf(text)
    return label === '' ? [] : [{ line, file: plainPath(file), label: label.trim() }]
  })
}

function fieldsOf(text: string): readonly string[] {
  for (const delimiter of ['\t', ';', ',']) if (text.includes(delimiter)) return text.split(delimiter)
  const match = imageAndLabel.exec(text)
  return match === null ? text.split(/\s+/) : [match[1] ?? '', match[2] ?? '']
}

/**
 * ILSVRC's ground truth: the number of a class a line, in the order of the images' names.
 * Throws `dataset-invalid` for anything else.
 */
export function parseGroundTruth(file: NamedFile, bytes: Uint8Array): readonly number[] {
  return linesOf(bytes).map(({ line, text }) => {
    const at = `line ${line}`
    if (/^\d{1,5}$/.test(text)) return Number(text)
    throw fileError(file, 'dataset-invalid', `${at}: expected the number of a class, found ${quoted(text)}`, at)
  })
}

/** The synset of each number of ILSVRC's development kit, from its map_clsloc.txt: synset, number, name a line. */
export function parseKitNumbers(bytes: Uint8Array): ReadonlyMap<number, string> {
  return new Map(
    linesOf(bytes).flatMap(({ text }) => {
      const [synset = '', number = ''] = text.split(/\s+/)
      return /^n\d+$/.test(synset) && /^\d{1,5}$/.test(number) ? [[Number(number), synset] as const] : []
    }),
  )
}

/**
 * CUB-200's lists, which have a number and something about it a line: what is said of each number.
 * Throws `dataset-invalid` for a line without a number, and for a number that stands twice.
 */
export function parseNumbered(file: NamedFile, bytes: Uint8Array): ReadonlyMap<number, string> {
  const found = new Map<number, string>()
  for (const { line, text } of linesOf(bytes)) {
    const [, number, said] = /^(\d{1,9})\s+(.+)$/.exec(text) ?? []
    const at = `line ${line}`
    if (number === undefined || said === undefined || found.has(Number(number))) {
      const problem = `${at}: expected a number of its own and what it stands for, found ${quoted(text)}`
      throw fileError(file, 'dataset-invalid', problem, at)
    }
    found.set(Number(number), said)
  }
  return found
}

function linesOf(bytes: Uint8Array): readonly { readonly line: number; readonly text: string }[] {
  return new TextDecoder()
    .decode(bytes)
    .split('\n')
    .map((text, i) => ({ line: i + 1, text: text.trim() }))
    .filter(({ text }) => text !== '')
}
