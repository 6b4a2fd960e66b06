/** Opens a container: mark, description and checksums are checked here, what the description means by its owner. */
import { crc32, inflateSync } from 'node:zlib'
import { fileError, quoted, type NamedFile } from '../file-error.ts'
import type { FileDtype, FileTensor } from '../file-tensor.ts'
import { readSafetensors } from '../safetensors/reader.ts'
import { AppException } from '#shared/basics/result.ts'
import { packageMarkSchema } from '#shared/package/package-description.ts'
import { descriptionSection, hasMark, type ContainerDescription, type PackageKind } from './kind.ts'

/** Of the JSON text: a network of 100,000 layers takes 8 MB. */
const mostDescriptionBytes = 16 * 2 ** 20

const updateRemedy = 'Update the studio, or write the package again with this version.'

/** A package whose description was read; nothing is decoded yet. */
export interface ContainerFile<D> {
  readonly description: D
  readonly sections: ReadonlyMap<string, FileTensor>
  /** Of the file. */
  readonly sizeBytes: number
}

/** Throws what `readSafetensors` gives, `file-unsupported` for another file or version, `file-corrupt`, `file-unsafe`. */
export function openContainer<D extends ContainerDescription>(
  kind: PackageKind<D>,
  bytes: Uint8Array,
  fileName: string,
): ContainerFile<D> {
  const content = readSafetensors(bytes, fileName)
  if (!content.ok) throw new AppException(content.error)
  const file = { name: fileName }
  const { tensors, metadata } = content.value
  assertMark(kind, file, metadata)
  const compressed = tensors.get(descriptionSection)
  if (compressed?.dtype !== 'uint8') {
    const at = `tensor ${quoted(descriptionSection)}`
    throw fileError(file, 'file-corrupt', `expected ${at} of bytes, found none`, at)
  }
  return { description: readDescription(kind, file, compressed.bytes), sections: tensors, sizeBytes: bytes.byteLength }
}

/** Throws `file-unsupported` unless the header's metadata says that the file is a package of a version read here. */
function assertMark<D extends ContainerDescription>(
  kind: PackageKind<D>,
  file: NamedFile,
  metadata: Readonly<Record<string, string>>,
): void {
  const { markKey, versions, title, origin } = kind
  const at = `metadata ${quoted(markKey)}`
  const text = hasMark(kind, metadata) ? metadata[markKey] : undefined
  if (text === undefined) {
    const problem = `expected a ${title}, found an ordinary safetensors file`
    throw fileError(file, 'file-unsupported', problem, at, origin)
  }
  const mark = packageMarkSchema.safeParse(parseJson(file, text, at))
  if (!mark.success) throw fileError(file, 'file-corrupt', `${at}: expected a version, found none`, at)
  if (versions.includes(mark.data.version)) return
  const problem = `expected a package of version ${versions.join(' or ')}, found version ${mark.data.version}`
  throw fileError(file, 'file-unsupported', problem, at, updateRemedy)
}

/** Throws `file-corrupt` or `file-unsafe`, naming the field. */
function readDescription<D extends ContainerDescription>(
  { schema, dictionary }: PackageKind<D>,
  file: NamedFile,
  compressed: Uint8Array,
): D {
  const at = `tensor ${quoted(descriptionSection)}`
  let text: string
  try {
    const bytes = inflateSync(compressed, {
      maxOutputLength: mostDescriptionBytes,
      ...(dictionary === undefined ? {} : { dictionary }),
    })
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const isTooLong = cause instanceof RangeError
    const problem = isTooLong
      ? `${at}: expected a description of at most ${mostDescriptionBytes} bytes, found more`
      : `${at}: expected a zlib stream of UTF-8 text, found something else (${reason.slice(0, 120)})`
    throw fileError(file, isTooLong ? 'file-unsafe' : 'file-corrupt', problem, at)
  }
  const parsed = schema.safeParse(parseJson(file, text, at))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = issue?.path.join('.') ?? ''
  const problem = `description ${quoted(field)}: ${issue?.message ?? 'not as expected'}`
  throw fileError(file, 'file-corrupt', problem, `description, ${quoted(field)}`)
}

function parseJson(file: NamedFile, text: string, at: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw fileError(file, 'file-corrupt', `${at}: expected JSON, found something else (${reason.slice(0, 120)})`, at)
  }
}

export interface ExpectedSection {
  readonly dtype: FileDtype
  /** Undefined where only the section's decoder knows. */
  readonly bytes?: number
}

/** Throws `file-corrupt` unless there is every section of `expected`, with its size and checksum, and no other. */
export function assertSections(
  file: NamedFile,
  checksums: Readonly<Record<string, number>>,
  expected: ReadonlyMap<string, ExpectedSection>,
  tensors: ReadonlyMap<string, FileTensor>,
): void {
  for (const [name, tensor] of tensors) {
    if (name === descriptionSection) continue
    const at = `tensor ${quoted(name)}`
    const wanted = expected.get(name)
    if (wanted === undefined || wanted.dtype !== tensor.dtype || tensor.shape.length !== 1) {
      throw fileError(file, 'file-corrupt', `${at}: the description knows no such tensor`, at)
    }
    if (wanted.bytes !== undefined && wanted.bytes !== tensor.bytes.byteLength) {
      const problem = `${at}: expected ${wanted.bytes} bytes by the description, found ${tensor.bytes.byteLength}`
      throw fileError(file, 'file-corrupt', problem, at)
    }
    const checksum = Object.hasOwn(checksums, name) ? checksums[name] : undefined
    const found = crc32(tensor.bytes)
    if (checksum !== found) {
      const problem = `${at}: expected CRC-32 ${checksum ?? 'in the description'}, found ${found}: its bytes have changed`
      throw fileError(file, 'file-corrupt', problem, at)
    }
  }
  const missing = [...expected.keys()].find((name) => !tensors.has(name))
  if (missing === undefined) return
  const at = `tensor ${quoted(missing)}`
  throw fileError(file, 'file-corrupt', `expected ${at}, found none`, at)
}
