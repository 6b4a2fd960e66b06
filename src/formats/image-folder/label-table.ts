/**
 * A table that says which class each file is: a header line, then a line a file; fields between commas, semicolons or
 * tabs. Or JSON lines (`.jsonl`), an object a file. Columns are found by their names, in any order, case and spelling
 * (`file_name`, `ImageId`, `Class ID`).
 */
import { jsonOrNothing } from '#shared/basics/json-or-nothing.ts'
import type { SplitName } from '#shared/protocol/records.ts'
import { fileError, quoted, type NamedFile } from '../file-error.ts'
import { splitNamed } from '../image-set/split-names.ts'

/** Without blanks, dashes and underscores; what is looked for first comes first. */
const columns = {
  file: [
    ...['file', 'filename', 'filenames', 'filepath', 'filepaths', 'path', 'image', 'imagename', 'imagepath', 'img'],
    ...['imgname', 'imgpath', 'originalfile', 'imageid', 'imgid', 'photo', 'picture', 'idcode', 'id'],
  ],
  index: ['index', 'classindex', 'classidx', 'classid', 'labelindex', 'labelidx', 'labelid', 'categoryid', 'targetid'],
  label: [
    ...['label', 'labels', 'class', 'target', 'category', 'breed', 'species', 'diagnosis', 'dx', 'predictionstring'],
    'id',
  ],
  synset: ['wnid', 'synset', 'wordnetid', 'synsetid'],
  name: ['name', 'classname', 'labelname', 'categoryname'],
  split: ['split', 'set', 'subset', 'dataset', 'partition'],
} as const

export interface LabelRow {
  /** From 1. */
  readonly line: number
  /** With slashes, without `./` before it. */
  readonly file: string
  readonly label: string
  /** What people call the class. */
  readonly name?: string
  readonly given?: SplitName | undefined
}

export interface LabelTable {
  readonly rows: readonly LabelRow[]
  /** Whether its labels are numbers of classes, whatever they look like. */
  readonly isByIndex: boolean
}

/**
 * @param hasClasses whether classes are known by folder or synset: then a synset goes before an index, else the index is
 * the plainer of the two
 * Throws `dataset-invalid` when there is no header that names a file and a class, or a field is not properly quoted.
 */
export function parseLabelTable(file: NamedFile, bytes: Uint8Array, hasClasses: boolean): LabelTable {
  const text = new TextDecoder().decode(bytes)
  const isJson = file.name.toLowerCase().endsWith('.jsonl')
  const rows = isJson ? parseJsonLines(file, text) : parseFields(file, text, delimiterOf(text))
  const header = (rows[0]?.cells ?? []).map((name) => name.toLowerCase().replaceAll(/[\s_-]/g, ''))
  const fileColumn = columnOf(header, columns.file)
  const labels = labelColumns(header, fileColumn, hasClasses)
  if (fileColumn === -1 || labels === undefined) {
    const found = (rows[0]?.cells ?? []).slice(0, 12).map(quoted).join(', ')
    const problem = `expected a header with a column ${some(columns.file)} and one of ${some([...columns.label, ...columns.synset, ...columns.index])}, found ${found}`
    throw fileError(file, 'dataset-invalid', problem, 'line 1')
  }
  const splitColumn = columnOf(header, columns.split)
  const isPrediction = header[labels.label] === 'predictionstring'
  return {
    isByIndex: labels.isByIndex,
    rows: rows.slice(1).map(({ line, cells }) => {
      const cell = (column: number) => cells[column]?.trim() ?? ''
      const label = cell(labels.label)
      return {
        line,
        file: plainPath(cell(fileColumn)),
        // ILSVRC's own: the synset and then boxes.
        label: isPrediction ? (label.split(' ', 1)[0] ?? '') : label,
        name: cell(labels.name),
        given: splitNamed(cell(splitColumn)),
      }
    }),
  }
}

/** A path as tables of any system write it, with slashes and without what says nothing. */
export function plainPath(path: string): string {
  return path
    .trim()
    .replaceAll('\\', '/')
    .replace(/^(?:\.?\/)+/, '')
    .replaceAll(/\/(?:\.?\/)+/g, '/')
    .normalize('NFC')
}

function labelColumns(header: readonly string[], fileColumn: number, hasClasses: boolean) {
  const others = header.map((name, column) => (column === fileColumn ? '' : name))
  const [index, label, synset, name] = (['index', 'label', 'synset', 'name'] as const).map((kind) =>
    columnOf(others, columns[kind]),
  ) as [number, number, number, number]
  if (synset !== -1 && (hasClasses || (index === -1 && label === -1))) return { label: synset, name, isByIndex: false }
  if (index !== -1) return { label: index, name: name === -1 ? label : name, isByIndex: true }
  if (label !== -1) return { label, name, isByIndex: false }
  return name === -1 ? undefined : { label: name, name, isByIndex: false }
}

function columnOf(header: readonly string[], names: readonly string[]): number {
  const found = names.find((name) => header.includes(name))
  return found === undefined ? -1 : header.indexOf(found)
}

function some(names: readonly string[]): string {
  return names.slice(0, 12).join('/')
}

/** The one that the header holds most of. */
function delimiterOf(text: string): string {
  const [header = ''] = text.split('\n', 1)
  const countOf = (delimiter: string) => header.split(delimiter).length
  return [',', ';', '\t'].reduce((most, each) => (countOf(each) > countOf(most) ? each : most))
}

interface Fields {
  readonly line: number
  readonly cells: readonly string[]
}

/** The names in the first object are the header; values that are no texts or numbers say nothing here. */
function parseJsonLines(file: NamedFile, text: string): readonly Fields[] {
  const objects = text.split('\n').flatMap((json, i) => {
    if (json.trim() === '') return []
    const parsed = jsonOrNothing(json)
    const at = `line ${i + 1}`
    if (typeof parsed === 'object' && parsed !== null) {
      return [{ line: i + 1, values: new Map<string, unknown>(Object.entries(parsed)) }]
    }
    throw fileError(file, 'dataset-invalid', `${at}: expected a JSON object, found ${quoted(json)}`, at)
  })
  const names = [...(objects[0]?.values.keys() ?? [])]
  const cellOf = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')
  const rows = objects.map(({ line, values }) => ({ line, cells: names.map((name) => cellOf(values.get(name))) }))
  return [{ line: 1, cells: names }, ...rows]
}

/** Fields in double quotes where they hold delimiters, quotes (doubled) or line feeds (RFC 4180). */
function parseFields(file: NamedFile, text: string, delimiter: string): readonly Fields[] {
  const rows: Fields[] = []
  let cells: string[] = []
  let line = 1
  let nextLine = 1
  const field = new RegExp(
    ` *"((?:[^"]|"")*)" *(${delimiter}|\\r?\\n|$)|([^"${delimiter}\\r\\n]*)(${delimiter}|\\r?\\n|$)`,
    'y',
  )
  while (field.lastIndex < text.length) {
    const match = field.exec(text)
    if (match === null) {
      const at = `line ${nextLine}`
      throw fileError(file, 'dataset-invalid', `${at}: a field is neither plain nor properly quoted`, at)
    }
    cells.push(match[1]?.replaceAll('""', '"') ?? match[3] ?? '')
    nextLine += match[0].split('\n').length - 1
    if ((match[2] ?? match[4]) === delimiter) continue
    if (cells.some((cell) => cell !== '')) rows.push({ line, cells })
    cells = []
    line = nextLine
  }
  if (cells.length > 0) rows.push({ line, cells })
  return rows
}
