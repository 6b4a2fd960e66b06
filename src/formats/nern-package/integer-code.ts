/**
 * Integer codes on disk: `packed` at exactly their bits, or `entropy`, a histogram and a range coded stream whose model
 * counts down the symbols still to come. The shorter one is written.
 */
import { largestCode, type IntegerBits } from '#shared/stored-tensor.ts'
import type { AppException } from '#shared/result.ts'
import { packBits, packedBytes, unpackBits } from './bit-packing.ts'
import { RangeDecoder, RangeEncoder } from './range-coder.ts'

export interface CodedIntegers {
  readonly coding: 'packed' | 'entropy'
  readonly bytes: Uint8Array<ArrayBuffer>
}

/**
 * Codes that are nearly all equal would cost nearly nothing, and a few bytes could fill any memory: beyond this many
 * codes a byte they are packed.
 */
const mostCodesAByte = 1024

export function encodeIntegers(codes: Int8Array, bits: IntegerBits): CodedIntegers {
  const largest = largestCode(bits)
  const packed = packBits(
    Uint8Array.from(codes, (code) => code + largest),
    bits,
  )
  const entropy = encodeEntropy(codes, bits)
  const isShorter = entropy.byteLength < packed.byteLength && codes.length <= mostCodesAByte * entropy.byteLength
  return isShorter ? { coding: 'entropy', bytes: entropy } : { coding: 'packed', bytes: packed }
}

/** Throws what `corrupt` makes when the bytes are not those of `count` codes. */
export function decodeIntegers(
  bytes: Uint8Array,
  { coding, bits, count }: { readonly coding: CodedIntegers['coding']; readonly bits: IntegerBits; count: number },
  corrupt: (problem: string) => AppException,
): Int8Array {
  if (coding === 'entropy') return decodeEntropy(bytes, bits, count, corrupt)
  const expected = packedBytes(count, bits)
  if (bytes.byteLength !== expected) {
    throw corrupt(`expected ${expected} bytes of packed codes, found ${bytes.byteLength}`)
  }
  const largest = largestCode(bits)
  return Int8Array.from(unpackBits(bytes, bits, count), (value) => {
    if (value > 2 * largest) throw corrupt(`expected codes of at most ${largest}, found ${value - largest}`)
    return value - largest
  })
}

/** Symbols are counted from the middle, 0, 1, -1, 2, -2 ..., so that the search for one is short. */
function symbolOf(code: number): number {
  return code > 0 ? 2 * code - 1 : -2 * code
}

function codeOf(symbol: number): number {
  return symbol % 2 === 1 ? (symbol + 1) / 2 : -symbol / 2
}

/** Bits of a count in the histogram of `total` codes. */
function countBits(total: number): number {
  return total === 0 ? 0 : Math.floor(Math.log2(total)) + 1
}

function encodeEntropy(codes: Int8Array, bits: IntegerBits): Uint8Array<ArrayBuffer> {
  const counts = new Int32Array(2 * largestCode(bits) + 1)
  for (const code of codes) counts[symbolOf(code)] = (counts[symbolOf(code)] ?? 0) + 1
  const histogram = packBits(counts, countBits(codes.length))
  const encoder = new RangeEncoder()
  codes.forEach((code, at) => {
    const symbol = symbolOf(code)
    let start = 0
    for (let below = 0; below < symbol; below++) start += counts[below] ?? 0
    const count = counts[symbol] ?? 0
    encoder.encode(start, count, codes.length - at)
    counts[symbol] = count - 1
  })
  const stream = encoder.finish()
  const bytes = new Uint8Array(histogram.byteLength + stream.byteLength)
  bytes.set(histogram)
  bytes.set(stream, histogram.byteLength)
  return bytes
}

function decodeEntropy(
  bytes: Uint8Array,
  bits: IntegerBits,
  count: number,
  corrupt: (problem: string) => AppException,
): Int8Array {
  if (count > mostCodesAByte * bytes.byteLength) {
    throw corrupt(`expected at most ${mostCodesAByte} codes a byte, found ${count} in ${bytes.byteLength} bytes`)
  }
  const symbols = 2 * largestCode(bits) + 1
  const histogramBytes = packedBytes(symbols, countBits(count))
  const counts = unpackBits(bytes, countBits(count), symbols)
  const counted = counts.reduce((sum, some) => sum + some, 0)
  if (bytes.byteLength < histogramBytes || counted !== count) {
    throw corrupt(`expected a histogram of ${count} codes, found one of ${counted}`)
  }
  const decoder = new RangeDecoder(bytes.subarray(histogramBytes), corrupt)
  const codes = new Int8Array(count)
  for (let at = 0; at < count; at++) {
    const target = decoder.target(count - at)
    let symbol = 0
    let start = 0
    // The counts add up to `count - at`, which is more than the target: the walk ends.
    while (start + (counts[symbol] ?? 0) <= target) start += counts[symbol++] ?? 0
    const left = counts[symbol] ?? 0
    decoder.take(start, left)
    counts[symbol] = left - 1
    codes[at] = codeOf(symbol)
  }
  decoder.assertEnd()
  return codes
}
