import { expect, it } from 'vitest'
import { Random } from '#shared/basics/random.ts'
import { drawMixing, mixImages, symmetricBeta } from '#trainer/data/mixup.ts'

it.each([0.001, 0.2, 1, 2.5, 10])('shares of Beta(%d, same) have its mean and variance', (alpha) => {
  const random = Random.fromSeed(3, `alpha ${alpha}`)
  const count = 20_000
  const shares = Array.from({ length: count }, () => symmetricBeta(alpha, random))
  expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true)
  const mean = shares.reduce((sum, share) => sum + share, 0) / count
  const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / count
  const expected = 1 / (4 * (2 * alpha + 1))
  // Four standard errors of a mean and, generously, of a variance.
  expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(expected / count))
  expect(Math.abs(variance / expected - 1)).toBeLessThan(0.06)
})

it('blends every image with its partner, and forgets nothing of the ones before', () => {
  const images = Float32Array.of(0, 10, 100, 110, 200, 210)
  const mixing = { share: 0.75, partners: Int32Array.of(1, 2, 0) }
  mixImages(images, new Float32Array(6), mixing)
  expect([...images]).toEqual([25, 35, 125, 135, 150, 160])
})

it('pairs by a random order of the batch', () => {
  const random = Random.fromSeed(4)
  const orders = new Set<string>()
  for (let i = 0; i < 200; i++) {
    const { partners } = drawMixing(4, 0.2, random)
    expect([...partners].sort()).toEqual([0, 1, 2, 3])
    orders.add(partners.join())
  }
  expect(orders.size).toBe(24)
})
