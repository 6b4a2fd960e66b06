/** Finds the images of a folder, and the class and split of each. Reads names and labels, no image. */
import { readdir } from 'node:fs/promises'
import { basename, join, relative, sep } from 'node:path'
import type { ImportSplit, SplitName } from '#shared/records.ts'
import { AppException } from '#shared/result.ts'
import { openFileSource, systemError } from '../byte-source.ts'
import { fileError, quoted, type NamedFile } from '../file-error.ts'
import { CLASS_LIST_FILES, parseClassList, type ClassList } from './class-list.ts'
import { parseClassMap } from './class-map.ts'
import type { SkippedList } from './skipped.ts'
import { splitOf, type SplitRule } from './splits.ts'

export interface FoundImage {
  /** Below the data set's folder, with slashes. */
  readonly name: string
  readonly path: string
  readonly label: number
  readonly split: SplitName
}

export interface FoundImages {
  readonly classNames: readonly string[]
  /** Sorted by name. */
  readonly images: readonly FoundImage[]
  /** How the classes and splits were decided, for people. */
  readonly layout: string
}

/** ImageNet has 1.4 million. */
const MAX_FILES = 5_000_000
const MAX_LIST_BYTES = 64 * 2 ** 20
/** Below this a set is taken to be for measuring: a tenth of it would say little. */
const MIN_IMAGES_TO_SPLIT = 1_000
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

/**
 * @param split what the user wants of images that nobody has put into splits: `auto` cuts them by name when there are
 * at least 1,000, else all are test images
 * Throws `dataset-invalid` when no layout is recognised, `file-unreadable`, `file-unsafe` for too many files.
 */
export async function findImages(folder: string, split: ImportSplit, skipped: SkippedList): Promise<FoundImages> {
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
  const rule = wholeRule(split, images.length)
  if (csv !== undefined) return byClassMap(folder, csv, classes, images, rule, skipped)
  return byFolders(source, folder, classes, images, rule, skipped)
}

function wholeRule(split: ImportSplit, count: number): SplitRule {
  if (split !== 'auto') return split
  return count < MIN_IMAGES_TO_SPLIT ? 'test' : 'hash'
}

function describeRule(rule: SplitRule): string {
  return rule === 'test' ? 'all of them test images' : 'split by file name, 80 % train, 10 % validation, 10 % test'
}

async function byClassMap(
  folder: string,
  csv: string,
  classes: ClassList | undefined,
  names: readonly string[],
  rule: SplitRule,
  skipped: SkippedList,
): Promise<FoundImages> {
  const map = parseClassMap({ name: csv }, await readList(join(folder, csv)), classes)
  skipped.add(...map.skipped)
  const images: FoundImage[] = []
  for (const name of names) {
    // A map names files from the folder, or without folders.
    const label = map.classOf.get(name) ?? map.classOf.get(basename(name))
    if (label === undefined) skipped.add({ file: name, reason: 'mislabelled', detail: `${csv} does not name it` })
    else images.push({ name, path: join(folder, name), label, split: splitOf(rule, name) })
  }
  const missing = map.classOf.size - images.length
  const absent = missing > 0 ? `; ${missing} files that it names are not there` : ''
  return { classNames: map.classNames, images, layout: `classes from ${csv}, ${describeRule(rule)}${absent}` }
}

function byFolders(
  source: NamedFile,
  folder: string,
  classes: ClassList | undefined,
  names: readonly string[],
  rule: SplitRule,
  skipped: SkippedList,
): FoundImages {
  const present = new Set(names.map((name) => name.slice(0, name.indexOf('/') + 1)))
  const splits = splitFolders.filter(({ name }) => present.has(`${name}/`))
  const ruleOf = (top: string): SplitRule | undefined => {
    const named = splits.find(({ name }) => name === top)
    return named === undefined ? undefined : folderRule(named.split, splits)
  }
  const depth = splits.length > 0 ? 1 : 0
  const candidates: { readonly name: string; readonly className: string; readonly rule: SplitRule }[] = []
  for (const name of names) {
    const parts = name.split('/')
    const own = splits.length > 0 ? ruleOf(parts[0] ?? '') : rule
    const className = parts.length > depth + 1 ? parts[depth] : undefined
    if (own !== undefined && className !== undefined) candidates.push({ name, className, rule: own })
    else skipped.add({ file: name, reason: 'mislabelled', detail: 'it lies in no folder of a class' })
  }
  if (candidates.length === 0) {
    throw fileError(source, 'dataset-invalid', 'expected a folder a class, found none with images', 'folders', remedy)
  }
  const list = classes ?? sortedClasses(candidates.map(({ className }) => className))
  const images: FoundImage[] = []
  for (const { name, className, rule: own } of candidates) {
    const label = list.indexOf.get(className)
    if (label !== undefined) images.push({ name, path: join(folder, name), label, split: splitOf(own, name) })
    else
      skipped.add({ file: name, reason: 'mislabelled', detail: `folder ${quoted(className)} is no class of the list` })
  }
  const how = splits.length > 0 ? `splits from ${splits.map(({ name }) => name).join(', ')}` : describeRule(rule)
  return { classNames: list.names, images, layout: `a folder a class, ${how}` }
}

/**
 * ImageNet's val images are what everybody reports accuracy on: without a test folder they are the test split, and
 * validation is cut out of train.
 */
function folderRule(split: SplitName, splits: readonly { readonly split: SplitName }[]): SplitRule {
  const has = (wanted: SplitName) => splits.some((other) => other.split === wanted)
  if (split === 'test') return 'test'
  if (split === 'validation') return has('test') ? 'validation' : 'test'
  if (has('test') && has('validation')) return 'all-train'
  return has('test') || has('validation') ? 'train' : 'hash'
}

function sortedClasses(names: readonly string[]): ClassList {
  const sorted = [...new Set(names)].sort()
  return { names: sorted, indexOf: new Map(sorted.map((name, index) => [name, index])) }
}

async function readClassList(folder: string, files: readonly string[]): Promise<ClassList | undefined> {
  const name = CLASS_LIST_FILES.find((candidate) => files.includes(candidate))
  return name === undefined ? undefined : parseClassList({ name }, await readList(join(folder, name)))
}

async function readList(path: string): Promise<Uint8Array> {
  const opened = await openFileSource(path)
  if (!opened.ok) throw new AppException(opened.error)
  const file = opened.value
  try {
    if (file.size > MAX_LIST_BYTES) {
      throw fileError(file, 'file-unsafe', `expected at most ${MAX_LIST_BYTES} bytes, found ${file.size}`, 'byte 0')
    }
    return await file.read(0, file.size)
  } finally {
    await file.close()
  }
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
