/** Kernels as a baseline stores them to entries and sections, and back. */
import type { LayerEntry } from '#shared/baseline-description.ts'
import {
  unfoldedSize,
  type CompressedTensor,
  type CompressedTensors,
  type SparseTensor,
} from '#shared/compressed-tensor.ts'
import { sizeOf } from '#shared/host-tensor.ts'
import { AppException, assertNever } from '#shared/result.ts'
import { decodeIntegers, encodeIntegers } from '../coding/integer-code.ts'
import { PartsToRead, PartsToWrite } from '../coding/parts.ts'
import { decodeSymbols, encodeSymbols } from '../coding/symbol-code.ts'
import { decodePositions, encodePositions, mostWeightsAByte } from './positions-code.ts'

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
      case 'codebook': {
        const { coding, bytes } = encodeSymbols(tensor.indices, tensor.bits, allowsEntropy)
        parts.float16.add(tensor.codebook)
        parts.codes.add(bytes)
        return { kind: 'codebook', name, shape, bits: tensor.bits, coding, bytes: bytes.byteLength }
      }
      case 'low-rank': {
        const { unfolding, rank, left, right } = tensor
        parts.float16.add(left)
        parts.float16.add(right)
        return { kind: 'low-rank', name, shape, unfolding, rank }
      }
      case 'sparse':
        return encodeSparse(name, shape, tensor, parts, allowsEntropy)
      default:
        return assertNever(tensor)
    }
  })
  return { entries, sections: { float16: parts.float16.joined(), codes: parts.codes.joined() } }
}

function encodeSparse(
  name: string,
  shape: LayerEntry['shape'],
  { mask, values }: SparseTensor,
  parts: Readonly<Record<keyof LayerSections, PartsToWrite>>,
  allowsEntropy: boolean,
): LayerEntry {
  const positions = encodePositions(mask, allowsEntropy)
  parts.codes.add(positions.bytes)
  if (values.kind === 'float16') {
    parts.float16.add(values.halves)
    const stored = values.halves.length
    return { kind: 'sparse', name, shape, stored, positions: positions.entry, values: { kind: 'float16' } }
  }
  const { coding, bytes } = encodeIntegers(values.codes, values.bits, allowsEntropy)
  parts.float16.add(values.scales)
  parts.codes.add(bytes)
  return {
    kind: 'sparse',
    name,
    shape,
    stored: values.codes.length,
    positions: positions.entry,
    values: { kind: 'integer', bits: values.bits, coding, bytes: bytes.byteLength },
  }
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
    case 'codebook':
      return { float16: 2 * 2 ** entry.bits, codes: entry.bytes }
    case 'low-rank': {
      const [rows, columns] = unfoldedSize(entry.shape, entry.unfolding)
      return { float16: 2 * entry.rank * (rows + columns), codes: 0 }
    }
    case 'sparse': {
      const { values, positions, stored } = entry
      if (values.kind === 'float16') return { float16: 2 * stored, codes: positions.bytes }
      return { float16: 2 * filters, codes: positions.bytes + values.bytes }
    }
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
      case 'codebook': {
        const { bits, coding, bytes } = entry
        const codebook = float16.halves(2 ** bits)
        const indices = decodeSymbols(codes.take(bytes), { coding, bits, count: sizeOf(shape) }, problem)
        return [name, { kind: 'codebook', shape, bits, codebook, indices }]
      }
      case 'low-rank': {
        const { unfolding, rank } = entry
        const [rows, columns] = unfoldedSize(shape, unfolding)
        if (rank * (rows + columns) >= rows * columns)
          throw problem(`its factors of rank ${rank} are larger than it is`)
        if (rows * columns > mostWeightsAByte * 2 * rank * (rows + columns)) {
          throw problem(`expected at most ${mostWeightsAByte} weights a byte, found ${rows * columns} of rank ${rank}`)
        }
        const left = float16.halves(rows * rank)
        return [name, { kind: 'low-rank', shape, unfolding, rank, left, right: float16.halves(rank * columns) }]
      }
      case 'sparse':
        return [name, decodeSparse(entry, float16, codes, problem)]
      default:
        return assertNever(entry)
    }
  })
  return Object.fromEntries(pairs)
}

function decodeSparse(
  { shape, stored, positions, values }: Extract<LayerEntry, { kind: 'sparse' }>,
  float16: PartsToRead,
  codes: PartsToRead,
  corrupt: (problem: string) => AppException,
): SparseTensor {
  const mask = decodePositions(codes.take(positions.bytes), positions, sizeOf(shape), corrupt)
  const counted = mask.reduce((sum, isStored) => sum + isStored, 0)
  if (counted !== stored) throw corrupt(`expected positions of ${stored} weights, found ${counted}`)
  if (values.kind === 'float16') {
    return { kind: 'sparse', shape, mask, values: { kind: 'float16', halves: float16.halves(stored) } }
  }
  const { bits, coding, bytes } = values
  const scales = float16.halves(shape[0])
  const decoded = decodeIntegers(codes.take(bytes), { coding, bits, count: stored }, corrupt)
  return { kind: 'sparse', shape, mask, values: { kind: 'integer', bits, codes: decoded, scales } }
}
