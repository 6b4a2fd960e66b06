import { expect, test } from 'vitest'
import { codesPictures, frequencyRows, zeroShare } from '#renderer/features/run/codes-view.ts'
import { arrangement } from '#renderer/features/run/kernel-arrangement.ts'
import type { PackagedLayerCodes } from '#shared/methods/spectral/packaged-codes.ts'

/** Two filters of two channels of two frequencies, of which all filters and channels are shown. */
const layer: PackagedLayerCodes = {
  sample: { name: 'conv', shape: [2, 2, 1, 2], filters: [0, 1], channels: [0, 1] },
  codeCount: 8,
  bits: 20,
  frequencies: [
    { step: 0.5, bits: 16, zeros: 1 },
    { step: 0.25, bits: 4, zeros: 3 },
  ],
  codes: Int32Array.of(1, 0, -2, 0, 3, 0, 0, 1),
  codeBits: Float32Array.of(3, 0.5, 5, 0.5, 6, 0.5, 2, 2.5),
  coefficients: Float32Array.of(0.5, 0.125, -1.25, 0, 1.5, 0, 0.25, 0.25),
}

test('a filter alone shows its coefficients, what is in the file, what that leaves, and its bits', () => {
  const pictures = codesPictures(layer, arrangement({ shape: [2, 2, 1, 2] }, 'network', 0))
  expect(Object.fromEntries(pictures.map(({ key, values }) => [key, [...values]]))).toEqual({
    original: [0.5, 0.125, -1.25, 0],
    coded: [0.5, 0, -1, 0],
    error: [0, -0.125, 0.25, 0],
    bits: [3, 0.5, 5, 0.5],
  })
})

test('frequencies are rows with bits a code, their step and share of zeros', () => {
  expect(frequencyRows(layer)).toEqual([
    { name: '0 down, 0 across · step 0.5 · 25 % zero', bits: 4 },
    { name: '0 down, 1 across · step 0.25 · 75 % zero', bits: 1 },
  ])
  expect(zeroShare(layer)).toBe(0.5)
})
