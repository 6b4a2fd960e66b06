/**
 * Integer codes on disk: `packed` at exactly their bits, or `entropy`, a histogram and a range coded stream whose model
 * counts down the symbols still to come. The shorter one is written.
 */
import { largestCode, type IntegerBits } from '#shared/tensors/stored-tensor.ts'
import type { AppException } from '#shared/basics/result.ts'
import { packBits } from './bit-packing.ts'
import { decodeEntropy, shorterCoding, unpackExactly, type CodedSymbols } from './symbol-code.ts'

/** @param allowsEntropy without it codes are packed even where that is longer */
export function encodeIntegers(codes: Int8Array, bits: IntegerBits, allowsEntropy = true): CodedSymbols {
  const largest = largestCode(bits)
  const packed = packBits(
    Uint8Array.from(codes, (code) => code + largest),
    bits,
  )
  if (!allowsEntropy) return { coding: 'packed', bytes: packed }
  return shorterCoding(packed, Uint8Array.from(codes, symbolOf), 2 * largest + 1)
}

/** Throws what `corrupt` makes when the bytes are not those of `count` codes. */
export function decodeIntegers(
  bytes: Uint8Array,
  { coding, bits, count }: { readonly coding: CodedSymbols['coding']; readonly bits: IntegerBits; count: number },
  corrupt: (problem: string) => AppException,
): Int8Array {
  const largest = largestCode(bits)
  if (coding === 'entropy') {
    return Int8Array.from(decodeEntropy(bytes, { alphabet: 2 * largest + 1, count }, corrupt), codeOf)
  }
  return Int8Array.from(unpackExactly(bytes, bits, count, corrupt), (value) => {
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
