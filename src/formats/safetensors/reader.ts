import { ok, type Result } from '#shared/basics/result.ts'
import type { ByteSource } from '../byte-source.ts'
import { asResult, asResultSync, fileError, quoted } from '../file-error.ts'
import { fileTensor, type FileTensor } from '../file-tensor.ts'
import { LENGTH_FIELD_BYTES, parseSafetensorsHeader, parseHeaderLength, type SafetensorsHeader } from './header.ts'

/** Everything in one safetensors file. */
interface SafetensorsContent {
  /** In the order of their bytes in the file. */
  readonly tensors: ReadonlyMap<string, FileTensor>
  /** The header's `__metadata__`; empty when the file has none. */
  readonly metadata: Readonly<Record<string, string>>
}

/** An open safetensors file whose tensors are read one at a time. */
export interface SafetensorsFile extends SafetensorsHeader {
  /** Reads one tensor's bytes, nothing else. Errors: `not-found` and those of the source. */
  readTensor(name: string): Promise<Result<FileTensor>>
}

/**
 * Reads a file that is in memory; tensors share its bytes. Errors name the byte or the tensor: `file-truncated`,
 * `file-corrupt` (offsets, shapes, duplicate names), `file-unsupported` (dtype), `file-unsafe` (header over 100 MB).
 */
export function readSafetensors(bytes: Uint8Array, fileName: string): Result<SafetensorsContent> {
  return asResultSync(() => {
    const file = { name: fileName }
    assertHasPrefix(file, bytes.byteLength)
    const headerLength = parseHeaderLength(file, bytes.byteLength, bytes)
    const json = bytes.subarray(LENGTH_FIELD_BYTES, LENGTH_FIELD_BYTES + headerLength)
    const { entries, metadata } = parseSafetensorsHeader(file, bytes.byteLength, json)
    const tensors = new Map(
      entries.map(({ name, shape, dtype, begin, end }) => [name, fileTensor(shape, dtype, bytes.subarray(begin, end))]),
    )
    return ok({ tensors, metadata })
  })
}

/** Reads and checks the header only; tensors follow on request. Errors as `readSafetensors`. */
export function openSafetensors(source: ByteSource): Promise<Result<SafetensorsFile>> {
  return asResult(async () => {
    assertHasPrefix(source, source.size)
    const headerLength = parseHeaderLength(source, source.size, await source.read(0, LENGTH_FIELD_BYTES))
    const json = await source.read(LENGTH_FIELD_BYTES, headerLength)
    const header = parseSafetensorsHeader(source, source.size, json)
    const byName = new Map(header.entries.map((entry) => [entry.name, entry]))
    const readTensor = (name: string) =>
      asResult<FileTensor>(async () => {
        const entry = byName.get(name)
        if (entry === undefined) throw fileError(source, 'not-found', `no tensor ${quoted(name)} in it`, 'header')
        const bytes = await source.read(entry.begin, entry.end - entry.begin)
        return ok(fileTensor(entry.shape, entry.dtype, bytes))
      })
    return ok({ ...header, readTensor })
  })
}

function assertHasPrefix(file: { readonly name: string }, size: number): void {
  if (size >= LENGTH_FIELD_BYTES) return
  const problem = `expected ${LENGTH_FIELD_BYTES} bytes of header length, found ${size} bytes in all`
  throw fileError(file, 'file-truncated', problem, 'byte 0')
}
