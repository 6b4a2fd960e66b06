/** TensorProto of onnx.proto: an array with its values in raw bytes or in a field of their type. */
import { elementTypes, entryFields, tensorFields } from '#shared/onnx/schema.ts'
import { quoted, type NamedFile } from '../file-error.ts'
import { onnxError } from './onnx-error.ts'
import { bytesOfDtype, countElements, fileTensor, type FileDtype, type FileTensor } from '../file-tensor.ts'
import { joinBytes } from '../join-bytes.ts'
import type { ExternalData } from './external-data.ts'
import { exactInteger, fieldsOf, fixedOf, integerOf, messageOf, textOf, varintsOf } from './protobuf.ts'
import type { MessageBytes, ProtobufField } from './protobuf.ts'

export interface OnnxTensor {
  readonly name: string
  readonly tensor: FileTensor
}

const dtypes = [
  ...(['float32', 'float64', 'float16', 'bfloat16', 'bool'] as const),
  ...(['int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64'] as const),
]
const dtypeByCode: ReadonlyMap<number, FileDtype> = new Map(dtypes.map((dtype) => [elementTypes[dtype], dtype]))

/** Which field holds the values when there are no raw bytes; the types that are left out use `int32_data`. */
const ownField: Partial<Record<FileDtype, number>> = {
  float32: tensorFields.float32,
  float64: tensorFields.float64,
  int64: tensorFields.int64,
  uint32: tensorFields.uint64,
  uint64: tensorFields.uint64,
}
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
  const expected = count * bytesOfDtype[dtype]
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
      case tensorFields.extent:
        for (const extent of varintsOf(file, field)) parts.shape.push(exactInteger(file, extent, field.at))
        break
      case tensorFields.elementType:
        parts.code = integerOf(file, field)
        break
      case tensorFields.name:
        parts.name = textOf(file, field)
        break
      case tensorFields.raw:
        parts.raw = messageOf(file, field)
        break
      case tensorFields.segment:
        throw onnxError(file, 'file-unsupported', 'tensors in segments are not read', `byte ${field.at}`)
      case tensorFields.externalData:
        parts.isExternal = true
        parts.place.set(...entryOf(file, messageOf(file, field)))
        break
      case tensorFields.dataLocation:
        parts.isExternal ||= integerOf(file, field) !== 0
        break
      case tensorFields.float32:
      case tensorFields.int32:
      case tensorFields.int64:
      case tensorFields.float64:
      case tensorFields.uint64: {
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
    if (field.number === entryFields.key) key = textOf(file, field)
    else if (field.number === entryFields.value) value = textOf(file, field)
  }
  return [key, value]
}

function typedValues(file: NamedFile, { values }: Parts, dtype: FileDtype): Uint8Array {
  const number = ownField[dtype] ?? tensorFields.int32
  const fields = values.get(number) ?? []
  if (dtype === 'float32') return joined(fields.map((field) => fixedOf(file, field, 4)))
  if (dtype === 'float64') return joined(fields.map((field) => fixedOf(file, field, 8)))
  const size = bytesOfDtype[dtype]
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
