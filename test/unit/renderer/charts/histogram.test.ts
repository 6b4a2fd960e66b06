import { expect, test } from 'vitest'
import { binRange, histogramOf } from '#renderer/charts/histogram.ts'
import { methodSizes } from '#renderer/features/networks/method-sizes.ts'
import { baselinePresets } from '#shared/methods/direct/presets.ts'
import { spectralPresets } from '#shared/methods/spectral/presets.ts'

test('every value counts once, those beyond the ends in the last bins', () => {
  const histogram = histogramOf(Float32Array.of(-9, -0.9, -0.1, 0, 0.1, 0.5, 9, Number.NaN), 1, 5)
  expect(histogram).toEqual({ limit: 1, counts: [2, 0, 3, 1, 1] })
  expect(binRange(histogram, 2)).toEqual([expect.closeTo(-0.2, 9), expect.closeTo(0.2, 9)])
})

test('methods stand by the bytes that shapes alone tell, the smallest first', () => {
  const shape = {
    representedLayers: [{ name: 'conv', shape: [16, 16, 3, 3] as const }],
    remainder: [],
  }
  const rows = methodSizes([...baselinePresets, ...spectralPresets], shape, { representedWeights: 2304, classes: 10 })
  const bytes = rows.map((row) => row.bytes)
  expect(bytes.length).toBeGreaterThan(4)
  expect(bytes).toEqual(bytes.toSorted((a, b) => a - b))
  expect(rows.every(({ kept, title, ratio }) => kept !== '' && title !== '' && ratio > 0)).toBe(true)
})
