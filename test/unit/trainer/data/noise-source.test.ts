import { expect, test } from 'vitest'
import { preprocessingPresets } from '#shared/network/preprocessing.ts'
import { NoiseSource, type NoiseKind } from '#trainer/data/noise-source.ts'

const imagenet = preprocessingPresets.imagenet.preprocessing
const shape = { channels: 3, height: 16, width: 16 }
const batch = 50
const options = (kind: NoiseKind, seed = 7) => ({ kind, shape, normalisation: imagenet, batch, seed })

/** What a network sees: the values by channel, after normalisation. */
function normalised(images: Float32Array): readonly number[][] {
  const plane = shape.height * shape.width
  const { mean, standardDeviation } = imagenet
  return [0, 1, 2].map((channel) =>
    [...images]
      .filter((_, at) => Math.floor(at / plane) % 3 === channel)
      .map((pixel) => (pixel / 255 - (mean[channel] ?? NaN)) / (standardDeviation[channel] ?? NaN)),
  )
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

// 12,800 values a channel: five standard errors of the moments.
test('uniform noise fills [-2, 2) in every channel after normalisation', async () => {
  for (const values of normalised((await new NoiseSource(options('uniform')).next()).images)) {
    expect(values).toHaveLength(12_800)
    expect(Math.min(...values)).toBeGreaterThan(-2.0001)
    expect(Math.min(...values)).toBeLessThan(-1.99)
    expect(Math.max(...values)).toBeLessThan(2.0001)
    expect(Math.max(...values)).toBeGreaterThan(1.99)
    expect(Math.abs(meanOf(values))).toBeLessThan(0.052)
    expect(Math.abs(meanOf(values.map((value) => value ** 2)) - 4 / 3)).toBeLessThan(0.053)
  }
})

test('Gaussian noise is standard normal in every channel after normalisation', async () => {
  for (const values of normalised((await new NoiseSource(options('gaussian')).next()).images)) {
    expect(Math.abs(meanOf(values))).toBeLessThan(0.045)
    expect(Math.abs(meanOf(values.map((value) => value ** 2)) - 1)).toBeLessThan(0.063)
    expect(Math.abs(meanOf(values.map((value) => value ** 4)) - 3)).toBeLessThan(0.44)
  }
})

test.each(['uniform', 'gaussian'] as const)(
  '%s noise differs by batch and seed, and goes on from its state',
  async (kind) => {
    const source = new NoiseSource(options(kind))
    const first = Float32Array.from((await source.next()).images)
    const resumed = new NoiseSource(options(kind), structuredClone(source.state))
    const second = Float32Array.from((await source.next()).images)
    expect(second).not.toEqual(first)
    expect((await resumed.next()).images).toEqual(second)
    expect((await new NoiseSource(options(kind)).next()).images).toEqual(first)
    expect((await new NoiseSource(options(kind, 8)).next()).images).not.toEqual(first)
  },
)
