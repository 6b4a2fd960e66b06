import { describe, expect, test } from 'vitest'
import { noColourJitter, type AugmentationConfig } from '#shared/experiment/config-fields.ts'
import { Random } from '#shared/basics/random.ts'
import { BatchSource, type BatchSourceOptions } from '#trainer/data/batch-source.ts'
import { writeAugmentedImages, writeImages } from '#trainer/data/augmentation.ts'
import { splitInMemory } from '#trainer/data/image-split.ts'
import { drawPart } from '#trainer/data/random-resized-crop.ts'

const shape = { channels: 1, height: 4, width: 4 }
const same = { stored: shape, shown: shape }

function options(changes: Partial<AugmentationConfig>): BatchSourceOptions {
  const count = 10
  const images = Uint8Array.from({ length: count * 16 }, (_, i) => 1 + (i % 250))
  const labels = Uint16Array.from({ length: count }, (_, i) => i)
  const augmentation = { augmentation: 'none', colourJitter: noColourJitter, mixup: 0, ...changes } as const
  return { data: splitInMemory(images, labels, shape), shape, batch: 4, augmentation, seed: 7 }
}

describe('BatchSource', () => {
  test('gives every image at most once an epoch, and labels that belong to the images', async () => {
    const source = new BatchSource(options({}))
    const seen: number[] = []
    for (let i = 0; i < 2; i++) {
      const { images, labels } = await source.next()
      labels.forEach((label, at) => expect(images[at * 16]).toBe(1 + ((label * 16) % 250)))
      seen.push(...labels)
    }
    expect(new Set(seen).size).toBe(8)
  })

  test.each<Partial<AugmentationConfig>>([
    { augmentation: 'flip-crop' },
    { augmentation: 'resized-crop' },
    { augmentation: 'flip-crop', colourJitter: { brightness: 0.4, contrast: 0.4, saturation: 0 }, mixup: 0.2 },
  ])('goes on from its state exactly where it was, with %j', async (changes) => {
    const source = new BatchSource(options(changes))
    for (let i = 0; i < 3; i++) await source.next()
    const resumed = new BatchSource(options(changes), structuredClone(source.state))
    for (let i = 0; i < 5; i++) {
      const expected = await source.next()
      const found = await resumed.next()
      expect([...found.labels]).toEqual([...expected.labels])
      expect([...found.images]).toEqual([...expected.images])
      expect(found.mixed).toEqual(expected.mixed)
    }
  })

  test('mixes pairs of images, and says the labels of both', async () => {
    const plain = new BatchSource(options({}))
    const mixing = new BatchSource(options({ mixup: 1 }))
    for (let i = 0; i < 4; i++) {
      const { images: originals, labels } = await plain.next()
      const { images, labels: own, mixed } = await mixing.next()
      expect([...own]).toEqual([...labels])
      const { labels: others, share } = mixed ?? { labels: new Int32Array(4), share: NaN }
      others.forEach((other, image) => {
        const partner = labels.indexOf(other)
        for (let at = 0; at < 16; at++) {
          const blend =
            share * (originals[image * 16 + at] ?? NaN) + (1 - share) * (originals[partner * 16 + at] ?? NaN)
          expect(images[image * 16 + at]).toBeCloseTo(blend, 3)
        }
      })
    }
  })

  test('refuses a batch larger than the split', () => {
    expect(() => new BatchSource({ ...options({}), batch: 11 })).toThrow(/11 images.*has 10/)
  })
})

describe('writeImages', () => {
  test('only moves, mirrors and blackens pixels', () => {
    const source = Uint8Array.from({ length: 16 }, (_, i) => i + 1)
    const target = new Float32Array(16)
    const random = Random.fromSeed(3)
    const mirrored = [0, 1].map(() => 0)
    for (let round = 0; round < 200; round++) {
      writeAugmentedImages(source, target, 1, same, 'flip-crop', random)
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
    writeImages(source, target, 2, same)
    expect([...target]).toEqual([...source])
  })
})

describe('a network that looks at less than is stored', () => {
  const stored = { channels: 1, height: 6, width: 7 }
  const shapes = { stored, shown: shape }
  const source = Uint8Array.from({ length: 42 }, (_, i) => 1 + i)
  const rows = (target: Float32Array) => [0, 1, 2, 3].map((y) => [...target.subarray(y * 4, y * 4 + 4)])

  test('sees the centre, halves rounded to even', () => {
    const target = new Float32Array(16)
    writeImages(source, target, 1, shapes)
    // 6 - 4 leaves a row on each side; 7 - 4 leaves 1.5, which becomes 2.
    expect(rows(target)).toEqual([8, 15, 22, 29].map((first) => [2, 3, 4, 5].map((x) => first + x)))
  })

  test('is shown every place in turn by random crops, and nothing from outside', () => {
    const random = Random.fromSeed(5)
    const corners = new Set<number>()
    for (let round = 0; round < 400; round++) {
      const target = new Float32Array(16)
      writeAugmentedImages(source, target, 1, shapes, 'flip-crop', random)
      corners.add(target[0] ?? 0)
      const [first = []] = rows(target)
      const step = (first[1] ?? 0) - (first[0] ?? 0)
      expect([Math.abs(step), target.every((value) => value > 0)]).toEqual([1, true])
    }
    // 3 rows times 4 columns from the left, and as many from the right when mirrored.
    expect(corners.size).toBe(3 * 7)
  })
})

describe('random resized crops', () => {
  const square = { channels: 3, height: 64, width: 64 }

  test('have the areas and the ratios of torchvision, inside the image', () => {
    const random = Random.fromSeed(9)
    const parts = Array.from({ length: 2000 }, () => drawPart(square, random))
    const shares = parts.map(({ height, width }) => (height * width) / 64 ** 2)
    const ratios = parts.map(({ height, width }) => width / height)
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length
    expect(
      parts.every(({ top, left, height, width }) => top >= 0 && left >= 0 && top + height <= 64 && left + width <= 64),
    ).toBe(true)
    // Sides are whole pixels: a small part is off by a few percent.
    expect(Math.min(...shares)).toBeGreaterThan(0.07)
    expect(Math.min(...ratios)).toBeGreaterThan(0.75 * 0.93)
    expect(Math.max(...ratios)).toBeLessThan(1.07 / 0.75)
    // Uniform between 0.08 and 1, a little less where large parts did not fit.
    expect(mean).toBeGreaterThan(0.44)
    expect(mean).toBeLessThan(0.56)
  })

  test('of an even image are that image, and mirror a slope in half of the cases', () => {
    const grey = new Uint8Array(3 * 64 * 64).fill(77)
    const slope = Uint8Array.from({ length: 3 * 64 * 64 }, (_, i) => 2 * (i % 64))
    const target = new Float32Array(3 * 32 * 32)
    const shapes = { stored: square, shown: { channels: 3, height: 32, width: 32 } }
    const random = Random.fromSeed(11)
    writeAugmentedImages(grey, target, 1, shapes, 'resized-crop', random)
    expect(new Set(target)).toEqual(new Set([77]))
    let falling = 0
    for (let round = 0; round < 200; round++) {
      writeAugmentedImages(slope, target, 1, shapes, 'resized-crop', random)
      if ((target[31] ?? 0) < (target[0] ?? 0)) falling++
    }
    expect(falling).toBeGreaterThan(70)
    expect(falling).toBeLessThan(130)
  })
})
