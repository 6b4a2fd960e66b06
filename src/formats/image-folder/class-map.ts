/**
 * A CSV that says which class each file is: a header line, then a line a file. Columns are found by their names, in
 * any order: the file (`file`, `filename`, `image`, `path`, `original_file`), its class as an index (`index`, `label`,
 * `class`, `class_index`) or as a synset (`wnid`, `synset`), and what people call the class (`name`, `class_name`).
 */
import { fileError, quoted, type NamedFile } from '../file-error.ts'
import { distinctNames, MAX_CLASSES, type ClassList } from './class-list.ts'
import type { SkippedFile } from '../image-set/skipped.ts'

const columns = {
  file: ['file', 'filename', 'file_name', 'image', 'path', 'original_file'],
  index: ['index', 'label', 'class', 'class_index', 'class_id'],
  synset: ['wnid', 'synset'],
  name: ['name', 'class_name'],
} as const

export interface ClassMap {
  /** For people, in class order. */
  readonly classNames: readonly string[]
  /** Class index by the file as the map names it. */
  readonly classOf: ReadonlyMap<string, number>
  /** Lines that say nothing usable. */
  readonly skipped: readonly SkippedFile[]
}

/**
 * @param classes what the labels may be; without it, integer labels count from 0 to the largest one, and synsets are
 * numbered in their alphabetical order, which for all of ImageNet is its own
 * Throws `dataset-invalid` when there is no header that names a file and a class, or no usable line.
 */
export function parseClassMap(file: NamedFile, bytes: Uint8Array, classes?: ClassList): ClassMap {
  const rows = parseCsv(file, new TextDecoder().decode(bytes))
  const header = (rows[0] ?? []).map((name) => name.trim().toLowerCase())
  const columnOf = (names: readonly string[]) => header.findIndex((name) => names.includes(name))
  const fileColumn = columnOf(columns.file)
  const indexColumn = columnOf(columns.index)
  const synsetColumn = columnOf(columns.synset)
  const nameColumn = columnOf(columns.name)
  if (fileColumn === -1 || (indexColumn === -1 && synsetColumn === -1)) {
    const found = header.slice(0, 12).map(quoted).join(', ')
    const problem = `expected a header with a column ${columns.file.join('/')} and one of ${[...columns.index, ...columns.synset].join('/')}, found ${found}`
    throw fileError(file, 'dataset-invalid', problem, 'line 1')
  }
  // A list of classes is by synset; without one an index is the plainer of the two.
  const isBySynset = synsetColumn !== -1 && (indexColumn === -1 || classes !== undefined)
  const labelColumn = isBySynset ? synsetColumn : indexColumn
  const lines = rows.slice(1).map((row, i) => {
    const cell = (column: number) => row[column]?.trim() ?? ''
    return { line: i + 2, file: cell(fileColumn), label: cell(labelColumn), name: cell(nameColumn) }
  })
  const indexOf = isBySynset
    ? (classes?.indexOf ?? alphabetical(lines.map(({ label }) => label)))
    : integers(classes?.names.length ?? MAX_CLASSES)
  return collect(lines, indexOf, classes)
}

interface MapLine {
  readonly line: number
  readonly file: string
  readonly label: string
  readonly name: string
}

interface LabelIndex {
  get(label: string): number | undefined
}

function collect(lines: readonly MapLine[], indexOf: LabelIndex, classes: ClassList | undefined): ClassMap {
  const classOf = new Map<string, number>()
  const skipped: SkippedFile[] = []
  const names: string[] = [...(classes?.names ?? [])]
  for (const { line, file, label, name } of lines) {
    const index = indexOf.get(label)
    const known = classOf.get(file)
    if (file === '') skipped.push({ file: `line ${line}`, reason: 'mislabelled', detail: 'the line names no file' })
    else if (index === undefined) {
      skipped.push({ file, reason: 'mislabelled', detail: `line ${line}: ${quoted(label)} is no class` })
    } else if (known !== undefined) {
      const isSame = known === index
      const detail = `line ${line}: named again as class ${index}${isSame ? '' : `, before as ${known}`}`
      skipped.push({ file, reason: isSame ? 'duplicate' : 'mislabelled', detail })
    } else {
      classOf.set(file, index)
      if (classes === undefined) names[index] = name === '' ? label : name
    }
  }
  // Indices between those that occur have no name in the map.
  const classNames = distinctNames(Array.from(names, (name, index) => name ?? String(index)))
  return { classNames, classOf, skipped }
}

function integers(count: number): LabelIndex {
  return {
    get(label) {
      const index = /^\d{1,6}$/.test(label) ? Number(label) : count
      return index < count ? index : undefined
    },
  }
}

function alphabetical(labels: readonly string[]): ReadonlyMap<string, number> {
  const distinct = [...new Set(labels.filter((label) => label !== ''))].sort()
  return new Map(distinct.slice(0, MAX_CLASSES).map((label, index) => [label, index]))
}

/** Fields separated by commas, in double quotes where they hold commas, quotes (doubled) or line feeds (RFC 4180). */
function parseCsv(file: NamedFile, text: string): readonly (readonly string[])[] {
  const rows: string[][] = []
  let row: string[] = []
  const field = /"((?:[^"]|"")*)"(,|\r?\n|$)|([^",\r\n]*)(,|\r?\n|$)/y
  while (field.lastIndex < text.length) {
    const at = field.lastIndex
    const match = field.exec(text)
    if (match === null) {
      const line = text.slice(0, at).split('\n').length
      throw fileError(
        file,
        'dataset-invalid',
        `line ${line}: a field is neither plain nor properly quoted`,
        `line ${line}`,
      )
    }
    row.push(match[1]?.replaceAll('""', '"') ?? match[3] ?? '')
    if ((match[2] ?? match[4]) === ',') continue
    if (row.some((cell) => cell !== '')) rows.push(row)
    row = []
  }
  if (row.length > 0) rows.push(row)
  return rows
}
