/** Whether a network can look at the images of a data set: at all of each, or at its centre as CenterCrop cuts it. */
import type { Network } from './network.ts'

/** What a network sees of a stored image is at least this share of its side: torchvision's is 0.875. */
const leastShownShare = 0.75

/** What decides it. */
export type SeenImages = Pick<Network, 'inputShape' | 'preprocessing'>

/**
 * undefined when they fit; else what is wrong, for people.
 * @param imageShape [channels, height, width] of the stored images
 */
export function imageMisfit(
  { inputShape, preprocessing }: SeenImages,
  imageShape: readonly [number, number, number],
): string | undefined {
  const [channels, height, width] = imageShape
  const { resize } = preprocessing
  const fits = (stored: number, shown: number) => {
    if (resize > 0) return resize >= shown && stored >= shown
    return stored === shown || (stored > shown && shown >= leastShownShare * stored)
  }
  const isFit = channels === inputShape.channels && fits(height, inputShape.height) && fits(width, inputShape.width)
  if (isFit) return undefined
  const wanted = [inputShape.channels, inputShape.height, inputShape.width]
  const resized = resize > 0 ? ` out of ones resized to ${resize}` : ''
  return `takes images of ${wanted.join(' x ')}${resized}, and the stored ones are ${imageShape.join(' x ')}`
}

/** Where a centre crop begins; halves are rounded to the even neighbour, as Python's round() in torchvision does. */
export function centreOffset(outer: number, inner: number): number {
  const half = (outer - inner) / 2
  const down = Math.floor(half)
  if (half === down) return down
  return down % 2 === 0 ? down : down + 1
}
