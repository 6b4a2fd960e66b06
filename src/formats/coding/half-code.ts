/**
 * Half-precision numbers on disk: as they are, or in two parts where that is shorter. Weights have few exponents, so a
 * half turned left by one bit, which brings the sign to its end, has few different values in its first 6 bits, exponent
 * and highest bit of the mantissa: those are entropy coded, the other 10 packed. docs/format.md defines it, ADR 10 says
 * why these 6 bits.
 */
import type { AppException } from '#shared/basics/result.ts'
import { packBits, packedBytes, unpackBits } from './bit-packing.ts'
import type { PartsToRead, PartsToWrite } from './parts.ts'
import { decodeSymbols, encodeSymbols } from './symbol-code.ts'

/** Of a turned half. */
const codedBits = 6
const packedBitsOfHalf = 10
/** What the number of bytes adds to the compressed description, about. */
const longerEntryBytes = 8

/** How halves are stored: in so many bytes of the codes section, or as they are in the float16 section. */
export interface HalvesEntry {
  readonly bytes?: number
}

/** The sections that halves may lie in. */
interface HalvesSections<Parts> {
  readonly float16: Parts
  readonly codes: Parts
}

/** @param allowsEntropy without it halves are stored as they are */
export function addHalves(
  sections: HalvesSections<PartsToWrite>,
  halves: Uint16Array,
  allowsEntropy: boolean,
): HalvesEntry {
  const coded = allowsEntropy ? encodeHalves(halves) : undefined
  if (coded === undefined) {
    sections.float16.add(halves)
    return {}
  }
  for (const part of coded) sections.codes.add(part)
  return { bytes: coded.reduce((sum, { byteLength }) => sum + byteLength, 0) }
}

/** Bytes of `count` halves in each section. */
export function halvesBytes({ bytes }: HalvesEntry, count: number): HalvesSections<number> {
  return bytes === undefined ? { float16: 2 * count, codes: 0 } : { float16: 0, codes: bytes }
}

/** Throws what `corrupt` makes when the bytes are not those of `count` halves. */
export function takeHalves(
  sections: HalvesSections<PartsToRead>,
  { bytes }: HalvesEntry,
  count: number,
  corrupt: (problem: string) => AppException,
): Uint16Array {
  if (bytes === undefined) return sections.float16.halves(count)
  return decodeHalves(sections.codes.take(bytes), count, corrupt)
}

/** Packed bits and coded bits; undefined where they would not make the file smaller. */
function encodeHalves(halves: Uint16Array): readonly [Uint8Array, Uint8Array] | undefined {
  const turned = halves.map((half) => (half << 1) | (half >> 15))
  const symbols = Uint8Array.from(turned, (bits) => bits >> packedBitsOfHalf)
  const { coding, bytes } = encodeSymbols(symbols, codedBits, true)
  if (coding === 'packed') return undefined
  const rest = packBits(
    turned.map((bits) => bits % 2 ** packedBitsOfHalf),
    packedBitsOfHalf,
  )
  const isShorter = rest.byteLength + bytes.byteLength + longerEntryBytes <= halves.byteLength
  return isShorter ? [rest, bytes] : undefined
}

function decodeHalves(bytes: Uint8Array, count: number, corrupt: (problem: string) => AppException): Uint16Array {
  // Before memory is taken: every half has its packed bits.
  const restBytes = packedBytes(count, packedBitsOfHalf)
  if (restBytes > bytes.byteLength) {
    throw corrupt(`expected at least ${restBytes} bytes of coded halves, found ${bytes.byteLength}`)
  }
  const rest = unpackBits(bytes, packedBitsOfHalf, count)
  const symbols = decodeSymbols(bytes.subarray(restBytes), { coding: 'entropy', bits: codedBits, count }, corrupt)
  return Uint16Array.from(symbols, (symbol, at) => {
    const turned = symbol * 2 ** packedBitsOfHalf + (rest[at] ?? 0)
    return (turned >> 1) | (turned << 15)
  })
}
