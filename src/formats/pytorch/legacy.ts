/**
 * torch.save before version 1.6: four pickles (magic number, protocol, system, the value), a pickled list of storage
 * keys, then for each key its element count (int64) and its raw elements.
 */
import type { ByteSource } from '../byte-source.ts'
import { fileError, quoted } from '../file-error.ts'
import { PickleCursor } from '../pickle/cursor.ts'
import { noReferences, runPickle, type StorageTable } from '../pickle/machine.ts'
import { isObject, type PickleValue } from '../pickle/values.ts'
import type { TensorDicts } from '../tensor-dict.ts'
import { lazyDicts } from './lazy-dicts.ts'
import { findStateDicts } from './state-dicts.ts'
import { storageBytes } from './tensor-values.ts'

const MAGIC_NUMBER = 0x1950a86a20f9469cfc6cn
const PROTOCOL_VERSION = 1001
/** The pickles stand at the front, the weights after them; ResNet-152's take 200 kB. */
const MAX_PICKLE_BYTES = 64 * 2 ** 20
const COUNT_BYTES = 8

/** The dicts of tensors in the file; of the weights only the lengths are read. Throws any of the `file-*` codes. */
export async function readLegacyPickle(source: ByteSource): Promise<TensorDicts> {
  const frontBytes = Math.min(source.size, MAX_PICKLE_BYTES)
  const cursor = new PickleCursor(source, await source.read(0, frontBytes), frontBytes === source.size)
  const references = noReferences()
  assertMagic(source, runPickle(cursor, references))
  assertProtocol(source, runPickle(cursor, references))
  assertLittleEndian(source, runPickle(cursor, references))
  const found = findStateDicts(source, runPickle(cursor, references), references.foreign)
  const keys = storageKeys(source, `byte ${cursor.position}`, runPickle(cursor, references))
  const places = await findStorages(source, cursor.position, keys, references.storages)
  return lazyDicts(source, found, references, ({ key }) => {
    const place = places.get(key)
    if (place === undefined) {
      throw fileError(source, 'file-corrupt', `expected storage ${quoted(key)}, found none`, `storage ${quoted(key)}`)
    }
    return source.read(place.begin, place.byteLength)
  })
}

function assertMagic(source: ByteSource, magic: PickleValue): void {
  if (magic === MAGIC_NUMBER) return
  const problem = "expected torch.save's magic number, found another pickle"
  throw fileError(source, 'file-unsupported', problem, 'byte 0')
}

function assertProtocol(source: ByteSource, protocol: PickleValue): void {
  if (protocol === PROTOCOL_VERSION) return
  const found = typeof protocol === 'number' ? protocol : 'something else'
  throw fileError(source, 'file-unsupported', `expected torch.save protocol 1001, found ${found}`, 'second pickle')
}

function assertLittleEndian(source: ByteSource, system: PickleValue): void {
  const isDict = isObject(system) && system.kind === 'dict'
  if (isDict && system.entries.get('little_endian') === true) return
  const problem = 'expected weights in little-endian order, found another'
  throw fileError(source, 'file-unsupported', problem, 'third pickle')
}

function storageKeys(source: ByteSource, at: string, value: PickleValue): readonly string[] {
  const items = isObject(value) && value.kind === 'list' ? value.items : []
  const keys = items.filter((item) => typeof item === 'string')
  if (keys.length === 0 || keys.length !== items.length || new Set(keys).size !== keys.length) {
    throw fileError(source, 'file-corrupt', 'expected a list of distinct storage keys after the pickle', at)
  }
  return keys
}

interface StoragePlace {
  readonly begin: number
  readonly byteLength: number
}

/** Where each storage lies; checks that each is as long as announced and that the last one ends the file. */
async function findStorages(
  source: ByteSource,
  start: number,
  keys: readonly string[],
  table: StorageTable,
): Promise<ReadonlyMap<string, StoragePlace>> {
  const places = new Map<string, StoragePlace>()
  let position = start
  for (const key of keys) {
    const at = `storage ${quoted(key)} at byte ${position}`
    const reference = table.get(key)
    if (reference === undefined) {
      throw fileError(source, 'file-corrupt', `${at}: no tensor of the file refers to it`, at)
    }
    const prefix = await source.read(position, COUNT_BYTES)
    const count = new DataView(prefix.buffer, prefix.byteOffset, COUNT_BYTES).getBigInt64(0, true)
    if (count !== BigInt(reference.count)) {
      throw fileError(source, 'file-corrupt', `${at}: expected ${reference.count} elements, found ${count}`, at)
    }
    const byteLength = storageBytes(reference)
    if (position + COUNT_BYTES + byteLength > source.size) {
      const problem = `${at}: expected ${byteLength} bytes of weights, found the end of the file at byte ${source.size}`
      throw fileError(source, 'file-truncated', problem, at)
    }
    places.set(key, { begin: position + COUNT_BYTES, byteLength })
    position += COUNT_BYTES + byteLength
  }
  if (position !== source.size) {
    const problem = `expected the file to end with its last storage at byte ${position}, found ${source.size} bytes`
    throw fileError(source, 'file-corrupt', problem, `byte ${position}`)
  }
  return places
}
