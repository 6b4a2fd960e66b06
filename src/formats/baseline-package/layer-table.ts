/** Kernels as a baseline stores them to entries and sections, and back. */
import type { LayerEntry } from '#shared/baseline-description.ts'
import type { CompressedTensor, CompressedTensors } from '#shared/compressed-tensor.ts'
import { sizeOf } from '#shared/host-tensor.ts'
import { AppException, assertNever } from '#shared/result.ts'
import { decodeIntegers, encodeIntegers } from '../coding/integer-code.ts'
import { PartsToRead, PartsToWrite } from '../coding/parts.ts'

/** The layers' bytes one after another, by precision. */
export interface LayerSections {
  readonly float16: Uint8Array
  readonly codes: Uint8Array
}

export interface LayerTable {
  readonly entries: readonly LayerEntry[]
  readonly sections: LayerSections
}

/** @param allowsEntropy without it every code takes exactly its bits */
export function encodeLayers(layers: CompressedTensors, allowsEntropy: boolean): LayerTable {
  const parts = { float16: new PartsToWrite(), codes: new PartsToWrite() }
  const entries = Object.entries(layers).map(([name, tensor]): LayerEntry => {
    const shape = kernelShape(name, tensor)
    switch (tensor.kind) {
      case 'float16':
        parts.float16.add(tensor.halves)
        return { kind: 'float16', name, shape }
      case 'integer': {
        const { coding, bytes } = encodeIntegers(tensor.codes, tensor.bits, allowsEntropy)
        parts.float16.add(tensor.scales)
        parts.codes.add(bytes)
        return { kind: 'integer', name, shape, bits: tensor.bits, coding, bytes: bytes.byteLength }
      }
      default:
        return assertNever(tensor)
    }
  })
  return { entries, sections: { float16: parts.float16.joined(), codes: parts.codes.joined() } }
}

function kernelShape(name: string, { shape }: CompressedTensor): LayerEntry['shape'] {
  const [filters, channels, height, width] = shape
  if (filters !== undefined && channels !== undefined && height !== undefined && width !== undefined) {
    return [filters, channels, height, width]
  }
  throw new AppException({
    code: 'invalid-argument',
    message: `Kernels have four extents, ${name} has ${shape.length}.`,
    where: name,
  })
}

/** Bytes of one layer in each section. */
export function layerBytes(entry: LayerEntry): Readonly<Record<keyof LayerSections, number>> {
  const [filters] = entry.shape
  switch (entry.kind) {
    case 'float16':
      return { float16: 2 * sizeOf(entry.shape), codes: 0 }
    case 'integer':
      return { float16: 2 * filters, codes: entry.bytes }
    default:
      return assertNever(entry)
  }
}

/** `sections` have the sizes that the entries ask for. Throws what `corrupt` makes for the layer it names. */
export function decodeLayers(
  { entries, sections }: LayerTable,
  corrupt: (name: string, problem: string) => AppException,
): CompressedTensors {
  const float16 = new PartsToRead(sections.float16)
  const codes = new PartsToRead(sections.codes)
  const pairs = entries.map((entry): readonly [string, CompressedTensor] => {
    const { name, shape } = entry
    const problem = (text: string): AppException => corrupt(name, text)
    switch (entry.kind) {
      case 'float16':
        return [name, { kind: 'float16', shape, halves: float16.halves(sizeOf(shape)) }]
      case 'integer': {
        const { bits, coding, bytes } = entry
        const scales = float16.halves(shape[0])
        const decoded = decodeIntegers(codes.take(bytes), { coding, bits, count: sizeOf(shape) }, problem)
        return [name, { kind: 'integer', shape, bits, codes: decoded, scales }]
      }
      default:
        return assertNever(entry)
    }
  })
  return Object.fromEntries(pairs)
}
