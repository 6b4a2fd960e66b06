/** Finds the images of a folder, and the class and split of each. Reads names and labels, no image. */
import { readdir } from 'node:fs/promises'
import { basename, join, relative, sep } from 'node:path'
import type { SplitName } from '#shared/records.ts'
import { systemError } from '../byte-source.ts'
import { fileError, quoted, type NamedFile } from '../file-error.ts'
import { CLASS_LIST_FILES, parseClassList, type ClassList } from './class-list.ts'
import { parseClassMap } from './class-map.ts'
import type { FoundImage, FoundSet } from '../image-set/plan.ts'
import { SkippedList } from '../image-set/skipped.ts'
import { ImageFile, readSmallFile } from './image-file.ts'

/** ImageNet has 1.4 million. */
const MAX_FILES = 5_000_000
const MAX_LIST_BYTES = 64 * 2 ** 20
const imageName = /\.(jpe?g|png|webp)$/i

/** The split that each of these folders stands for, with what becomes of its images. */
const splitFolders: readonly { readonly name: string; readonly split: SplitName }[] = [
  { name: 'train', split: 'train' },
  { name: 'val', split: 'validation' },
  { name: 'validation', split: 'validation' },
  { name: 'test', split: 'test' },
]

const remedy =
  'Give a folder with one folder of images a class, or with train and val folders of such, or with images and a ' +
  'labels.csv that names the file and the class of each.'

/** Throws `dataset-invalid` when no layout is recognised, `file-unreadable`, `file-unsafe` for too many files. */
export async function findImages(folder: string): Promise<FoundSet> {
  const skipped = new SkippedList()
  const source = { name: basename(folder) }
  const files = await listFiles(folder, source)
  const classes = await readClassList(folder, files)
  const csvs = files.filter((name) => /^[^/]+\.csv$/i.test(name))
  const csv = csvs.find((name) => name === 'labels.csv') ?? (csvs.length === 1 ? csvs[0] : undefined)
  const images = files.filter((name) => imageName.test(name))
  const isList = (name: string) => name === csv || CLASS_LIST_FILES.some((list) => list === name)
  for (const name of files) {
    if (imageName.test(name) || isList(name)) continue
    skipped.add({ file: name, reason: 'unsupported', detail: 'no JPEG, PNG or WebP image by its name' })
  }
  if (images.length === 0) {
    throw fileError(source, 'dataset-invalid', 'expected JPEG, PNG or WebP images, found none', 'list of files', remedy)
  }
  const found =
    csv === undefined
      ? byFolders(source, folder, classes, images, skipped)
      : await byClassMap(folder, csv, classes, images, skipped)
  return { ...found, unlabelledImages: 0, seenImages: images.length, notes: [], skipped: skipped.value }
}

type Labelled = Pick<FoundSet, 'layout' | 'classNames' | 'images'>

async function byClassMap(
  folder: string,
  csv: string,
  classes: ClassList | undefined,
  names: readonly string[],
  skipped: SkippedList,
): Promise<Labelled> {
  const map = parseClassMap({ name: csv }, await readList(join(folder, csv)), classes)
  skipped.add(...map.skipped)
  const images: FoundImage[] = []
  for (const name of names) {
    // A map names files from the folder, or without folders.
    const label = map.classOf.get(name) ?? map.classOf.get(basename(name))
    if (label === undefined) skipped.add({ file: name, reason: 'mislabelled', detail: `${csv} does not name it` })
    else images.push(new ImageFile(folder, name, label, undefined))
  }
  const missing = map.classOf.size - images.length
  const absent = missing > 0 ? `; ${missing} files that it names are not there` : ''
  return { classNames: map.classNames, images, layout: `classes from ${csv}${absent}` }
}

function byFolders(
  source: NamedFile,
  folder: string,
  classes: ClassList | undefined,
  names: readonly string[],
  skipped: SkippedList,
): Labelled {
  const present = new Set(names.map((name) => name.slice(0, name.indexOf('/') + 1)))
  const splits = splitFolders.filter(({ name }) => present.has(`${name}/`))
  const splitOf = (top: string) => splits.find(({ name }) => name === top)?.split
  const depth = splits.length > 0 ? 1 : 0
  const candidates: { readonly name: string; readonly className: string; readonly given: SplitName | undefined }[] = []
  for (const name of names) {
    const parts = name.split('/')
    const given = splits.length > 0 ? splitOf(parts[0] ?? '') : undefined
    const className = parts.length > depth + 1 ? parts[depth] : undefined
    if (className !== undefined && depth === Number(given !== undefined)) candidates.push({ name, className, given })
    else skipped.add({ file: name, reason: 'mislabelled', detail: 'it lies in no folder of a class' })
  }
  if (candidates.length === 0) {
    throw fileError(source, 'dataset-invalid', 'expected a folder a class, found none with images', 'folders', remedy)
  }
  const list = classes ?? sortedClasses(candidates.map(({ className }) => className))
  const images: FoundImage[] = []
  for (const { name, className, given } of candidates) {
    const label = list.indexOf.get(className)
    if (label !== undefined) images.push(new ImageFile(folder, name, label, given))
    else
      skipped.add({ file: name, reason: 'mislabelled', detail: `folder ${quoted(className)} is no class of the list` })
  }
  const how = splits.length > 0 ? `, splits from ${splits.map(({ name }) => name).join(', ')}` : ''
  return { classNames: list.names, images, layout: `a folder a class${how}` }
}

function sortedClasses(names: readonly string[]): ClassList {
  const sorted = [...new Set(names)].sort()
  return { names: sorted, indexOf: new Map(sorted.map((name, index) => [name, index])) }
}

async function readClassList(folder: string, files: readonly string[]): Promise<ClassList | undefined> {
  const name = CLASS_LIST_FILES.find((candidate) => files.includes(candidate))
  return name === undefined ? undefined : parseClassList({ name }, await readList(join(folder, name)))
}

function readList(path: string): Promise<Uint8Array> {
  return readSmallFile(path, MAX_LIST_BYTES, 'file-unsafe')
}

/** Names below the folder with slashes, sorted; hidden files are of no interest, links to folders are not followed. */
async function listFiles(folder: string, source: NamedFile): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw systemError(source, folder, cause)
  })
  const names = entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((name) => !/(^|\/)(\.|__MACOSX\/)/.test(name))
  if (names.length <= MAX_FILES) return names.sort()
  throw fileError(source, 'file-unsafe', `expected at most ${MAX_FILES} files, found ${names.length}`, 'list of files')
}
