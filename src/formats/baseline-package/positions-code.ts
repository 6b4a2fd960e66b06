/**
 * Which weights of a layer are stored. As `bitmap`, a bit a weight; as `gaps`, for each stored weight how many zeros stand
 * before it, in symbols of a few bits of which the largest says that as many zeros follow and no weight yet. Each is
 * packed or entropy coded; the shortest is written.
 */
import type { PositionsEntry } from '#shared/package/baseline-description.ts'
import type { AppException } from '#shared/basics/result.ts'
import { decodeSymbols, encodeSymbols } from '../coding/symbol-code.ts'

interface CodedPositions {
  readonly entry: PositionsEntry
  readonly bytes: Uint8Array<ArrayBuffer>
}

const gapBits = [2, 3, 4, 5, 6, 7, 8] as const

/** A reader takes no more memory than this many weights a byte, whatever a file claims, and a writer keeps to that. */
export const mostWeightsAByte = 1024

/** @param mask 1 for a weight that is stored, else 0 */
export function encodePositions(mask: Uint8Array, allowsEntropy: boolean): CodedPositions {
  const candidates = [bitmap(mask, allowsEntropy), ...gapBits.map((bits) => gaps(mask, bits, allowsEntropy))]
  return candidates
    .filter(({ bytes }) => mask.length <= mostWeightsAByte * bytes.byteLength)
    .reduce((best, next) => (next.bytes.byteLength < best.bytes.byteLength ? next : best))
}

function bitmap(mask: Uint8Array, allowsEntropy: boolean): CodedPositions {
  const { coding, bytes } = encodeSymbols(mask, 1, allowsEntropy)
  return { entry: { kind: 'bitmap', coding, bytes: bytes.byteLength }, bytes }
}

function gaps(mask: Uint8Array, bits: number, allowsEntropy: boolean): CodedPositions {
  const longest = 2 ** bits - 1
  const symbols: number[] = []
  let zeros = 0
  for (const isStored of mask) {
    if (isStored === 1) {
      symbols.push(zeros)
      zeros = 0
    } else if (++zeros === longest) {
      symbols.push(longest)
      zeros = 0
    }
  }
  const { coding, bytes } = encodeSymbols(Uint8Array.from(symbols), bits, allowsEntropy)
  return { entry: { kind: 'gaps', bits, symbols: symbols.length, coding, bytes: bytes.byteLength }, bytes }
}

/** The mask of `weights` weights. Throws what `corrupt` makes when no encoder writes such bytes for so many. */
export function decodePositions(
  bytes: Uint8Array,
  entry: PositionsEntry,
  weights: number,
  corrupt: (problem: string) => AppException,
): Uint8Array {
  if (weights > mostWeightsAByte * bytes.byteLength) {
    throw corrupt(
      `expected at most ${mostWeightsAByte} weights a byte of positions, found ${weights} in ${bytes.byteLength}`,
    )
  }
  const { coding } = entry
  if (entry.kind === 'bitmap') return decodeSymbols(bytes, { coding, bits: 1, count: weights }, corrupt)
  const longest = 2 ** entry.bits - 1
  const mask = new Uint8Array(weights)
  let at = 0
  for (const symbol of decodeSymbols(bytes, { coding, bits: entry.bits, count: entry.symbols }, corrupt)) {
    at += symbol
    if (symbol === longest) continue
    if (at >= weights) throw corrupt(`expected positions below ${weights}, found ${at}`)
    mask[at++] = 1
  }
  if (at > weights || weights - at >= longest) throw corrupt(`expected positions of ${weights} weights, found ${at}`)
  return mask
}
