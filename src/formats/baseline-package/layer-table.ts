/** Kernels as a baseline stores them to entries and sections, and back. */
import type { LayerEntry } from '#shared/package/baseline-description.ts'
import {
  unfoldedSize,
  type CompressedTensor,
  type CompressedTensors,
  type SparseTensor,
} from '#shared/tensors/compressed-tensor.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { assertNever, type AppException } from '#shared/basics/result.ts'
import { addHalves, halvesBytes, takeHalves } from '../coding/half-code.ts'
import { decodeIntegers, encodeIntegers } from '../coding/integer-code.ts'
import { PartsToRead, PartsToWrite } from '../coding/parts.ts'
import { decodeSymbols, encodeSymbols } from '../coding/symbol-code.ts'
import { ContextDecoder, encodeByContexts } from './context-code.ts'
import { kernelShape } from './kernel-shape.ts'
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

/** @param allowsEntropy without it every number takes exactly its bits */
export function encodeLayers(layers: CompressedTensors, allowsEntropy: boolean): LayerTable {
  const parts = { float16: new PartsToWrite(), codes: new PartsToWrite() }
  const byContexts = allowsEntropy ? integersByContexts(layers) : new Map<string, CodedIntegers>()
  const entries = Object.entries(layers).map(([name, tensor]): LayerEntry => {
    const shape = kernelShape(name, tensor)
    switch (tensor.kind) {
      case 'float16':
        return { kind: 'float16', name, shape, ...addHalves(parts, tensor.halves, allowsEntropy) }
      case 'integer': {
        const { coding, bytes } = byContexts.get(name) ?? encodeIntegers(tensor.codes, tensor.bits, allowsEntropy)
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
        const factors = new Uint16Array(left.length + right.length)
        factors.set(left)
        factors.set(right, left.length)
        return { kind: 'low-rank', name, shape, unfolding, rank, ...addHalves(parts, factors, allowsEntropy) }
      }
      case 'sparse':
        return encodeSparse(name, shape, tensor, parts, allowsEntropy)
      default:
        return assertNever(tensor)
    }
  })
  return { entries, sections: { float16: parts.float16.joined(), codes: parts.codes.joined() } }
}

interface CodedIntegers {
  readonly coding: Extract<LayerEntry, { kind: 'integer' }>['coding']
  readonly bytes: Uint8Array
}

/** Of all integer layers; none where each by itself is shorter. */
function integersByContexts(layers: CompressedTensors): ReadonlyMap<string, CodedIntegers> {
  const streams = [...encodeByContexts(layers)]
  const bytes = streams.reduce((sum, [, stream]) => sum + stream.byteLength, 0)
  const bytesAlone = Object.values(layers).reduce(
    (sum, tensor) => sum + (tensor.kind === 'integer' ? encodeIntegers(tensor.codes, tensor.bits).bytes.byteLength : 0),
    0,
  )
  if (bytes >= bytesAlone) return new Map()
  return new Map(streams.map(([name, stream]) => [name, { coding: 'contexts', bytes: stream }]))
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
    const stored = values.halves.length
    const entry = { kind: 'float16', ...addHalves(parts, values.halves, allowsEntropy) } as const
    return { kind: 'sparse', name, shape, stored, positions: positions.entry, values: entry }
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

/** Bytes of one layer in each section. */
export function layerBytes(entry: LayerEntry): Readonly<Record<keyof LayerSections, number>> {
  const [filters] = entry.shape
  switch (entry.kind) {
    case 'float16':
      return halvesBytes(entry, sizeOf(entry.shape))
    case 'integer':
      return { float16: 2 * filters, codes: entry.bytes }
    case 'codebook':
      return { float16: 2 * 2 ** entry.bits, codes: entry.bytes }
    case 'low-rank': {
      const [rows, columns] = unfoldedSize(entry.shape, entry.unfolding)
      return halvesBytes(entry, entry.rank * (rows + columns))
    }
    case 'sparse': {
      const { values, positions, stored } = entry
      if (values.kind === 'float16') {
        const { float16, codes } = halvesBytes(values, stored)
        return { float16, codes: positions.bytes + codes }
      }
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
  const parts = { float16: new PartsToRead(sections.float16), codes: new PartsToRead(sections.codes) }
  const { float16, codes } = parts
  const contexts = new ContextDecoder()
  const pairs = entries.map((entry): readonly [string, CompressedTensor] => {
    const { name, shape } = entry
    const problem = (text: string): AppException => corrupt(name, text)
    switch (entry.kind) {
      case 'float16':
        return [name, { kind: 'float16', shape, halves: takeHalves(parts, entry, sizeOf(shape), problem) }]
      case 'integer': {
        const { bits, coding, bytes } = entry
        const scales = float16.halves(shape[0])
        const stream = codes.take(bytes)
        const decoded =
          coding === 'contexts'
            ? contexts.decode(stream, { shape, bits }, problem)
            : decodeIntegers(stream, { coding, bits, count: sizeOf(shape) }, problem)
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
        const factors = takeHalves(parts, entry, rank * (rows + columns), problem)
        const left = factors.slice(0, rows * rank)
        return [name, { kind: 'low-rank', shape, unfolding, rank, left, right: factors.slice(rows * rank) }]
      }
      case 'sparse':
        return [name, decodeSparse(entry, parts, problem)]
      default:
        return assertNever(entry)
    }
  })
  return Object.fromEntries(pairs)
}

function decodeSparse(
  { shape, stored, positions, values }: Extract<LayerEntry, { kind: 'sparse' }>,
  parts: Readonly<Record<keyof LayerSections, PartsToRead>>,
  corrupt: (problem: string) => AppException,
): SparseTensor {
  const { float16, codes } = parts
  const mask = decodePositions(codes.take(positions.bytes), positions, sizeOf(shape), corrupt)
  const counted = mask.reduce((sum, isStored) => sum + isStored, 0)
  if (counted !== stored) throw corrupt(`expected positions of ${stored} weights, found ${counted}`)
  if (values.kind === 'float16') {
    return {
      kind: 'sparse',
      shape,
      mask,
      values: { kind: 'float16', halves: takeHalves(parts, values, stored, corrupt) },
    }
  }
  const { bits, coding, bytes } = values
  const scales = float16.halves(shape[0])
  const decoded = decodeIntegers(codes.take(bytes), { coding, bits, count: stored }, corrupt)
  return { kind: 'sparse', shape, mask, values: { kind: 'integer', bits, codes: decoded, scales } }
}
