/**
 * Symbols on disk: `packed` in a fixed number of bits each, or `entropy`, a histogram and a range coded stream whose model
 * counts down the symbols still to come. docs/format.md defines both.
 */
import type { AppException } from '#shared/basics/result.ts'
import { packBits, packedBytes, unpackBits } from './bit-packing.ts'
import { RangeDecoder, RangeEncoder } from './range-coder.ts'

export type SymbolCoding = 'packed' | 'entropy'

export interface CodedSymbols {
  readonly coding: SymbolCoding
  readonly bytes: Uint8Array<ArrayBuffer>
}

/**
 * Symbols that are nearly all equal would cost nearly nothing, and a few bytes could fill any memory: beyond this many
 * symbols a byte they are packed.
 */
const mostSymbolsAByte = 1024

/** The shorter of both codings. @param symbols below `alphabet`, which is 256 at most; `packed` holds the same */
export function shorterCoding(packed: Uint8Array<ArrayBuffer>, symbols: Uint8Array, alphabet: number): CodedSymbols {
  const entropy = encodeEntropy(symbols, alphabet)
  const isShorter = entropy.byteLength < packed.byteLength && symbols.length <= mostSymbolsAByte * entropy.byteLength
  return isShorter ? { coding: 'entropy', bytes: entropy } : { coding: 'packed', bytes: packed }
}

/**
 * Symbols packed in `bits` bits each, or entropy coded where that is allowed and shorter.
 * @param symbols below 2^bits; `bits` is 8 at most
 */
export function encodeSymbols(symbols: Uint8Array, bits: number, allowsEntropy: boolean): CodedSymbols {
  const packed = packBits(symbols, bits)
  return allowsEntropy ? shorterCoding(packed, symbols, 2 ** bits) : { coding: 'packed', bytes: packed }
}

/** Throws what `corrupt` makes when the bytes are not those of `count` symbols of `bits` bits. */
export function decodeSymbols(
  bytes: Uint8Array,
  { coding, bits, count }: { readonly coding: SymbolCoding; readonly bits: number; readonly count: number },
  corrupt: (problem: string) => AppException,
): Uint8Array {
  if (coding === 'entropy') return decodeEntropy(bytes, { alphabet: 2 ** bits, count }, corrupt)
  return Uint8Array.from(unpackExactly(bytes, bits, count, corrupt))
}

/** Numbers of `bits` bits that fill `bytes`. Throws what `corrupt` makes for any other length. */
export function unpackExactly(
  bytes: Uint8Array,
  bits: number,
  count: number,
  corrupt: (problem: string) => AppException,
): Float64Array {
  const expected = packedBytes(count, bits)
  if (bytes.byteLength !== expected) {
    throw corrupt(`expected ${expected} bytes of packed codes, found ${bytes.byteLength}`)
  }
  return unpackBits(bytes, bits, count)
}

/** Bits of a count in the histogram of `total` symbols. */
function countBits(total: number): number {
  return total === 0 ? 0 : Math.floor(Math.log2(total)) + 1
}

function encodeEntropy(symbols: Uint8Array, alphabet: number): Uint8Array<ArrayBuffer> {
  const counts = new Int32Array(alphabet)
  for (const symbol of symbols) counts[symbol] = (counts[symbol] ?? 0) + 1
  const histogram = packBits(counts, countBits(symbols.length))
  const encoder = new RangeEncoder()
  symbols.forEach((symbol, at) => {
    let start = 0
    for (let below = 0; below < symbol; below++) start += counts[below] ?? 0
    const count = counts[symbol] ?? 0
    encoder.encode(start, count, symbols.length - at)
    counts[symbol] = count - 1
  })
  const stream = encoder.finish()
  const bytes = new Uint8Array(histogram.byteLength + stream.byteLength)
  bytes.set(histogram)
  bytes.set(stream, histogram.byteLength)
  return bytes
}

/** Throws what `corrupt` makes when the bytes are not those of `count` symbols below `alphabet`. */
export function decodeEntropy(
  bytes: Uint8Array,
  { alphabet, count }: { readonly alphabet: number; readonly count: number },
  corrupt: (problem: string) => AppException,
): Uint8Array {
  if (count > mostSymbolsAByte * bytes.byteLength) {
    throw corrupt(`expected at most ${mostSymbolsAByte} codes a byte, found ${count} in ${bytes.byteLength} bytes`)
  }
  const histogramBytes = packedBytes(alphabet, countBits(count))
  const counts = unpackBits(bytes, countBits(count), alphabet)
  const counted = counts.reduce((sum, some) => sum + some, 0)
  if (bytes.byteLength < histogramBytes || counted !== count) {
    throw corrupt(`expected a histogram of ${count} codes, found one of ${counted}`)
  }
  const decoder = new RangeDecoder(bytes.subarray(histogramBytes), corrupt)
  const symbols = new Uint8Array(count)
  for (let at = 0; at < count; at++) {
    const target = decoder.target(count - at)
    let symbol = 0
    let start = 0
    // The counts add up to `count - at`, which is more than the target: the walk ends.
    while (start + (counts[symbol] ?? 0) <= target) start += counts[symbol++] ?? 0
    const left = counts[symbol] ?? 0
    decoder.take(start, left)
    counts[symbol] = left - 1
    symbols[at] = symbol
  }
  decoder.assertEnd()
  return symbols
}
