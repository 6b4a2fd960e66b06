import { describe, expect, it } from 'vitest'
import { log2Factorial } from '#shared/basics/log2-factorial.ts'
import { sizeBreakdown } from '#shared/methods/nern/accounting.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'

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
    remainder: [{ name: 'fc.weight', shape: [10, 65], group: 'linear' as const, isVariance: false }],
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
  const of = (predictor: 'float32' | 'int4', pruning: number) => {
    const storage = { ...fastConfig.storage, firstLayer: 'weights' as const, predictor, pruning }
    const sizes = sizeBreakdown(network, { ...fastConfig, storage })
    return sizes.parts.find(({ part }) => part === 'predictor')
  }
  const size = 160 * 160
  for (const [precision, bits] of [['float32', 32] as const, ['int4', 4] as const]) {
    const dense = of(precision, 0)
    const sparse = of(precision, 0.75)
    const positions = log2Factorial(size) - log2Factorial(0.75 * size) - log2Factorial(0.25 * size)
    expect(dense?.bytes).toBe(precision === 'float32' ? 117_289 * 4 : ((117_289 - 649) * 4) / 8 + 649 * 4)
    expect((dense?.bytes ?? NaN) - (sparse?.bytes ?? NaN)).toBe(Math.floor((3 * (0.75 * size * bits - positions)) / 8))
    expect(sparse?.detail).toContain('57,600 of them zero')
  }
  // Positions of a few zeros cost more than four bits a zero.
  expect(of('int4', 0.01)?.bytes).toBe(of('int4', 0)?.bytes)
})

it('expects parts at their width each, without a permutation where they see seeded numbers', () => {
  const network = { representedLayers: [{ name: 'conv', shape: [64, 128, 3, 3] as const }], remainder: [] }
  const partition = { ...fastConfig.predictor.partition, by: 'kernels' as const, kernels: 2048 }
  const config = {
    ...fastConfig,
    predictor: { ...fastConfig.predictor, hiddenSize: 32, partition },
    storage: { ...fastConfig.storage, predictor: 'int8' as const },
  }
  const { predictorParameters, parts } = sizeBreakdown(network, config)
  expect(predictorParameters).toBe(4 * (20 * 32 + 32 + 3 * (32 * 32 + 32) + 32 * 9 + 9))
  expect(parts.find(({ part }) => part === 'predictor')?.detail).toContain('in 4 parts')
  expect(parts.find(({ part }) => part === 'permutation')?.bytes).toBe(0)
  const seesCoordinates = {
    ...config,
    predictor: { ...config.predictor, partition: { ...partition, inputs: 'coordinates' as const } },
  }
  expect(sizeBreakdown(network, seesCoordinates).predictorParameters).toBe(
    4 * (240 * 32 + 32 + 3 * (32 * 32 + 32) + 32 * 9 + 9),
  )
})

describe('the first layer', () => {
  const networkOf = (filters: number) => ({
    representedLayers: [{ name: 'conv', shape: [filters, 32, 3, 3] as const }],
    remainder: [],
  })
  const parameters = (
    filters: number,
    firstLayer: 'weights' | 'smaller',
    type: 'positional' | 'fourier' = 'positional',
  ) =>
    sizeBreakdown(networkOf(filters), {
      ...fastConfig,
      embedding: { ...fastConfig.embedding, type },
      storage: { ...fastConfig.storage, firstLayer },
    }).predictorParameters ?? NaN

  it('is counted as tables where they have fewer numbers', () => {
    expect(parameters(64, 'weights') - parameters(64, 'smaller')).toBe((240 - 97) * 160)
    expect(parameters(512, 'smaller')).toBe(parameters(512, 'weights'))
    expect(parameters(64, 'smaller', 'fourier')).toBe(parameters(64, 'weights', 'fourier'))
  })
})

it('counts what is kept as 8-bit integers with a scale a row, and variances as halves', () => {
  const network = {
    representedLayers: [{ name: 'conv', shape: [4, 3, 3, 3] as const }],
    remainder: [
      { name: 'bn.weight', shape: [4], group: 'batch-norm' as const, isVariance: false },
      { name: 'bn.running_var', shape: [4], group: 'batch-norm' as const, isVariance: true },
      { name: 'fc.weight', shape: [10, 64], group: 'linear' as const, isVariance: false },
    ],
  }
  const { parts } = sizeBreakdown(network, { ...fastConfig, storage: { ...fastConfig.storage, remainder: 'int8' } })
  const bytes = (wanted: string) => parts.find(({ part }) => part === wanted)?.bytes
  expect([bytes('batch-norm'), bytes('linear')]).toEqual([4 + 2 + 8, 640 + 20])
})

it('counts entropy-coded integers at the bits they may take', () => {
  const network = { representedLayers: [{ name: 'conv', shape: [64, 32, 3, 3] as const }], remainder: [] }
  const bytes = (codedBits: number) => {
    const storage = { ...fastConfig.storage, predictor: 'int7' as const, codedBits }
    return (
      sizeBreakdown(network, { ...fastConfig, storage }).parts.find(({ part }) => part === 'predictor')?.bytes ?? NaN
    )
  }
  const weights = 97 * 160 + 3 * 160 * 160 + 9 * 160
  expect(bytes(0) - bytes(5.5)).toBe((weights * 1.5) / 8)
  expect(bytes(8)).toBe(bytes(0))
})

it('counts halves at the bits that coding leaves of them, each large tensor with a histogram', () => {
  const network = {
    representedLayers: [{ name: 'conv', shape: [64, 32, 3, 3] as const }],
    remainder: [
      { name: 'bn.weight', shape: [64], group: 'batch-norm' as const, isVariance: false },
      { name: 'fc.weight', shape: [10, 640], group: 'linear' as const, isVariance: false },
    ],
  }
  const storage = { ...fastConfig.storage, firstLayer: 'weights', predictor: 'float16' } as const
  const bytes = (changes: { readonly pruning?: number; readonly remainder?: 'float32' | 'float16' }) => {
    const { parts } = sizeBreakdown(network, { ...fastConfig, storage: { ...storage, ...changes } })
    return Object.fromEntries(parts.map((part) => [part.part, part.bytes]))
  }
  const coded = (count: number) => 13.7 * count + 64 * (Math.floor(Math.log2(count)) + 1)
  const size = 160 * 160
  const outer = coded(240 * 160) + coded(160 * 9) + 16 * 649
  expect(bytes({ remainder: 'float16' })).toMatchObject({
    predictor: Math.ceil((outer + 3 * coded(size)) / 8),
    'batch-norm': 2 * 64,
    linear: Math.ceil(coded(6400) / 8),
  })
  const zeros = 0.75 * size
  const positions = log2Factorial(size) - log2Factorial(zeros) - log2Factorial(size - zeros)
  expect(bytes({ pruning: 0.75, remainder: 'float32' })).toMatchObject({
    predictor: Math.ceil((outer + 3 * (positions + coded(size - zeros))) / 8),
    linear: 4 * 6400,
  })
})
