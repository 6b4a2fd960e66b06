import { describe, expect, test } from 'vitest'
import { compressKernels } from '#engine/baseline/compress-kernels.ts'
import { baselinePresets } from '#shared/baseline-presets.ts'
import { decompressed } from '#shared/compressed-tensor.ts'
import type { BaselineConfig } from '#shared/experiment-config.ts'
import { float32Tensor, type HostTensor } from '#shared/host-tensor.ts'
import { Random } from '#shared/random.ts'

export function configOf(id: string): BaselineConfig {
  const preset = baselinePresets.find((candidate) => candidate.id === `baseline-${id}`)
  if (preset === undefined) throw new Error(`There is no preset ${id}.`)
  return preset.config
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
