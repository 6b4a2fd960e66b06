/** Tensors at their stored precision to entries and sections, and back. */
import type { StoredEntry } from '#shared/package-description.ts'
import { sizeOf } from '#shared/host-tensor.ts'
import type { AppException } from '#shared/result.ts'
import { assertNever } from '#shared/result.ts'
import type { StoredTensor, StoredTensors } from '#shared/stored-tensor.ts'
import { fileTensor } from '../file-tensor.ts'
import { decodeIntegers, encodeIntegers } from './integer-code.ts'
import { entryBytes, type Precision } from './sections.ts'

export interface TensorTable {
  readonly entries: readonly StoredEntry[]
  /** The entries' bytes one after another. */
  readonly sections: Readonly<Record<Precision, Uint8Array>>
}

export function encodeTensors(tensors: StoredTensors): TensorTable {
  const parts: Record<Precision, Uint8Array[]> = { float32: [], float16: [], codes: [] }
  const entries = Object.entries(tensors).map(([name, tensor]): StoredEntry => {
    const shape = [...tensor.shape]
    switch (tensor.kind) {
      case 'float32':
        parts.float32.push(bytesOf(tensor.values))
        return { kind: 'float32', name, shape }
      case 'float16':
        parts.float16.push(bytesOf(tensor.halves))
        return { kind: 'float16', name, shape }
      case 'integer': {
        const { coding, bytes } = encodeIntegers(tensor.codes, tensor.bits)
        parts.float16.push(bytesOf(tensor.scales))
        parts.codes.push(bytes)
        return { kind: 'integer', name, shape, bits: tensor.bits, coding, bytes: bytes.byteLength }
      }
      default:
        return assertNever(tensor)
    }
  })
  const { float32, float16, codes } = parts
  return { entries, sections: { float32: joined(float32), float16: joined(float16), codes: joined(codes) } }
}

/** `sections` have the sizes that the entries ask for. Throws what `corrupt` makes for the tensor it names. */
export function decodeTensors(
  { entries, sections }: TensorTable,
  corrupt: (name: string, problem: string) => AppException,
): StoredTensors {
  const at: Record<Precision, number> = { float32: 0, float16: 0, codes: 0 }
  const pairs = entries.map((entry): readonly [string, StoredTensor] => {
    const { name, shape } = entry
    const sizes = entryBytes(entry)
    const take = (precision: Precision): Uint8Array =>
      sections[precision].subarray(at[precision], (at[precision] += sizes[precision]))
    switch (entry.kind) {
      case 'float32':
        return [name, { kind: 'float32', shape, values: fileTensor(shape, 'float32', take('float32')).toFloat32() }]
      case 'float16':
        return [name, { kind: 'float16', shape, halves: halvesOf(take('float16')) }]
      case 'integer': {
        const scales = halvesOf(take('float16'))
        const wanted = { coding: entry.coding, bits: entry.bits, count: sizeOf(shape) }
        const codes = decodeIntegers(take('codes'), wanted, (problem) => corrupt(name, problem))
        return [name, { kind: 'integer', shape, bits: entry.bits, codes, scales }]
      }
      default:
        return assertNever(entry)
    }
  })
  return Object.fromEntries(pairs)
}

/** A copy, because typed arrays need an aligned start; every platform of the studio is little-endian. */
function halvesOf(bytes: Uint8Array): Uint16Array {
  return new Uint16Array(new Uint8Array(bytes).buffer)
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.byteLength
  }
  return bytes
}
