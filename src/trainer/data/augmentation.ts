/**
 * Training-time changes of images (method 4.3): mirrored with probability 0.5, then a random crop out of the image
 * padded with four zero pixels on each side. Zero is black before normalisation in the authors' pipeline too.
 */
import type { Random } from '#shared/random.ts'

const padding = 4

export interface ImageShape {
  readonly channels: number
  readonly height: number
  readonly width: number
}

/**
 * Writes `count` images, changed or not, as float32 of 0 to 255.
 * @param source uint8 [count, channels, height, width]
 * @param target float32 of the same shape
 * @param random left out: images stay as they are
 */
export function writeImages(
  source: Uint8Array,
  target: Float32Array,
  count: number,
  shape: ImageShape,
  random?: Random,
): void {
  const { channels, height, width } = shape
  const plane = height * width
  const size = channels * plane
  if (random === undefined) {
    target.set(source.subarray(0, count * size))
    return
  }
  for (let image = 0; image < count; image++) {
    const isMirrored = random.nextUint32() >= 2 ** 31
    const down = random.integer(2 * padding + 1) - padding
    const right = random.integer(2 * padding + 1) - padding
    for (let channel = 0; channel < channels; channel++) {
      const base = image * size + channel * plane
      for (let y = 0; y < height; y++) {
        const sourceY = y + down
        const row = base + y * width
        if (sourceY < 0 || sourceY >= height) {
          target.fill(0, row, row + width)
          continue
        }
        const sourceRow = base + sourceY * width
        for (let x = 0; x < width; x++) {
          const shifted = x + right
          const isOutside = shifted < 0 || shifted >= width
          const sourceX = isMirrored ? width - 1 - shifted : shifted
          target[row + x] = isOutside ? 0 : (source[sourceRow + sourceX] ?? 0)
        }
      }
    }
  }
}
