/**
 * torch.save since version 1.6: a zip archive with one folder that holds `data.pkl` (the value), `data/KEY` (the raw
 * elements of each storage) and, from version 2.1, `byteorder`.
 */
import type { ByteSource } from '../byte-source.ts'
import { fileError, quoted } from '../file-error.ts'
import type { ZipEntry } from '../zip/central-directory.ts'
import type { ZipArchive } from '../zip/zip.ts'
import { PickleCursor } from '../pickle/cursor.ts'
import { noReferences, runPickle } from '../pickle/machine.ts'
import type { StorageReference } from '../pickle/values.ts'
import type { TensorDicts } from '../tensor-dict.ts'
import { lazyDicts } from './lazy-dicts.ts'
import { findStateDicts } from './state-dicts.ts'
import { storageBytes } from './tensor-values.ts'

const MAX_PICKLE_BYTES = 64 * 2 ** 20
/** `little` or `big`. */
const MAX_BYTE_ORDER_BYTES = 16

/** The dicts of tensors in the archive; only the pickle is read. Throws `AppException` with any of the `file-*` codes. */
export async function readPytorchZip(source: ByteSource, archive: ZipArchive): Promise<TensorDicts> {
  const pickleEntry = findPickle(source, archive)
  const folder = pickleEntry.name.slice(0, -'data.pkl'.length)
  await assertLittleEndian(source, archive, folder)
  const pickle = await archive.read(pickleEntry)
  const file = { name: `${source.name}, ${pickleEntry.name}` }
  const references = noReferences()
  const root = runPickle(new PickleCursor(file, pickle, true), references)
  const found = findStateDicts(file, root, references.foreign)
  return lazyDicts(source, found, references, (storage) => readStorage(source, archive, folder, storage))
}

function findPickle(source: ByteSource, archive: ZipArchive): ZipEntry {
  const pickles = [...archive.entries.values()].filter(({ name }) => /^[^/]+\/data\.pkl$/.test(name))
  const [pickle] = pickles
  if (pickle === undefined || pickles.length > 1) {
    const problem = `expected one entry FOLDER/data.pkl as torch.save writes it, found ${pickles.length}`
    throw fileError(source, 'file-unsupported', problem, 'zip directory')
  }
  if (pickle.contentBytes > MAX_PICKLE_BYTES) {
    const at = `entry ${quoted(pickle.name)}`
    const problem = `${at}: expected at most ${MAX_PICKLE_BYTES} bytes, found ${pickle.contentBytes}`
    throw fileError(source, 'file-unsafe', problem, at)
  }
  return pickle
}

async function assertLittleEndian(source: ByteSource, archive: ZipArchive, folder: string): Promise<void> {
  const entry = archive.entries.get(`${folder}byteorder`)
  if (entry === undefined) return
  const at = `entry ${quoted(entry.name)}`
  const isShort = entry.contentBytes <= MAX_BYTE_ORDER_BYTES
  const order = isShort ? new TextDecoder().decode(await archive.read(entry)).trim() : `${entry.contentBytes} bytes`
  if (order !== 'little') {
    throw fileError(source, 'file-unsupported', `${at}: expected byte order little, found ${quoted(order)}`, at)
  }
}

async function readStorage(
  source: ByteSource,
  archive: ZipArchive,
  folder: string,
  storage: StorageReference,
): Promise<Uint8Array> {
  const name = `${folder}data/${storage.key}`
  const at = `entry ${quoted(name)}`
  const entry = archive.entries.get(name)
  if (entry === undefined) {
    throw fileError(source, 'file-corrupt', `expected ${at} with the elements of a tensor, found none`, at)
  }
  const expected = storageBytes(storage)
  if (entry.contentBytes !== expected) {
    const problem = `${at}: expected ${expected} bytes for ${storage.count} elements of ${storage.dtype}, found ${entry.contentBytes}`
    throw fileError(source, 'file-corrupt', problem, at)
  }
  return archive.read(entry)
}
