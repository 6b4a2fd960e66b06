import { describe, expect, it } from 'vitest'
import { packBits, unpackBits } from '#formats/coding/bit-packing.ts'
import { decodeIntegers, encodeIntegers } from '#formats/coding/integer-code.ts'
import { Random } from '#shared/basics/random.ts'
import { AppException } from '#shared/basics/result.ts'
import { integerBits, largestCode, type IntegerBits } from '#shared/tensors/stored-tensor.ts'

const corrupt = (problem: string) => new AppException({ code: 'file-corrupt', message: problem })

function codesOf(bits: IntegerBits, count: number, spread: number): Int8Array {
  const random = Random.fromSeed(bits * 1000 + count)
  const largest = largestCode(bits)
  return Int8Array.from({ length: count }, () =>
    Math.max(-largest, Math.min(largest, Math.round(largest * spread * random.normal()))),
  )
}

/** Empirical entropy of all codes in bits: what no code for independent symbols can beat by more than its histogram. */
function entropyOf(codes: Int8Array): number {
  const counts = new Map<number, number>()
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1)
  return [...counts.values()].reduce((bits, count) => bits + count * Math.log2(codes.length / count), 0)
}

describe.each(integerBits)('%i-bit integers', (bits) => {
  it.each([0, 1, 2, 100, 5000])('come back, %i of them, flat and peaked', (count) => {
    for (const spread of [0.05, 0.3, 10]) {
      const codes = codesOf(bits, count, spread)
      const { coding, bytes } = encodeIntegers(codes, bits)
      expect(decodeIntegers(bytes, { coding, bits, count }, corrupt)).toEqual(codes)
      expect(bytes.byteLength).toBeLessThanOrEqual(Math.ceil((count * bits) / 8))
    }
  })

  it('cost their entropy and a histogram when they are peaked', () => {
    const codes = codesOf(bits, 20_000, bits === 2 ? 0.3 : 0.15)
    const { coding, bytes } = encodeIntegers(codes, bits)
    const histogram = Math.ceil((2 ** bits * 15) / 8)
    expect(coding).toBe('entropy')
    expect(bytes.byteLength).toBeLessThanOrEqual(entropyOf(codes) / 8 + histogram + 2)
  })

  it('refuse streams that no encoder writes', () => {
    const codes = codesOf(bits, 5000, bits === 2 ? 0.3 : 0.15)
    const { bytes } = encodeIntegers(codes, bits)
    const read = (changed: Uint8Array, count = 5000) =>
      decodeIntegers(changed, { coding: 'entropy', bits, count }, corrupt)
    expect(() => read(bytes.subarray(0, -1))).toThrow(/coded stream/)
    expect(() => read(Uint8Array.from([...bytes, 0]))).toThrow(/coded stream of/)
    expect(() => read(bytes, 5001)).toThrow(/histogram of 5001/)
    expect(() => read(bytes, 2 ** 40)).toThrow(/at most 1024 codes a byte/)
  })
})

it('packs nearly equal codes instead of letting a few bytes stand for any number', () => {
  const codes = new Int8Array(100_000)
  expect(encodeIntegers(codes, 4)).toMatchObject({ coding: 'packed', bytes: { byteLength: 50_000 } })
})

it('refuses the one packed value that is no code, and the wrong number of bytes', () => {
  const read = (bytes: Uint8Array) => decodeIntegers(bytes, { coding: 'packed', bits: 4, count: 2 }, corrupt)
  expect([...read(Uint8Array.of(0xe0))]).toEqual([-7, 7])
  expect(() => read(Uint8Array.of(0xf0))).toThrow(/at most 7, found 8/)
  expect(() => read(Uint8Array.of(0, 0))).toThrow(/expected 1 bytes of packed codes, found 2/)
})

it('packs numbers of any width from the lowest bit on', () => {
  expect([...packBits([1, 2, 3, 4, 5], 3)]).toEqual([0b11_010_001, 0b0_101_100_0])
  for (const width of [1, 7, 15, 27, 40]) {
    const values = Float64Array.from({ length: 33 }, (_, i) => Math.floor((2 ** width - 1) / (1 + i)))
    expect(unpackBits(packBits(values, width), width, 33)).toEqual(values)
  }
})
