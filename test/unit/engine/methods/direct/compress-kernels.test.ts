import { describe, expect, test } from 'vitest'
import { compressKernels } from '#engine/methods/direct/compress-kernels.ts'
import { decompressed } from '#shared/tensors/compressed-tensor.ts'
import type { BaselineConfig } from '#shared/methods/direct/config.ts'
import { fromFloat16Bits } from '#shared/basics/float16.ts'
import { float32Tensor, type HostTensor } from '#shared/tensors/host-tensor.ts'
import { Random } from '#shared/basics/random.ts'
import { baselinePresetConfig } from '#test/support/preset-config.ts'

function configOf(id: string): BaselineConfig {
  return baselinePresetConfig(`baseline-${id}`)
}

const random = Random.fromSeed(3, 'kernels')
const kernels = {
  conv: float32Tensor(
    [8, 6, 3, 3],
    Float32Array.from({ length: 432 }, () => random.normal()),
  ),
}

function squaredError(a: HostTensor, b: HostTensor | undefined): number {
  let sum = 0
  a.data.forEach((value, at) => (sum += (value - (b?.data[at] ?? NaN)) ** 2))
  return sum
}

function squaredNorm({ data }: HostTensor): number {
  let sum = 0
  for (const weight of data) sum += weight ** 2
  return sum
}

function errorOf(config: BaselineConfig): number {
  return squaredError(kernels.conv, decompressed(compressKernels(kernels, config))['conv'])
}

describe('quantisation', () => {
  test('has one scale a filter', () => {
    const { conv } = compressKernels(kernels, configOf('int4'))
    expect(conv).toMatchObject({ kind: 'integer', bits: 4, scales: expect.objectContaining({ length: 8 }) })
  })

  test('loses about the error of a uniform grid, and four times less for each bit more', () => {
    const errors = ['int5', 'int6', 'int8'].map((id) => errorOf(configOf(id)))
    const [five = NaN, six = NaN, eight = NaN] = errors
    // A grid of step s has a mean squared error of s^2 / 12; 31 codes over some 2 x 2.8 standard deviations.
    expect(five / 432).toBeGreaterThan((4 / 31) ** 2 / 12)
    expect(five / 432).toBeLessThan((7 / 31) ** 2 / 12)
    expect(five / six).toBeGreaterThan(2.5)
    expect(six / eight).toBeGreaterThan(8)
  })

  test('keeps halves that are exact', () => {
    const exact = { conv: float32Tensor([1, 1, 1, 2], Float32Array.of(0.5, -1.25)) }
    expect(decompressed(compressKernels(exact, configOf('float16')))).toEqual(exact)
  })
})

describe('weight sharing', () => {
  test('finds clusters that are there', () => {
    const centres = [-1, -0.25, 0.5, 2]
    const clustered = Float32Array.from({ length: 288 }, (_, at) => (centres[at % 4] ?? 0) + 0.001 * random.normal())
    const config = { ...configOf('kmeans2'), seed: 2 }
    const { conv } = compressKernels({ conv: float32Tensor([8, 4, 3, 3], clustered) }, config)
    if (conv?.kind !== 'codebook') throw new Error('no codebook')
    const found = Array.from(conv.codebook, fromFloat16Bits)
    found.forEach((entry, at) => expect(entry).toBeCloseTo(centres[at] ?? NaN, 2))
  })

  test('gives every weight its nearest shared one, and loses less than a grid of as many codes', () => {
    const config = configOf('kmeans4')
    const { conv } = compressKernels(kernels, config)
    if (conv?.kind !== 'codebook') throw new Error('no codebook')
    const entries = Array.from(conv.codebook, fromFloat16Bits)
    kernels.conv.data.forEach((weight, at) => {
      const nearest = Math.min(...entries.map((entry) => Math.abs(entry - weight)))
      expect(Math.abs((entries[conv.indices[at] ?? 0] ?? NaN) - weight)).toBeCloseTo(nearest, 6)
    })
    const grid = { ...configOf('int4') }
    const oneScale = { conv: float32Tensor([1, 48, 3, 3], Float32Array.from(kernels.conv.data)) }
    const gridError = squaredError(kernels.conv, decompressed(compressKernels(oneScale, grid))['conv'])
    expect(errorOf(config)).toBeLessThan(gridError)
  })

  test('repeats with its seed, and copes with fewer weights than it may share', () => {
    const config = configOf('kmeans3')
    expect(compressKernels(kernels, config)).toEqual(compressKernels(kernels, config))
    const two = { conv: float32Tensor([1, 1, 2, 2], Float32Array.of(1, 2, 1, 2)) }
    expect(decompressed(compressKernels(two, config))).toEqual(two)
  })
})

