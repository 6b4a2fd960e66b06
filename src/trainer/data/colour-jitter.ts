/**
 * torchvision's ColorJitter on pixels of 0 to 255 (transforms v1, functional_tensor): brightness, contrast and saturation
 * by random factors in random order. Each blends the image with black, with its mean grey, or with its own grey, and
 * cuts off what leaves the range. Hue is not among them.
 */
import type { Random } from '#shared/basics/random.ts'
import type { ColourJitter } from '#shared/experiment/config-fields.ts'

export type JitterKind = keyof ColourJitter

/** One change: result = factor * image + (1 - factor) * what it is blended with. */
export interface JitterStep {
  readonly kind: JitterKind
  readonly factor: number
}

const kinds: readonly JitterKind[] = ['brightness', 'contrast', 'saturation']
/** ITU-R 601, in torchvision's digits. */
const greyWeights = [0.2989, 0.587, 0.114] as const
const brightest = 255

/** Factors of 1 - s to 1 + s, not below 0, for each strength s above 0; order first, then one number a step. */
export function drawJitter(strengths: ColourJitter, random: Random): readonly JitterStep[] {
  const order = Int32Array.from(kinds.keys()).filter((at) => strengths[kinds[at] ?? 'brightness'] > 0)
  random.shuffle(order)
  return Array.from(order, (at) => {
    const kind = kinds[at] ?? 'brightness'
    const least = Math.max(0, 1 - strengths[kind])
    const factor = least + (1 + strengths[kind] - least) * random.uniform()
    return { kind, factor }
  })
}

/**
 * Changes image number `image` of `images` (float32 [count, channels, pixels]) in place. An image of another number of
 * channels than three has no saturation to change; its grey is the mean of its channels.
 */
export function jitterColours(
  images: Float32Array,
  image: number,
  channels: number,
  pixels: number,
  steps: readonly JitterStep[],
): void {
  const values = images.subarray(image * channels * pixels, (image + 1) * channels * pixels)
  for (const { kind, factor } of steps) {
    if (kind === 'brightness') blend(values, factor, () => 0)
    else if (kind === 'contrast') {
      const mean = meanGrey(values, channels, pixels)
      blend(values, factor, () => mean)
    } else if (channels === 3) {
      const grey = greyOf(values, channels, pixels)
      blend(values, factor, (at) => grey[at % pixels] ?? 0)
    }
  }
}

function blend(values: Float32Array, factor: number, other: (at: number) => number): void {
  for (let at = 0; at < values.length; at++) {
    const blended = factor * (values[at] ?? 0) + (1 - factor) * other(at)
    values[at] = Math.min(brightest, Math.max(0, blended))
  }
}

function greyOf(values: Float32Array, channels: number, pixels: number): Float32Array {
  const weights = channels === 3 ? greyWeights : new Array<number>(channels).fill(1 / channels)
  const grey = new Float32Array(pixels)
  weights.forEach((weight, channel) => {
    for (let pixel = 0; pixel < pixels; pixel++) {
      grey[pixel] = (grey[pixel] ?? 0) + weight * (values[channel * pixels + pixel] ?? 0)
    }
  })
  return grey
}

function meanGrey(values: Float32Array, channels: number, pixels: number): number {
  const grey = greyOf(values, channels, pixels)
  let sum = 0
  for (const value of grey) sum += value
  return sum / pixels
}
