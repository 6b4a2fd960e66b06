/**
 * torchvision's RandomResizedCrop with its defaults: a part of 8 to 100 % of the image's area with sides in a ratio of
 * 3:4 to 4:3, resized by Pillow's bilinear filter.
 */
import { resampleRegion, type Region } from '#formats/image-decoder/resample.ts'
import type { Random } from '#shared/basics/random.ts'
import type { ImageShape, ImageShapes } from './image-shape.ts'
import { cutOut } from './cut-out.ts'

const leastArea = 0.08
const largestLogRatio = Math.log(4 / 3)
/** Parts that reach beyond the image are drawn again; then the whole image is taken. */
const tries = 10

/** Writes image number `image` of `source` (uint8, stored shape) to its place in `target` (float32, shown shape). */
export function writeResizedCrop(
  source: Uint8Array,
  target: Float32Array,
  image: number,
  { stored, shown }: ImageShapes,
  isMirrored: boolean,
  random: Random,
): void {
  const part = drawPart(stored, random)
  const pixels = cutOut(source, image, stored, part)
  const whole = { left: 0, top: 0, width: shown.width, height: shown.height }
  const resized = resampleRegion({ width: part.width, height: part.height, pixels }, shown.width, shown.height, whole)
  const plane = shown.height * shown.width
  const first = image * shown.channels * plane
  for (let y = 0; y < shown.height; y++) {
    for (let x = 0; x < shown.width; x++) {
      const from = (y * shown.width + (isMirrored ? shown.width - 1 - x : x)) * 3
      const to = first + y * shown.width + x
      for (let channel = 0; channel < shown.channels; channel++)
        target[to + channel * plane] = resized[from + channel] ?? 0
    }
  }
}

export function drawPart({ height, width }: ImageShape, random: Random): Region {
  for (let i = 0; i < tries; i++) {
    const area = height * width * (leastArea + (1 - leastArea) * random.uniform())
    const ratio = Math.exp(largestLogRatio * (2 * random.uniform() - 1))
    const partWidth = Math.max(1, Math.round(Math.sqrt(area * ratio)))
    const partHeight = Math.max(1, Math.round(Math.sqrt(area / ratio)))
    if (partWidth > width || partHeight > height) continue
    const top = random.integer(height - partHeight + 1)
    const left = random.integer(width - partWidth + 1)
    return { top, left, height: partHeight, width: partWidth }
  }
  return { top: 0, left: 0, height, width }
}
