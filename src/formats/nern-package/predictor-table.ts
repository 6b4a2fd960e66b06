/** Tensors of a predictor to entries and sections, and back: as other tensors, or without their zeros. */
import type { PredictorEntry } from '#shared/package/package-description.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import type { AppException } from '#shared/basics/result.ts'
import { assertNever } from '#shared/basics/result.ts'
import type { StoredTensor, StoredTensors } from '#shared/tensors/stored-tensor.ts'
import { decodeSymbols, encodeSymbols } from '../coding/symbol-code.ts'
import { precisions } from './sections.ts'
import { TensorSections, TensorSectionsToRead, type SectionBytes } from './tensor-table.ts'

export interface PredictorTable {
  readonly entries: readonly PredictorEntry[]
  /** The entries' bytes one after another. */
  readonly sections: SectionBytes
}

/** What a sparse entry adds to the compressed description, about. */
const longerEntryBytes = 32

/** A tensor is stored without its zeros where that makes the file smaller. */
export function encodePredictor(tensors: StoredTensors): PredictorTable {
  const all = new TensorSections()
  const entries = Object.entries(tensors).map(([name, tensor]) => {
    const dense = encodeDense(name, tensor)
    const sparse = encodeSparse(name, tensor)
    const isSparse = sparse !== undefined && bytesIn(sparse) + longerEntryBytes <= bytesIn(dense)
    const { entry, sections } = isSparse ? sparse : dense
    all.addSections(sections)
    return entry
  })
  return { entries, sections: all.joined() }
}

/** `sections` have the sizes that the entries ask for. Throws what `corrupt` makes for the tensor it names. */
export function decodePredictor(
  { entries, sections }: PredictorTable,
  corrupt: (name: string, problem: string) => AppException,
): StoredTensors {
  const parts = new TensorSectionsToRead(sections)
  const pairs = entries.map((entry): readonly [string, StoredTensor] => {
    const { name, shape } = entry
    const corruptEntry = (problem: string) => corrupt(name, problem)
    if (entry.kind !== 'sparse') return [name, parts.takeValues(entry, shape, sizeOf(shape), corruptEntry)]
    const { kept, coding, bytes } = entry.positions
    const isKept = decodeSymbols(parts.takeCodes(bytes), { coding, bits: 1, count: sizeOf(shape) }, corruptEntry)
    const found = isKept.reduce((sum, bit) => sum + bit, 0)
    if (found !== kept) throw corruptEntry(`expected the positions of ${kept} values, found ${found}`)
    return [name, withZeros(parts.takeValues(entry.values, shape, kept, corruptEntry), isKept)]
  })
  return Object.fromEntries(pairs)
}

interface EncodedTensor {
  readonly entry: PredictorEntry
  readonly sections: SectionBytes
}

function bytesIn({ sections }: EncodedTensor): number {
  return precisions.reduce((sum, precision) => sum + sections[precision].byteLength, 0)
}

function encodeDense(name: string, tensor: StoredTensor): EncodedTensor {
  const sections = new TensorSections()
  const entry = { ...sections.addValues(tensor), name, shape: [...tensor.shape] }
  return { entry, sections: sections.joined() }
}

/** Undefined for a tensor without zeros. */
function encodeSparse(name: string, tensor: StoredTensor): EncodedTensor | undefined {
  const { kept, isKept } = withoutZeros(tensor)
  const count = isKept.reduce((sum, bit) => sum + bit, 0)
  if (count === isKept.length) return undefined
  const { coding, bytes } = encodeSymbols(isKept, 1, true)
  const sections = new TensorSections()
  sections.addCodes(bytes)
  const entry: PredictorEntry = {
    kind: 'sparse',
    name,
    shape: [...tensor.shape],
    positions: { kept: count, coding, bytes: bytes.byteLength },
    values: sections.addValues(kept),
  }
  return { entry, sections: sections.joined() }
}

/** The tensor with only those of its values whose bits are not all 0, and where they were: 1 for a value, 0 for a zero. */
function withoutZeros(tensor: StoredTensor): { readonly kept: StoredTensor; readonly isKept: Uint8Array } {
  switch (tensor.kind) {
    case 'float32': {
      // A negative zero is kept, so that a reader gets every bit back.
      const isKept = Uint8Array.from(tensor.values, (value) => (Object.is(value, 0) ? 0 : 1))
      return { kept: { ...tensor, values: tensor.values.filter((_, at) => isKept[at] === 1) }, isKept }
    }
    case 'float16': {
      const isKept = Uint8Array.from(tensor.halves, (half) => (half === 0 ? 0 : 1))
      return { kept: { ...tensor, halves: tensor.halves.filter((half) => half !== 0) }, isKept }
    }
    case 'integer': {
      const isKept = Uint8Array.from(tensor.codes, (code) => (code === 0 ? 0 : 1))
      return { kept: { ...tensor, codes: tensor.codes.filter((code) => code !== 0) }, isKept }
    }
    default:
      return assertNever(tensor)
  }
}

/** The inverse of `withoutZeros`. */
function withZeros(tensor: StoredTensor, isKept: Uint8Array): StoredTensor {
  switch (tensor.kind) {
    case 'float32':
      return { ...tensor, values: spread(new Float32Array(isKept.length), tensor.values, isKept) }
    case 'float16':
      return { ...tensor, halves: spread(new Uint16Array(isKept.length), tensor.halves, isKept) }
    case 'integer':
      return { ...tensor, codes: spread(new Int8Array(isKept.length), tensor.codes, isKept) }
    default:
      return assertNever(tensor)
  }
}

/** Puts `values` one after another where `isKept` is 1. */
function spread<T extends Float32Array | Uint16Array | Int8Array>(target: T, values: T, isKept: Uint8Array): T {
  let next = 0
  isKept.forEach((bit, at) => {
    if (bit === 1) target[at] = values[next++] ?? 0
  })
  return target
}
