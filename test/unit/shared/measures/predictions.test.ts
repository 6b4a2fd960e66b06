import { expect, test } from 'vitest'
import { decodePredictions, encodePredictions } from '#shared/measures/predictions.ts'

test.each([
  ['one byte an image', 256, [1, 255], [1, 255]],
  ['two little-endian bytes above 256 classes', 257, [513, 256], [1, 2, 0, 1]],
])('predictions take %s', (_what, classes, indices, bytes) => {
  expect(encodePredictions(Uint16Array.from(indices), classes)).toStrictEqual(Uint8Array.from(bytes))
  expect(Array.from(decodePredictions(Uint8Array.from(bytes), classes))).toStrictEqual(indices)
})

test('predictions are read from the middle of a larger buffer', () => {
  const stored = Uint8Array.of(9, 9, 9, 1, 2, 9).subarray(3, 5)
  expect(Array.from(decodePredictions(stored, 1000))).toStrictEqual([513])
})
