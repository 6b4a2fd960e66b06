import { expect, it } from 'vitest'
import { log2Factorial, sizeBreakdown } from '#shared/accounting.ts'
import { fastConfig } from '#shared/fast-preset.ts'

it('knows the information in an order of n things', () => {
  let exact = 0
  for (let count = 0; count <= 2000; count++) {
    if (count > 1) exact += Math.log2(count)
    expect(Math.abs(log2Factorial(count) - exact)).toBeLessThan(0.01)
  }
})

it('expects orders at their information content, and parts that add up', () => {
  const network = {
    representedLayers: [{ name: 'conv', shape: [64, 32, 3, 3] as const }],
    remainder: [{ name: 'fc.weight', elements: 650, group: 'linear' as const }],
  }
  const of = (mode: 'none' | 'in-filter' | 'cross-filter') =>
    sizeBreakdown(network, { ...fastConfig, permutation: { ...fastConfig.permutation, mode } })
  const permutation = (mode: Parameters<typeof of>[0]) =>
    of(mode).parts.find(({ part }) => part === 'permutation')?.bytes
  expect(permutation('none')).toBe(0)
  expect(permutation('cross-filter')).toBe(Math.ceil(log2Factorial(2048) / 8))
  expect(permutation('in-filter')).toBe(Math.ceil((log2Factorial(64) + 64 * log2Factorial(32)) / 8))
  const { parts, totalBytes } = of('cross-filter')
  expect(parts.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(totalBytes)
})

it('expects a pruned predictor without its zeros, at the information in their positions', () => {
  const network = { representedLayers: [{ name: 'conv', shape: [64, 32, 3, 3] as const }], remainder: [] }
  const of = (predictor: 'float16' | 'int4', pruning: number) => {
    const sizes = sizeBreakdown(network, { ...fastConfig, storage: { ...fastConfig.storage, predictor, pruning } })
    return sizes.parts.find(({ part }) => part === 'predictor')
  }
  const size = 160 * 160
  for (const [precision, bits] of [['float16', 16] as const, ['int4', 4] as const]) {
    const dense = of(precision, 0)
    const sparse = of(precision, 0.75)
    const positions = log2Factorial(size) - log2Factorial(0.75 * size) - log2Factorial(0.25 * size)
    expect(dense?.bytes).toBe(precision === 'float16' ? 117_289 * 2 : ((117_289 - 649) * 4) / 8 + 649 * 4)
    expect((dense?.bytes ?? NaN) - (sparse?.bytes ?? NaN)).toBe(Math.floor((3 * (0.75 * size * bits - positions)) / 8))
    expect(sparse?.detail).toContain('57,600 of them zero')
  }
  // Positions of a few zeros cost more than four bits a zero.
  expect(of('int4', 0.01)?.bytes).toBe(of('int4', 0)?.bytes)
})