describe('low rank', () => {
  const lowRank = (changes: Partial<BaselineConfig['lowRank']>): BaselineConfig => {
    const config = configOf('lowrank95')
    return { ...config, lowRank: { ...config.lowRank, ...changes } }
  }

  test.each(['filters', 'separable'] as const)('is exact for kernels that are of rank one, %s', (unfolding) => {
    // In halves without loss: powers of two.
    const value = (filter: number, channel: number, row: number, column: number): number =>
      2 ** ((filter % 3) - (channel % 2) - row + (column % 2))
    const [filters, channels] = [6, 4]
    const data = new Float32Array(filters * channels * 9)
    data.forEach((_, at) => {
      const inner = at % 9
      const channel = Math.floor(at / 9) % channels
      data[at] = value(Math.floor(at / (9 * channels)), channel, Math.floor(inner / 3), inner % 3)
    })
    const exact = { conv: float32Tensor([filters, channels, 3, 3], data) }
    const { conv } = compressKernels(exact, lowRank({ unfolding, share: 0.99999 }))
    expect(conv).toMatchObject({ kind: 'low-rank', rank: 1 })
    const error = squaredError(exact.conv, decompressed({ conv: conv ?? fail() })['conv'])
    expect(Math.sqrt(error / squaredNorm(exact.conv))).toBeLessThan(2 ** -10)
  })

  test('loses the share of the squared norm that it may lose, hardly more', () => {
    const norm = squaredNorm(kernels.conv)
    for (const share of [0.5, 0.6]) {
      const kept = 1 - errorOf(lowRank({ share })) / norm
      expect(kept).toBeGreaterThan(share - 1e-3)
      expect(kept).toBeLessThan(share + 0.1)
    }
  })

  test('leaves a layer alone whose factors would be no smaller', () => {
    expect(compressKernels(kernels, lowRank({ share: 1 }))['conv']).toMatchObject({ kind: 'float16' })
    expect(compressKernels(kernels, lowRank({ rule: 'rank', share: 0.25 }))['conv']).toMatchObject({ rank: 5 })
  })
})

describe('pruning', () => {
  test('keeps the largest weights of all layers together, as many as asked for', () => {
    const two = {
      small: float32Tensor([1, 1, 2, 2], Float32Array.of(0.1, -0.2, 0.3, 0.1)),
      large: float32Tensor([2, 1, 1, 2], Float32Array.of(-4, 0.3, 5, 0.25)),
    }
    const config = { ...configOf('pruned50'), pruning: { kept: 0.5, values: 'float16' as const } }
    const { small, large } = decompressed(compressKernels(two, config))
    expect(Array.from(small?.data ?? [])).toEqual([0, 0, expect.closeTo(0.3, 3), 0])
    expect(Array.from(large?.data ?? [])).toEqual([-4, expect.closeTo(0.3, 3), 5, 0])
  })

  test('stores 8-bit values with a scale a filter, near the weights that are kept', () => {
    const { conv } = decompressed(compressKernels(kernels, configOf('pruned30')))
    let stored = 0
    conv?.data.forEach((value, at) => {
      if (value === 0) return
      stored++
      expect(Math.abs(value - (kernels.conv.data[at] ?? NaN))).toBeLessThan(0.05)
    })
    expect(stored).toBe(Math.round(0.3 * 432))
  })
})

function fail(): never {
  throw new Error('nothing was compressed')
}
