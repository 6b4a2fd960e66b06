import { describe, expect, test } from 'vitest'
import { Random } from '#shared/random.ts'
import { BatchSource, type BatchSourceOptions } from '#trainer/data/batch-source.ts'
import { writeImages } from '#trainer/data/augmentation.ts'

const shape = { channels: 1, height: 4, width: 4 }

function options(isAugmented: boolean): BatchSourceOptions {
  const count = 10
  const images = Uint8Array.from({ length: count * 16 }, (_, i) => 1 + (i % 250))
  const labels = Uint16Array.from({ length: count }, (_, i) => i)
  return { data: { images, labels }, shape, batch: 4, isAugmented, seed: 7 }
}

describe('BatchSource', () => {
  test('gives every image at most once an epoch, and labels that belong to the images', () => {
    const source = new BatchSource(options(false))
    const seen = [0, 1].flatMap(() => {
      const { images, labels } = source.next()
      labels.forEach((label, i) => expect(images[i * 16]).toBe(1 + ((label * 16) % 250)))
      return [...labels]
    })
    expect(new Set(seen).size).toBe(8)
  })

  test('goes on from its state exactly where it was, in the middle of an epoch and after it', () => {
    const source = new BatchSource(options(true))
    for (let i = 0; i < 3; i++) source.next()
    const resumed = new BatchSource(options(true), structuredClone(source.state))
    for (let i = 0; i < 5; i++) {
      const expected = source.next()
      const found = resumed.next()
      expect([...found.labels]).toEqual([...expected.labels])
      expect([...found.images]).toEqual([...expected.images])
    }
  })

  test('refuses a batch larger than the split', () => {
    expect(() => new BatchSource({ ...options(false), batch: 11 })).toThrow(/11 images.*has 10/)
  })
})

describe('writeImages', () => {
  test('only moves, mirrors and blackens pixels', () => {
    const source = Uint8Array.from({ length: 16 }, (_, i) => i + 1)
    const target = new Float32Array(16)
    const random = Random.fromSeed(3)
    const mirrored = [0, 1].map(() => 0)
    for (let round = 0; round < 200; round++) {
      writeImages(source, target, 1, shape, random)
      const rows = [0, 1, 2, 3].map((y) => [...target.subarray(y * 4, y * 4 + 4)].filter((value) => value !== 0))
      for (const row of rows) {
        const steps = new Set(row.slice(1).map((value, i) => value - (row[i] ?? 0)))
        expect([...steps].every((step) => step === 1 || step === -1)).toBe(true)
        expect(steps.size).toBeLessThanOrEqual(1)
        if (steps.has(1)) mirrored[0] = (mirrored[0] ?? 0) + 1
        if (steps.has(-1)) mirrored[1] = (mirrored[1] ?? 0) + 1
      }
    }
    expect(Math.min(...mirrored)).toBeGreaterThan(50)
  })

  test('leaves images alone without a generator', () => {
    const source = Uint8Array.from({ length: 32 }, (_, i) => i)
    const target = new Float32Array(32)
    writeImages(source, target, 2, shape)
    expect([...target]).toEqual([...source])
  })
})
