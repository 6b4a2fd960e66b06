import type { Region } from '#formats/image-decoder/resample.ts'
import type { ImageShape } from './image-shape.ts'

/** A part of image number `image` of planar ones, as interleaved RGB for the resampler; of a single channel, grey. */
export function cutOut(
  source: Uint8Array,
  image: number,
  { channels, height, width }: ImageShape,
  part: Region,
): Uint8Array {
  const pixels = new Uint8Array(part.height * part.width * 3)
  const plane = height * width
  let to = 0
  for (let y = 0; y < part.height; y++) {
    const row = image * channels * plane + (part.top + y) * width + part.left
    for (let x = 0; x < part.width; x++) {
      for (let channel = 0; channel < 3; channel++) {
        pixels[to++] = source[row + x + Math.min(channel, channels - 1) * plane] ?? 0
      }
    }
  }
  return pixels
}
