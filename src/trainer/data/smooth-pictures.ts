/**
 * Pictures that show nothing and look a little like photographs: waves whose power falls with their frequency, mostly shared by
 * the channels. White noise drives a network to one class; on these it answers with most of its classes.
 */
import { Random } from '#shared/basics/random.ts'
import type { Preprocessing } from '#shared/network/preprocessing.ts'
import type { ImageShape } from './image-shape.ts'

export interface SmoothPicturesOptions {
  /** Of the network's input. */
  readonly shape: ImageShape
  readonly normalisation: Pick<Preprocessing, 'mean' | 'standardDeviation'>
  readonly count: number
  readonly seed: number
}

/** Waves that all channels share, and those that each has beside. */
const [sharedWaves, ownWaves] = [24, 8]
/** Deviations in the numbers that a network sees: of the shared waves, of a channel's own, and of its mean. */
const [sharedDeviation, ownDeviation, meanDeviation] = [1.6, 0.64, 0.6]
/** Highest frequency, in periods a pixel; the lowest is one period a picture. */
const highestFrequency = 0.375

/** float32 [count, channels, height, width], 0 to 255. */
export function smoothPictures({ shape, normalisation, count, seed }: SmoothPicturesOptions): Float32Array {
  const { channels, height, width } = shape
  const random = Random.fromSeed(seed, 'smooth pictures')
  const plane = height * width
  const pictures = new Float32Array(count * channels * plane)
  for (let picture = 0; picture < count; picture++) {
    const shared = new Float32Array(plane)
    addWaves(shared, shape, { waves: sharedWaves, deviation: sharedDeviation }, random)
    for (let channel = 0; channel < channels; channel++) {
      const own = Float32Array.from(shared)
      addWaves(own, shape, { waves: ownWaves, deviation: ownDeviation }, random)
      const offset = meanDeviation * random.normal()
      const mean = 255 * (normalisation.mean[channel] ?? 0)
      const scale = 255 * (normalisation.standardDeviation[channel] ?? 1)
      const start = (picture * channels + channel) * plane
      own.forEach((value, at) => {
        pictures[start + at] = Math.min(255, Math.max(0, mean + scale * (value + offset)))
      })
    }
  }
  return pictures
}

function addWaves(
  target: Float32Array,
  { height, width }: ImageShape,
  { waves, deviation }: { readonly waves: number; readonly deviation: number },
  random: Random,
): void {
  const side = Math.max(height, width)
  for (let wave = 0; wave < waves; wave++) {
    const periods = Math.max(1, highestFrequency * side) ** random.uniform()
    const direction = 2 * Math.PI * random.uniform()
    const phase = 2 * Math.PI * random.uniform()
    const amplitude = (deviation * random.normal()) / Math.sqrt(waves * periods)
    const turn = (2 * Math.PI * periods) / side
    // cos(x + y) from those of rows and columns: a cosine a pixel would take most of the time.
    const columns = angles(width, turn * Math.cos(direction), phase)
    const rows = angles(height, turn * Math.sin(direction), 0)
    for (let y = 0; y < height; y++) {
      const [cosine, sine] = [amplitude * (rows.cosines[y] ?? 0), amplitude * (rows.sines[y] ?? 0)]
      for (let x = 0; x < width; x++) {
        const at = y * width + x
        target[at] = (target[at] ?? 0) + cosine * (columns.cosines[x] ?? 0) - sine * (columns.sines[x] ?? 0)
      }
    }
  }
}

function angles(
  count: number,
  turn: number,
  phase: number,
): { readonly cosines: Float32Array; readonly sines: Float32Array } {
  return {
    cosines: Float32Array.from({ length: count }, (_, at) => Math.cos(turn * at + phase)),
    sines: Float32Array.from({ length: count }, (_, at) => Math.sin(turn * at + phase)),
  }
}
