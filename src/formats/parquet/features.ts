/** Which column of a table is the image and which its class, and what the classes are called. */
import { jsonOrNothing } from '#shared/basics/json-or-nothing.ts'
import { huggingFaceSchema, type HuggingFaceFeatures } from '#shared/dataset/hugging-face.ts'
import { fileError, quoted, type NamedFile } from '../file-error.ts'
import { distinctNames, type ClassList } from '../image-set/class-list.ts'
import type { ParquetColumn, ParquetFooter } from './footer.ts'

export interface ImageTable {
  /** Of the bytes of an encoded image. */
  readonly image: number
  /** Of its class, a number or a name. */
  readonly label: number
  readonly classes?: ClassList
  /** What was chosen where there was a choice, a sentence each. */
  readonly notes: readonly string[]
}

/** Usual names in the order in which they are believed; a fine label says more than a coarse one. */
const imageNames: readonly string[] = ['image', 'img', 'images', 'jpg', 'png', 'picture']
const labelNames: readonly string[] = ['label', 'labels', 'fine_label', 'fine_labels', 'class', 'cls', 'target', 'category', 'coarse_label', 'coarse_labels'] // prettier-ignore
const remedy = 'Give a table with a column `image` of encoded images (bytes, or a struct of bytes and path) and a column `label`.' // prettier-ignore

/** Throws `dataset-invalid` where no column can be the image, or none its class. */
export function imageTable(file: NamedFile, { columns, metadata }: ParquetFooter): ImageTable {
  const features = readFeatures(file, metadata.get('huggingface'))
  const images = columns.filter((column) => isImage(column, features))
  const image = preferred(images, imageNames)
  if (image === undefined) throw missing(file, 'an image', columns)
  const labels = columns.filter((column) => isLabel(column, features))
  const label = preferred(labels, labelNames)
  if (label === undefined) throw missing(file, 'the class of an image', columns)
  const names = features.get(nameOf(label))?.names
  const notes = [...choice('images', images, image), ...choice('classes', labels, label)]
  const table = { image: columns.indexOf(image), label: columns.indexOf(label), notes }
  return names === undefined ? table : { ...table, classes: classList(names) }
}

type Features = ReadonlyMap<string, NonNullable<HuggingFaceFeatures[string]>>

/** Empty where the writer was another. */
function readFeatures(file: NamedFile, text: string | undefined): Features {
  if (text === undefined) return new Map()
  const parsed = huggingFaceSchema.safeParse(jsonOrNothing(text))
  if (!parsed.success) {
    const problem = `expected features in its Hugging Face metadata, found ${quoted(text)}`
    throw fileError(file, 'dataset-invalid', problem, 'metadata')
  }
  const features = Object.entries(parsed.data.info.features)
  return new Map(features.flatMap(([name, feature]) => (feature === undefined ? [] : [[name, feature]])))
}

function nameOf({ path }: ParquetColumn): string {
  return path[0] ?? ''
}

function isImage({ path, type, isRepeated }: ParquetColumn, features: Features): boolean {
  const [name = '', part] = path
  if (type !== 'bytes' || isRepeated || path.length > 2) return false
  if (part !== undefined && part !== 'bytes') return false
  const feature = features.get(name)
  return feature === undefined ? part === 'bytes' || imageNames.includes(name.toLowerCase()) : feature._type === 'Image'
}

function isLabel({ path, type, isRepeated }: ParquetColumn, features: Features): boolean {
  const [name = ''] = path
  if (path.length !== 1 || isRepeated || type === 'other') return false
  if (features.get(name)?._type === 'ClassLabel') return true
  return labelNames.includes(name.toLowerCase())
}

function preferred(columns: readonly ParquetColumn[], names: readonly string[]): ParquetColumn | undefined {
  const name = names.find((each) => columns.some((column) => nameOf(column).toLowerCase() === each))
  return columns.find((column) => nameOf(column).toLowerCase() === name) ?? columns[0]
}

function choice(what: string, columns: readonly ParquetColumn[], taken: ParquetColumn): readonly string[] {
  if (columns.length < 2) return []
  const names = columns.map((column) => quoted(nameOf(column))).join(', ')
  return [`Several columns hold ${what} (${names}): ${quoted(nameOf(taken))} was taken.`]
}

function classList(names: readonly string[]): ClassList {
  return { names: distinctNames(names), indexOf: new Map(names.map((name, index) => [name, index])) }
}

function missing(file: NamedFile, what: string, columns: readonly ParquetColumn[]) {
  const found = columns.slice(0, 12).map(({ path }) => quoted(path.join('.'))).join(', ') // prettier-ignore
  return fileError(file, 'dataset-invalid', `expected a column with ${what}, found ${found}`, 'schema', remedy)
}
