/** Mixup (Zhang et al. 2018): every image of a batch blended with another one of it, by one share for the whole batch. */
import type { Random } from '#shared/basics/random.ts'

export interface Mixing {
  /** Of the image itself; the partner has the rest. */
  readonly share: number
  /** Position in the batch of each image's partner, a random order. */
  readonly partners: Int32Array
}

/** @param alpha of Beta(alpha, alpha), above 0: small ones leave most images nearly as they are */
export function drawMixing(batch: number, alpha: number, random: Random): Mixing {
  const share = symmetricBeta(alpha, random)
  const partners = Int32Array.from({ length: batch }, (_, at) => at)
  random.shuffle(partners)
  return { share, partners }
}

/**
 * Blends `images` (float32 [batch, size]) in place. `before` is memory of the same length, overwritten. What is blended
 * are pixels of 0 to 255; normalising the blend is blending the normalised, because the shares add up to one.
 */
export function mixImages(images: Float32Array, before: Float32Array, { share, partners }: Mixing): void {
  const size = images.length / partners.length
  before.set(images)
  partners.forEach((partner, image) => {
    const own = image * size
    const other = partner * size
    for (let at = 0; at < size; at++) {
      images[own + at] = share * (before[own + at] ?? 0) + (1 - share) * (before[other + at] ?? 0)
    }
  })
}

/** One number of Beta(alpha, alpha), as the share of one gamma-distributed number in the sum of two. */
export function symmetricBeta(alpha: number, random: Random): number {
  const first = logGamma(alpha, random)
  const second = logGamma(alpha, random)
  return 1 / (1 + Math.exp(second - first))
}

/**
 * Logarithm of a number of Gamma(shape, 1) (Marsaglia and Tsang 2000, with their step for shapes below 1): below a shape
 * of 0.01 the numbers themselves are smaller than any float.
 */
function logGamma(shape: number, random: Random): number {
  if (shape < 1) return logGamma(shape + 1, random) + Math.log(1 - random.uniform()) / shape
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = random.normal()
    const v = (1 + c * x) ** 3
    if (v <= 0) continue
    const u = 1 - random.uniform()
    if (Math.log(u) < 0.5 * x * x + d - d * v + d * Math.log(v)) return Math.log(d * v)
  }
}
