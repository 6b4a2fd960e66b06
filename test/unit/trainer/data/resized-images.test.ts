import { expect, it } from 'vitest'
import { resampleRegion } from '#formats/image-decoder/resample.ts'
import { Random } from '#shared/basics/random.ts'
import { resizedShape, resizeImages } from '#trainer/data/resized-images.ts'

const random = Random.fromSeed(5)
const noise = (length: number): Uint8Array => Uint8Array.from({ length }, () => random.integer(256))

it('has the size of torchvision: the shorter side exactly, the longer one cut off', () => {
  const shape = { channels: 3, height: 20, width: 31 }
  expect(resizedShape(shape, 14)).toEqual({ channels: 3, height: 14, width: 21 })
  expect(resizedShape({ channels: 3, height: 31, width: 20 }, 14)).toEqual({ channels: 3, height: 21, width: 14 })
  expect(resizedShape(shape, 20)).toBe(shape)
  expect(resizedShape(shape, 0)).toBe(shape)
})

it('resizes every image as the resampler does, which is Pillow to the bit', () => {
  const stored = { channels: 3, height: 12, width: 16 }
  const target = resizedShape(stored, 9)
  const plane = stored.height * stored.width
  const images = noise(2 * 3 * plane)
  const found = resizeImages(images, stored, target)
  const pixels = new Uint8Array(3 * plane)
  for (let pixel = 0; pixel < plane; pixel++) {
    for (let channel = 0; channel < 3; channel++)
      pixels[pixel * 3 + channel] = images[(3 + channel) * plane + pixel] ?? 0
  }
  const whole = { left: 0, top: 0, width: target.width, height: target.height }
  const second = resampleRegion({ width: 16, height: 12, pixels }, target.width, target.height, whole)
  const size = target.height * target.width
  expect(found).toHaveLength(2 * 3 * size)
  for (let channel = 0; channel < 3; channel++) {
    const start = (3 + channel) * size
    expect([...found.subarray(start, start + size)]).toEqual([...second].filter((_, at) => at % 3 === channel))
  }
})

it('keeps grey images grey', () => {
  const stored = { channels: 1, height: 8, width: 8 }
  const target = resizedShape(stored, 4)
  const flat = new Uint8Array(64).fill(77)
  expect([...resizeImages(flat, stored, target)]).toEqual(new Array(16).fill(77))
})
