/** Stored images brought to the size that a network's preprocessing asks for, before anything is cut out of them. */
import { resampleRegion } from '#formats/image-decoder/resample.ts'
import type { ImageShape } from './image-shape.ts'
import { cutOut } from './cut-out.ts'

/** Of images whose shorter side becomes `resize` pixels, as torchvision's Resize rounds the longer one; 0 changes nothing. */
export function resizedShape(stored: ImageShape, resize: number): ImageShape {
  const { channels, height, width } = stored
  const shorter = Math.min(height, width)
  if (resize === 0 || resize === shorter) return stored
  const scaled = (side: number): number => (side === shorter ? resize : Math.trunc((resize * side) / shorter))
  return { channels, height: scaled(height), width: scaled(width) }
}

/** @param images uint8 [count, channels, height, width] of `stored`; the result is the same of `target` */
export function resizeImages(images: Uint8Array, stored: ImageShape, target: ImageShape): Uint8Array {
  const size = stored.channels * stored.height * stored.width
  const plane = target.height * target.width
  const count = images.length / size
  const resized = new Uint8Array(count * target.channels * plane)
  const whole = { left: 0, top: 0, width: target.width, height: target.height }
  const everything = { left: 0, top: 0, width: stored.width, height: stored.height }
  for (let image = 0; image < count; image++) {
    const pixels = cutOut(images, image, stored, everything)
    const source = { width: stored.width, height: stored.height, pixels }
    const interleaved = resampleRegion(source, target.width, target.height, whole)
    for (let channel = 0; channel < target.channels; channel++) {
      const to = (image * target.channels + channel) * plane
      for (let pixel = 0; pixel < plane; pixel++) resized[to + pixel] = interleaved[pixel * 3 + channel] ?? 0
    }
  }
  return resized
}
