/** TensorProto of onnx.proto: an array with its values in raw bytes or in a field of their type. */
import { quoted, type NamedFile } from '../file-error.ts'
import { onnxError } from './onnx-error.ts'
import { bytesPerElement, countElements, fileTensor, type FileDtype, type FileTensor } from '../file-tensor.ts'
import { joinBytes } from '../join-bytes.ts'
import type { ExternalData } from './external-data.ts'
import { exactInteger, fieldsOf, fixedOf, integerOf, messageOf, textOf, varintsOf } from './protobuf.ts'
import type { MessageBytes, ProtobufField } from './protobuf.ts'

export interface OnnxTensor {
  readonly name: string
  readonly tensor: FileTensor
}

const dtypeByCode: ReadonlyMap<number, FileDtype> = new Map<number, FileDtype>([
  [1, 'float32'],
  [2, 'uint8'],
  [3, 'int8'],
  [4, 'uint16'],
  [5, 'int16'],
  [6, 'int32'],
  [7, 'int64'],
  [9, 'bool'],
  [10, 'float16'],
  [11, 'float64'],
  [12, 'uint32'],
  [13, 'uint64'],
  [16, 'bfloat16'],
])

/** Which field holds the values when there are no raw bytes; the types that are left out use `int32_data`. */
const ownField: Partial<Record<FileDtype, number>> = { float32: 4, float64: 10, int64: 7, uint32: 11, uint64: 11 }
const int32Data = 5
const mostAxes = 8

interface Parts {
  readonly shape: number[]
  code: number | undefined
  name: string
  raw: MessageBytes | undefined
  isExternal: boolean
  /** Where in another file its values lie. */
  readonly place: Map<string, string>
  /** By field number: the values' bytes, piece by piece. */
  readonly values: Map<number, ProtobufField[]>
}

/**
 * Throws `AppException`: `file-truncated`, `file-corrupt`, `file-unsupported` (element type), and what `ExternalData` throws.
 * Values in raw bytes share the memory of the file. A tensor whose values lie in another file has none before
 * `external` has loaded them.
 */
export function parseTensor(file: NamedFile, message: MessageBytes, external: ExternalData): OnnxTensor {
  const parts = collect(file, message)
  const at = `tensor ${quoted(parts.name)}, byte ${message.begin}`
  const dtype = dtypeByCode.get(parts.code ?? 0)
  if (dtype === undefined) {
    const problem = `tensor ${quoted(parts.name)}: expected numbers, found element type ${parts.code ?? 'of no name'}`
    throw onnxError(file, 'file-unsupported', problem, at)
  }
  const count = parts.shape.length > mostAxes ? undefined : countElements(parts.shape)
  if (count === undefined) {
    const problem = `tensor ${quoted(parts.name)}: expected a shape of at most ${mostAxes} countable extents`
    throw onnxError(file, 'file-corrupt', problem, at)
  }
  const expected = count * bytesPerElement[dtype]
  if (parts.isExternal) {
    const values = external.bytesOf(file, parts.name, parts.place, expected)
    return { name: parts.name, tensor: fileTensor(parts.shape, dtype, values ?? new Uint8Array()) }
  }
  const bytes = parts.raw?.bytes ?? typedValues(file, parts, dtype)
  if (bytes.byteLength !== expected) {
    const found = `${bytes.byteLength} bytes of values`
    const problem = `tensor ${quoted(parts.name)}: expected ${expected} for ${dtype} [${parts.shape.join(', ')}], found ${found}`
    throw onnxError(file, 'file-corrupt', problem, at)
  }
  return { name: parts.name, tensor: fileTensor(parts.shape, dtype, bytes) }
}

function collect(file: NamedFile, message: MessageBytes): Parts {
  const parts: Parts = {
    ...{ shape: [], code: undefined, name: '', raw: undefined },
    ...{ isExternal: false, place: new Map(), values: new Map() },
  }
  for (const field of fieldsOf(file, message)) {
    switch (field.number) {
      case 1:
        for (const extent of varintsOf(file, field)) parts.shape.push(exactInteger(file, extent, field.at))
        break
      case 2:
        parts.code = integerOf(file, field)
        break
      case 8:
        parts.name = textOf(file, field)
        break
      case 9:
        parts.raw = messageOf(file, field)
        break
      case 3:
        throw onnxError(file, 'file-unsupported', 'tensors in segments are not read', `byte ${field.at}`)
      case 13:
        parts.isExternal = true
        parts.place.set(...entryOf(file, messageOf(file, field)))
        break
      case 14:
        parts.isExternal ||= integerOf(file, field) !== 0
        break
      case 4:
      case 5:
      case 7:
      case 10:
      case 11: {
        const fields = parts.values.get(field.number) ?? []
        fields.push(field)
        parts.values.set(field.number, fields)
        break
      }
      default:
      // Documentation, and what newer versions add.
    }
  }
  return parts
}

/** StringStringEntryProto: a key and a value. */
function entryOf(file: NamedFile, message: MessageBytes): readonly [string, string] {
  let [key, value] = ['', '']
  for (const field of fieldsOf(file, message)) {
    if (field.number === 1) key = textOf(file, field)
    else if (field.number === 2) value = textOf(file, field)
  }
  return [key, value]
}

function typedValues(file: NamedFile, { values }: Parts, dtype: FileDtype): Uint8Array {
  const number = ownField[dtype] ?? int32Data
  const fields = values.get(number) ?? []
  if (number === 4 || number === 10) {
    return joined(fields.map((field) => fixedOf(file, field, number === 4 ? 4 : 8)))
  }
  const size = bytesPerElement[dtype]
  return joined(
    fields.map((field) => {
      const integers = varintsOf(file, field)
      const bytes = new Uint8Array(integers.length * 8)
      const view = new DataView(bytes.buffer)
      // Each in its lowest bytes: the values of int32_data are those of the type, float16 as its bits.
      integers.forEach((integer, at) => view.setBigUint64(at * size, integer, true))
      return bytes.subarray(0, integers.length * size)
    }),
  )
}

/** A single part stays where it is. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts
  return only !== undefined && parts.length === 1 ? only : joinBytes(parts)
}
