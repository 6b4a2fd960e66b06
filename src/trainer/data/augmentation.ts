/**
 * From stored images to what a network sees: the centre, or at training time a random change. `flip-crop` (method 4.3)
 * mirrors with probability 0.5 and crops at random, out of the image padded with four zero pixels on each side where
 * the network sees all of it; zero is black before normalisation in the authors' pipeline too. `resized-crop` is what
 * ImageNet networks are trained with, see random-resized-crop.ts.
 */
import { centreOffset } from '#networks/image-fit.ts'
import type { Random } from '#shared/basics/random.ts'
import type { AugmentationConfig } from '#shared/experiment/config-fields.ts'
import type { ImageShape, ImageShapes } from './image-shape.ts'
import { writeResizedCrop } from './random-resized-crop.ts'

const padding = 4

export type Augmentation = AugmentationConfig['augmentation']

/**
 * Writes the centre of `count` images as float32 of 0 to 255.
 * @param source uint8 [count, channels, stored height, stored width]
 * @param target float32 [count, channels, shown height, shown width]
 */
export function writeImages(source: Uint8Array, target: Float32Array, count: number, shapes: ImageShapes): void {
  const { stored, shown } = shapes
  if (stored.height === shown.height && stored.width === shown.width) {
    target.set(source.subarray(0, count * sizeOf(shown)))
    return
  }
  const down = centreOffset(stored.height, shown.height)
  const right = centreOffset(stored.width, shown.width)
  for (let image = 0; image < count; image++) writeCrop(source, target, image, shapes, down, right, false)
}

/** The same with a random change of each image. */
export function writeAugmentedImages(
  source: Uint8Array,
  target: Float32Array,
  count: number,
  shapes: ImageShapes,
  augmentation: Exclude<Augmentation, 'none'>,
  random: Random,
): void {
  const { stored, shown } = shapes
  const isWhole = stored.height === shown.height && stored.width === shown.width
  const around = isWhole ? padding : 0
  for (let image = 0; image < count; image++) {
    const isMirrored = random.nextUint32() >= 2 ** 31
    if (augmentation === 'resized-crop') {
      writeResizedCrop(source, target, image, shapes, isMirrored, random)
      continue
    }
    const down = random.integer(stored.height - shown.height + 2 * around + 1) - around
    const right = random.integer(stored.width - shown.width + 2 * around + 1) - around
    writeCrop(source, target, image, shapes, down, right, isMirrored)
  }
}

/** Mirroring comes first: offsets are those in the mirrored image. What lies outside is zero. */
function writeCrop(
  source: Uint8Array,
  target: Float32Array,
  image: number,
  { stored, shown }: ImageShapes,
  down: number,
  right: number,
  isMirrored: boolean,
): void {
  for (let channel = 0; channel < shown.channels; channel++) {
    const from = image * sizeOf(stored) + channel * stored.height * stored.width
    const to = image * sizeOf(shown) + channel * shown.height * shown.width
    for (let y = 0; y < shown.height; y++) {
      const sourceY = y + down
      const row = to + y * shown.width
      if (sourceY < 0 || sourceY >= stored.height) {
        target.fill(0, row, row + shown.width)
        continue
      }
      const sourceRow = from + sourceY * stored.width
      for (let x = 0; x < shown.width; x++) {
        const shifted = x + right
        const isOutside = shifted < 0 || shifted >= stored.width
        const sourceX = isMirrored ? stored.width - 1 - shifted : shifted
        target[row + x] = isOutside ? 0 : (source[sourceRow + sourceX] ?? 0)
      }
    }
  }
}

function sizeOf({ channels, height, width }: ImageShape): number {
  return channels * height * width
}
