/** Tensors at their stored precision to entries and sections, and back. */
import type { StoredEntry, StoredValues } from '#shared/package/package-description.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import type { AppException } from '#shared/basics/result.ts'
import { assertNever } from '#shared/basics/result.ts'
import { scaleRows, type StoredTensor, type StoredTensors } from '#shared/tensors/stored-tensor.ts'
import { fileTensor, type FileTensor } from '../file-tensor.ts'
import { addHalves, takeHalves } from '../coding/half-code.ts'
import { decodeIntegers, encodeIntegers } from '../coding/integer-code.ts'
import { PartsToRead, PartsToWrite } from '../coding/parts.ts'
import { sectionName, type Owner, type Precision } from './sections.ts'

/** Bytes of some tensors by the section they lie in. */
export type SectionBytes = Readonly<Record<Precision, Uint8Array>>

/** Those of one owner in an opened package; empty where there are none. */
export function sectionsOf(owner: Owner, sections: ReadonlyMap<string, FileTensor>): SectionBytes {
  const section = (precision: Precision): Uint8Array =>
    sections.get(sectionName(owner, precision))?.bytes ?? new Uint8Array(0)
  return { float32: section('float32'), float16: section('float16'), codes: section('codes') }
}

export interface TensorTable {
  readonly entries: readonly StoredEntry[]
  /** The entries' bytes one after another. */
  readonly sections: SectionBytes
}

/** @param allowsEntropy without it every number takes exactly its bits */
export function encodeTensors(tensors: StoredTensors, allowsEntropy = true): TensorTable {
  const sections = new TensorSections(allowsEntropy)
  const entries = Object.entries(tensors).map(([name, tensor]): StoredEntry => ({
    ...sections.addValues(tensor),
    name,
    shape: [...tensor.shape],
  }))
  return { entries, sections: sections.joined() }
}

/** `sections` have the sizes that the entries ask for. Throws what `corrupt` makes for the tensor it names. */
export function decodeTensors(
  { entries, sections }: TensorTable,
  corrupt: (name: string, problem: string) => AppException,
): StoredTensors {
  const parts = new TensorSectionsToRead(sections)
  const pairs = entries.map((entry): readonly [string, StoredTensor] => {
    const { name, shape } = entry
    return [name, parts.takeValues(entry, shape, sizeOf(shape), (problem) => corrupt(name, problem))]
  })
  return Object.fromEntries(pairs)
}

/** Sections that are being written. */
export class TensorSections {
  readonly #parts = { float32: new PartsToWrite(), float16: new PartsToWrite(), codes: new PartsToWrite() }
  readonly #allowsEntropy: boolean

  constructor(allowsEntropy = true) {
    this.#allowsEntropy = allowsEntropy
  }

  /** Adds the values of a tensor, however many it holds, and returns how they are stored. */
  addValues(tensor: StoredTensor): StoredValues {
    switch (tensor.kind) {
      case 'float32':
        this.#parts.float32.add(tensor.values)
        return { kind: 'float32' }
      case 'float16':
        return { kind: 'float16', ...addHalves(this.#parts, tensor.halves, this.#allowsEntropy) }
      case 'integer': {
        const { coding, bytes } = encodeIntegers(tensor.codes, tensor.bits, this.#allowsEntropy)
        this.#parts.float16.add(tensor.scales)
        this.#parts.codes.add(bytes)
        return { kind: 'integer', bits: tensor.bits, coding, bytes: bytes.byteLength }
      }
      default:
        return assertNever(tensor)
    }
  }

  addCodes(bytes: Uint8Array): void {
    this.#parts.codes.add(bytes)
  }

  addSections({ float32, float16, codes }: SectionBytes): void {
    this.#parts.float32.add(float32)
    this.#parts.float16.add(float16)
    this.#parts.codes.add(codes)
  }

  joined(): SectionBytes {
    const { float32, float16, codes } = this.#parts
    return { float32: float32.joined(), float16: float16.joined(), codes: codes.joined() }
  }
}

/** Sections that are being read; they have the sizes that what is taken asks for. */
export class TensorSectionsToRead {
  readonly #parts: Readonly<Record<Precision, PartsToRead>>

  constructor({ float32, float16, codes }: SectionBytes) {
    this.#parts = {
      float32: new PartsToRead(float32),
      float16: new PartsToRead(float16),
      codes: new PartsToRead(codes),
    }
  }

  /** `count` values of a tensor of `shape`, which has more where it is sparse. Throws what `corrupt` makes. */
  takeValues(
    values: StoredValues,
    shape: readonly number[],
    count: number,
    corrupt: (problem: string) => AppException,
  ): StoredTensor {
    switch (values.kind) {
      case 'float32': {
        const tensor = fileTensor([count], 'float32', this.#parts.float32.take(4 * count))
        return { kind: 'float32', shape, values: tensor.toFloat32() }
      }
      case 'float16':
        return { kind: 'float16', shape, halves: takeHalves(this.#parts, values, count, corrupt) }
      case 'integer': {
        const { bits, coding, bytes } = values
        const scales = this.#parts.float16.halves(scaleRows(shape))
        const codes = decodeIntegers(this.#parts.codes.take(bytes), { coding, bits, count }, corrupt)
        return { kind: 'integer', shape, bits, codes, scales }
      }
      default:
        return assertNever(values)
    }
  }

  takeCodes(bytes: number): Uint8Array {
    return this.#parts.codes.take(bytes)
  }
}
