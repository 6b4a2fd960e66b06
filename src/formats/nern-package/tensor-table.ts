/** Tensors at their stored precision to entries and sections, and back. */
import type { StoredEntry } from '#shared/package-description.ts'
import { sizeOf } from '#shared/host-tensor.ts'
import type { AppException } from '#shared/result.ts'
import { assertNever } from '#shared/result.ts'
import type { StoredTensor, StoredTensors } from '#shared/stored-tensor.ts'
import { fileTensor } from '../file-tensor.ts'
import { decodeIntegers, encodeIntegers } from '../coding/integer-code.ts'
import { PartsToRead, PartsToWrite } from '../coding/parts.ts'
import { rowsOf, type Precision } from './sections.ts'

export interface TensorTable {
  readonly entries: readonly StoredEntry[]
  /** The entries' bytes one after another. */
  readonly sections: Readonly<Record<Precision, Uint8Array>>
}

export function encodeTensors(tensors: StoredTensors): TensorTable {
  const parts = { float32: new PartsToWrite(), float16: new PartsToWrite(), codes: new PartsToWrite() }
  const entries = Object.entries(tensors).map(([name, tensor]): StoredEntry => {
    const shape = [...tensor.shape]
    switch (tensor.kind) {
      case 'float32':
        parts.float32.add(tensor.values)
        return { kind: 'float32', name, shape }
      case 'float16':
        parts.float16.add(tensor.halves)
        return { kind: 'float16', name, shape }
      case 'integer': {
        const { coding, bytes } = encodeIntegers(tensor.codes, tensor.bits)
        parts.float16.add(tensor.scales)
        parts.codes.add(bytes)
        return { kind: 'integer', name, shape, bits: tensor.bits, coding, bytes: bytes.byteLength }
      }
      default:
        return assertNever(tensor)
    }
  })
  const { float32, float16, codes } = parts
  return { entries, sections: { float32: float32.joined(), float16: float16.joined(), codes: codes.joined() } }
}

/** `sections` have the sizes that the entries ask for. Throws what `corrupt` makes for the tensor it names. */
export function decodeTensors(
  { entries, sections }: TensorTable,
  corrupt: (name: string, problem: string) => AppException,
): StoredTensors {
  const float32 = new PartsToRead(sections.float32)
  const float16 = new PartsToRead(sections.float16)
  const coded = new PartsToRead(sections.codes)
  const pairs = entries.map((entry): readonly [string, StoredTensor] => {
    const { name, shape } = entry
    const elements = sizeOf(shape)
    switch (entry.kind) {
      case 'float32':
        return [
          name,
          { kind: 'float32', shape, values: fileTensor(shape, 'float32', float32.take(4 * elements)).toFloat32() },
        ]
      case 'float16':
        return [name, { kind: 'float16', shape, halves: float16.halves(elements) }]
      case 'integer': {
        const scales = float16.halves(rowsOf(shape))
        const wanted = { coding: entry.coding, bits: entry.bits, count: elements }
        const codes = decodeIntegers(coded.take(entry.bytes), wanted, (problem) => corrupt(name, problem))
        return [name, { kind: 'integer', shape, bits: entry.bits, codes, scales }]
      }
      default:
        return assertNever(entry)
    }
  })
  return Object.fromEntries(pairs)
}
