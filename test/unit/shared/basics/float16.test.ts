import { describe, expect, test } from 'vitest'
import { fromFloat16Bits, toFloat16Bits } from '#shared/basics/float16.ts'

describe('float16', () => {
  test('gives every half back bit for bit', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = fromFloat16Bits(bits)
      if (!Number.isNaN(value)) expect(toFloat16Bits(value)).toBe(bits)
    }
    expect(Number.isNaN(fromFloat16Bits(toFloat16Bits(Number.NaN)))).toBe(true)
  })

  test.each([
    [65504, 0x7bff],
    [65519.99, 0x7bff],
    [65520, 0x7c00],
    [-1e9, 0xfc00],
    [2 ** -25, 0], // a tie, to even
    [2 ** -25 * 1.001, 1],
    [1 + 2 ** -11, 0x3c00], // a tie, to even
    [1 + 3 * 2 ** -11, 0x3c02], // a tie, to even
    [0.1, 0x2e66],
  ])('rounds %d to the nearest half', (value, bits) => {
    expect(toFloat16Bits(value)).toBe(bits)
  })
})
