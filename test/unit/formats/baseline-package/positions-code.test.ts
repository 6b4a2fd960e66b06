import { describe, expect, it } from 'vitest'
import { decodePositions, encodePositions } from '#formats/baseline-package/positions-code.ts'
import { Random } from '#shared/basics/random.ts'
import { AppException } from '#shared/basics/result.ts'

const corrupt = (problem: string) => new AppException({ code: 'file-corrupt', message: problem })

function maskOf(weights: number, share: number): Uint8Array {
  const random = Random.fromSeed(weights, 'mask')
  return Uint8Array.from({ length: weights }, () => (random.uniform() < share ? 1 : 0))
}

describe.each([true, false])('positions, entropy coding %s', (allowsEntropy) => {
  it.each([0, 0.001, 0.05, 0.5, 0.9, 1])('come back where %d of the weights are stored', (share) => {
    for (const weights of [1, 9, 1000, 20_000]) {
      const mask = maskOf(weights, share)
      const { entry, bytes } = encodePositions(mask, allowsEntropy)
      expect(decodePositions(bytes, entry, weights, corrupt)).toEqual(mask)
    }
  })
})

it('take little more than their information, and never more than a bit a weight', () => {
  const weights = 100_000
  const mask = maskOf(weights, 0.1)
  const stored = mask.reduce((sum, isStored) => sum + isStored, 0)
  const share = stored / weights
  const bits = -weights * (share * Math.log2(share) + (1 - share) * Math.log2(1 - share))
  expect(encodePositions(mask, true).bytes.byteLength).toBeLessThan(bits / 8 + 16)
  expect(encodePositions(maskOf(weights, 0.5), false).bytes.byteLength).toBe(weights / 8)
})

it('are gaps where few weights are stored and nothing is entropy coded', () => {
  const { entry, bytes } = encodePositions(maskOf(10_000, 0.02), false)
  expect(entry.kind).toBe('gaps')
  expect(bytes.byteLength).toBeLessThan(10_000 / 8 / 2)
})

it.each([
  ['more weights than so few bytes say', { kind: 'gaps', bits: 2, symbols: 1, coding: 'packed', bytes: 1 }, 5000],
  ['a weight behind the last', { kind: 'gaps', bits: 2, symbols: 2, coding: 'packed', bytes: 1 }, 1],
  ['positions that end early', { kind: 'gaps', bits: 2, symbols: 1, coding: 'packed', bytes: 1 }, 9],
  ['a bit map of another size', { kind: 'bitmap', coding: 'packed', bytes: 1 }, 9],
] as const)('refuses %s', (_, entry, weights) => {
  expect(() => decodePositions(Uint8Array.of(0), entry, weights, corrupt)).toThrow(AppException)
})
