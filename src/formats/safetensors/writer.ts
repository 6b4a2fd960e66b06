import { AppException } from '#shared/basics/result.ts'
import { bytesOfDtype, countElements, type FileDtype } from '../file-tensor.ts'
import { dtypeNames, LENGTH_FIELD_BYTES, METADATA_KEY } from './header.ts'

type TypedArray =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array

/** Row-major values as numbers (a `HostTensor` is one), or as little-endian bytes of a named dtype (a `FileTensor`). */
export type TensorToWrite =
  | { readonly shape: readonly number[]; readonly data: TypedArray }
  | { readonly shape: readonly number[]; readonly dtype: FileDtype; readonly bytes: Uint8Array }

/**
 * Bytes of a safetensors file. Equal content gives equal bytes: tensors are ordered by element size (largest first, so
 * that each starts aligned), then by name; metadata by key; the data part starts at a multiple of 8.
 * Throws `invalid-argument` when a shape does not fit its data or a name is reserved.
 */
export function writeSafetensors(
  tensors: Iterable<readonly [string, TensorToWrite]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const rows = [...tensors].map(([name, tensor]) => prepare(name, tensor))
  rows.sort((a, b) => bytesOfDtype[b.dtype] - bytesOfDtype[a.dtype] || compare(a.name, b.name))
  assertDistinct(rows)

  const header = encodeHeader(rows, metadata)
  const dataBytes = rows.reduce((total, row) => total + row.bytes.byteLength, 0)
  const file = new Uint8Array(LENGTH_FIELD_BYTES + header.byteLength + dataBytes)
  new DataView(file.buffer).setBigUint64(0, BigInt(header.byteLength), true)
  file.set(header, LENGTH_FIELD_BYTES)
  let position = LENGTH_FIELD_BYTES + header.byteLength
  for (const { bytes } of rows) {
    file.set(bytes, position)
    position += bytes.byteLength
  }
  return file
}

interface Row {
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: FileDtype
  readonly bytes: Uint8Array
}

function prepare(name: string, tensor: TensorToWrite): Row {
  const { shape } = tensor
  const row =
    'data' in tensor
      ? { name, shape, dtype: dtypeOf(tensor.data), bytes: bytesOf(tensor.data) }
      : { name, shape, dtype: tensor.dtype, bytes: tensor.bytes }
  const count = countElements(shape)
  const found = row.bytes.byteLength / bytesOfDtype[row.dtype]
  if (count !== found) {
    throw new AppException({
      code: 'invalid-argument',
      message: `Tensor ${name} of shape [${shape.join(', ')}] needs ${count ?? 'a countable number of'} values, got ${found}`,
      where: name,
    })
  }
  if (name === METADATA_KEY) {
    throw new AppException({ code: 'invalid-argument', message: `${METADATA_KEY} is no tensor name`, where: name })
  }
  return row
}

function assertDistinct(rows: readonly Row[]): void {
  const names = new Set<string>()
  for (const { name } of rows) {
    if (names.has(name)) {
      throw new AppException({ code: 'invalid-argument', message: `Tensor ${name} is given twice`, where: name })
    }
    names.add(name)
  }
}

function encodeHeader(rows: readonly Row[], metadata: Readonly<Record<string, string>>): Uint8Array {
  // Object.fromEntries keeps a tensor called "__proto__" as an ordinary key; integer-like names move to the front,
  // which changes the header's order only, never the data's.
  const pairs: [string, unknown][] = []
  const metadataPairs = Object.entries(metadata).sort(([a], [b]) => compare(a, b))
  if (metadataPairs.length > 0) pairs.push([METADATA_KEY, Object.fromEntries(metadataPairs)])
  let offset = 0
  for (const { name, shape, dtype, bytes } of rows) {
    const end = offset + bytes.byteLength
    pairs.push([name, { dtype: dtypeNames[dtype], shape, data_offsets: [offset, end] }])
    offset = end
  }
  const json = JSON.stringify(Object.fromEntries(pairs))
  const length = new TextEncoder().encode(json).byteLength
  const padding = (8 - (length % 8)) % 8
  return new TextEncoder().encode(json + ' '.repeat(padding))
}

function dtypeOf(data: TypedArray): FileDtype {
  if (data instanceof Float32Array) return 'float32'
  if (data instanceof Int32Array) return 'int32'
  if (data instanceof Uint8Array) return 'uint8'
  if (data instanceof Float64Array) return 'float64'
  if (data instanceof BigInt64Array) return 'int64'
  if (data instanceof BigUint64Array) return 'uint64'
  if (data instanceof Uint32Array) return 'uint32'
  if (data instanceof Int16Array) return 'int16'
  if (data instanceof Uint16Array) return 'uint16'
  return 'int8'
}

function bytesOf(data: TypedArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

/** By code unit: the same on every machine, unlike localeCompare. */
function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
