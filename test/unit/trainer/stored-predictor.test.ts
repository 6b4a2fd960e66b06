import { describe, expect, test } from 'vitest'
import { fastConfig } from '#shared/presets.ts'
import { float32Tensor } from '#shared/host-tensor.ts'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import { atStoredPrecision, writeStoredPredictor } from '#trainer/compress/stored-predictor.ts'

const values = { a: float32Tensor([3], Float32Array.of(0.1, -1e-9, 3)) }

describe('atStoredPrecision', () => {
  test('leaves float32 alone and rounds to the nearest half', () => {
    expect(atStoredPrecision(values, 'float32')).toBe(values)
    expect([...(atStoredPrecision(values, 'float16')['a']?.data ?? [])]).toEqual([0.0999755859375, -0, 3])
  })

  test('refuses what a half cannot hold, by name and place', () => {
    const large = { a: float32Tensor([2], Float32Array.of(1, 70_000)) }
    expect(() => atStoredPrecision(large, 'float16')).toThrow(/a holds 70000, which float16 cannot/)
  })
})

test('the stored predictor reads back as what accuracy was measured with', () => {
  const permutation = { mode: 'cross-filter', order: Int32Array.of(2, 0, 1) } as const
  const rounded = atStoredPrecision(values, 'float16')
  const file = readSafetensors(writeStoredPredictor(rounded, [permutation], ['conv1'], fastConfig), 'stored')
  if (!file.ok) throw new Error(file.error.message)
  const { tensors } = file.value
  expect(tensors.get('a')?.dtype).toBe('float16')
  expect([...(tensors.get('a')?.toFloat32() ?? [])]).toEqual([...(rounded['a']?.data ?? [])])
  expect([...(tensors.get('permutation.conv1.order')?.toFloat32() ?? [])]).toEqual([2, 0, 1])
})
