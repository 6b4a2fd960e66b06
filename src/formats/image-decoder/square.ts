import { centreOffset } from '#networks/image-fit.ts'
import { resampleRegion, type RgbImage } from './resample.ts'

/**
 * The centre square of an image whose shorter side is resized to `size`, as torchvision's Resize(size) and
 * CenterCrop(size): [3, size, size]. The longer side is size * longer / shorter, cut to whole pixels.
 */
export function centreSquare(image: RgbImage, size: number): Uint8Array {
  const { width, height } = image
  const isWide = width >= height
  const longer = Math.trunc((size * Math.max(width, height)) / Math.min(width, height))
  const resizedWidth = isWide ? longer : size
  const resizedHeight = isWide ? size : longer
  const region = {
    left: centreOffset(resizedWidth, size),
    top: centreOffset(resizedHeight, size),
    width: size,
    height: size,
  }
  return toPlanes(resampleRegion(image, resizedWidth, resizedHeight, region), size * size)
}

/** [pixels, 3] to [3, pixels] */
function toPlanes(interleaved: Uint8Array, pixels: number): Uint8Array {
  const planes = new Uint8Array(3 * pixels)
  for (let pixel = 0; pixel < pixels; pixel++) {
    planes[pixel] = interleaved[3 * pixel] ?? 0
    planes[pixels + pixel] = interleaved[3 * pixel + 1] ?? 0
    planes[2 * pixels + pixel] = interleaved[3 * pixel + 2] ?? 0
  }
  return planes
}
