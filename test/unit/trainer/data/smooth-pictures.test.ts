import { expect, test } from 'vitest'
import { smoothPictures } from '#trainer/data/smooth-pictures.ts'

const options = {
  shape: { channels: 3, height: 24, width: 32 },
  normalisation: { mean: [0.5, 0.4, 0.6], standardDeviation: [0.2, 0.25, 0.3] },
  count: 40,
  seed: 3,
}
const pictures = smoothPictures(options)
const plane = 24 * 32

/** Of all pictures, in one channel. */
function valuesOf(channel: number): readonly number[] {
  return Array.from({ length: options.count }, (_, picture) =>
    Array.from(pictures.subarray((picture * 3 + channel) * plane, (picture * 3 + channel + 1) * plane)),
  ).flat()
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

test('one seed draws the same pictures, another draws others', () => {
  expect(smoothPictures(options)).toEqual(pictures)
  expect(smoothPictures({ ...options, seed: 4 })).not.toEqual(pictures)
})

test('all values are those of pixels', () => {
  expect(pictures).toHaveLength(40 * 3 * plane)
  expect(pictures.every((value) => value >= 0 && value <= 255)).toBe(true)
})

test('channels have about the mean of the photographs that a network was trained on', () => {
  const means = [0, 1, 2].map((channel) => mean(valuesOf(channel)) / 255)
  expect(means[0]).toBeCloseTo(0.5, 1)
  expect(means[1]).toBeCloseTo(0.4, 1)
  expect(means[2]).toBeCloseTo(0.6, 1)
})

test('neighbours are alike, as in photographs: they differ less than pixels far apart', () => {
  const difference = (distance: number): number => {
    const values = valuesOf(0)
    return mean(
      values.flatMap((value, at) => (at % 32 < 32 - distance ? [Math.abs(value - (values[at + distance] ?? 0))] : [])),
    )
  }
  expect(difference(1)).toBeLessThan(0.6 * difference(8))
})
