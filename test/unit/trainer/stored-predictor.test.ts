import { expect, test } from 'vitest'
import { readBack, storedFloatTensors } from '#engine/nern/quantization/stored-parameters.ts'
import { fastConfig } from '#shared/fast-preset.ts'
import { float32Tensor } from '#shared/host-tensor.ts'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import { writeStoredPredictor } from '#trainer/compress/stored-predictor.ts'

const values = { a: float32Tensor([3], Float32Array.of(0.1, -1e-9, 3)) }

test('the stored predictor reads back as what accuracy was measured with', () => {
  const permutation = { mode: 'cross-filter', order: Int32Array.of(2, 0, 1) } as const
  const stored = storedFloatTensors(values, 'float16')
  const file = readSafetensors(writeStoredPredictor(stored, [permutation], ['conv1'], fastConfig), 'stored')
  if (!file.ok) throw new Error(file.error.message)
  const { tensors } = file.value
  expect(tensors.get('a')?.dtype).toBe('float16')
  expect([...(tensors.get('a')?.toFloat32() ?? [])]).toEqual([...(readBack(stored)['a']?.data ?? [])])
  expect([...(tensors.get('permutation.conv1.order')?.toFloat32() ?? [])]).toEqual([2, 0, 1])
})
