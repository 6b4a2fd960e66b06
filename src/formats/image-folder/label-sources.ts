/** The lists beside images that say their classes: which files they are, and what they say of which image. */
import { join } from 'node:path'
import type { SplitName } from '#shared/protocol/records.ts'
import { ok, type AppError } from '#shared/basics/result.ts'
import { asResult, asResultSync } from '../file-error.ts'
import { splitWithin } from '../image-set/split-names.ts'
import type { SkippedFile } from '../image-set/skipped.ts'
import { parseAnnotationList } from './annotation-list.ts'
import { CLASS_LIST_FILES } from '../image-set/class-list.ts'
import { pathIn, type Folder } from './folder-tree.ts'
import { readSmallFile } from './image-file.ts'
import { LabelLookup } from './label-lookup.ts'
import { parseLabelTable, type LabelRow, type LabelTable } from './label-table.ts'
import type { FolderLayout, PlacedImage } from './layout.ts'

const MAX_LIST_BYTES = 64 * 2 ** 20
/** What people call synsets; no list of classes, as it may name many more. */
export const WORDS_FILES: readonly string[] = ['words.txt', 'synset_words.txt', 'LOC_synset_mapping.txt']
const noLabels: readonly string[] = [...CLASS_LIST_FILES, ...WORDS_FILES]

/** Whether a file is a table by its name. */
export function isTable(name: string): boolean {
  return /\.(csv|tsv|jsonl)$/i.test(name)
}

/** A list that labels images, and the image of each line that has one. */
export interface LabelSource {
  /** Below the folder that was given, with slashes. */
  readonly file: string
  readonly rows: readonly LabelRow[]
  readonly isByIndex: boolean
  readonly taken: ReadonlyMap<PlacedImage, LabelRow>
  /** Lines whose file is not there. */
  readonly untaken: number
  /** Lines that say nothing usable. */
  readonly unusable: readonly SkippedFile[]
  /** The split that its name says. */
  readonly given: SplitName | undefined
}

interface ListFile {
  readonly file: string
  /** Where it lies, below the folder that was given. */
  readonly folder: string
  readonly given: SplitName | undefined
}

/** A list beside images, whole. Throws `file-unsafe` for more than 64 MiB, and what the system says. */
export function readList(root: string, file: string): Promise<Uint8Array> {
  return readSmallFile(join(root, file), MAX_LIST_BYTES, 'file-unsafe')
}

/**
 * Reads the lists that may label `images`, one after another, until all have a label. `why` says of each that cannot be
 * read as such a list why not.
 * Throws `dataset-invalid` when a list cannot tell two images apart.
 */
export async function readLabelSources(
  root: string,
  layout: FolderLayout,
  images: readonly PlacedImage[],
  hasClasses: boolean,
): Promise<{ readonly sources: readonly LabelSource[]; readonly why: ReadonlyMap<string, AppError> }> {
  const sources: LabelSource[] = []
  const why = new Map<string, AppError>()
  let left = images
  for (const list of listFilesOf(layout)) {
    const ofSplit = left.filter(({ given }) => given === list.given)
    // trainLabels.csv speaks of the images in train, if there are such; what it calls 1 is not the 1 in test.
    const wanted = list.given === undefined || ofSplit.length === 0 ? left : ofSplit
    if (wanted.length === 0) break
    const source = await readSource(root, list, wanted, hasClasses)
    if ('code' in source) why.set(list.file, source)
    else if (source.taken.size > 0) {
      sources.push(source)
      left = left.filter((image) => !source.taken.has(image))
    }
  }
  return { sources, why }
}

/** In the folders from the one that was given to the images, labels.csv before others. */
function listFilesOf({ trail, splitFolders }: FolderLayout): readonly ListFile[] {
  const listsIn = (folder: Folder, given: SplitName | undefined) =>
    folder.others
      .filter(
        (name) => (isTable(name) || /\.txt$/i.test(name)) && !noLabels.includes(name) && !/submission/i.test(name),
      )
      .map((name) => {
        const stem = name.replace(/\.\w+$/, '')
        return { file: pathIn(folder, name), folder: folder.path, given: given ?? splitWithin(stem) }
      })
  const ofSplits = splitFolders.flatMap(({ split, trail: inner }) => inner.flatMap((folder) => listsIn(folder, split)))
  const ofAll = trail.toReversed().flatMap((folder) => listsIn(folder, undefined))
  const isFirst = ({ file }: ListFile) => /(^|\/)labels\.csv$/i.test(file)
  return [...ofSplits, ...ofAll].sort((left, right) => Number(isFirst(right)) - Number(isFirst(left)))
}

async function readSource(
  root: string,
  list: ListFile,
  images: readonly PlacedImage[],
  hasClasses: boolean,
): Promise<LabelSource | AppError> {
  const read = await asResult(async () => ok(await readList(root, list.file)))
  if (!read.ok) return read.error
  const bytes = read.value
  const table = asResultSync(() => ok(parseLabelTable({ name: list.file }, bytes, hasClasses)))
  if (table.ok) return labelsFrom(list, table.value, images)
  const rows = parseAnnotationList(bytes)
  const lookup = new LabelLookup(list.file, rows)
  const known = images.filter((image) => lookup.find(below(list, image)) !== undefined).length
  // Anything that is text can be read as such a list: it must speak of these images.
  const isOfThese = known > 0 && known * 2 >= Math.min(rows.length, images.length)
  return isOfThese ? labelsFrom(list, { rows, isByIndex: false }, images) : table.error
}

/** What a list says of each image. Throws `dataset-invalid` when it cannot tell two of them apart. */
export function labelsFrom(
  list: ListFile,
  { rows, isByIndex }: LabelTable,
  images: readonly PlacedImage[],
): LabelSource {
  const lookup = new LabelLookup(list.file, rows)
  const taken = new Map<PlacedImage, LabelRow>()
  for (const image of images) {
    const row = lookup.take(below(list, image), image.name)
    if (row !== undefined) taken.set(image, row)
  }
  const { untaken, unusable } = lookup
  return { file: list.file, given: list.given, rows, isByIndex, taken, untaken, unusable }
}

/** The name of an image below the folder of a list, which it lies in. */
function below({ folder }: ListFile, { name }: PlacedImage): string {
  return folder === '' ? name : name.slice(folder.length + 1)
}
