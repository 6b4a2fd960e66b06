/**
 * Images of noise for distillation without data (method 6): every value is drawn anew for every batch. Noise is drawn in
 * the numbers a network sees after normalisation, as the authors do it, and given out as the pixels that normalise to it.
 */
import type { Preprocessing } from '#shared/network/preprocessing.ts'
import { Random, type RandomState } from '#shared/basics/random.ts'
import type { ImageShape } from './image-shape.ts'

/** `uniform` in [-2, 2), the published code's; `gaussian`, standard normal, that of the paper's submission. */
export type NoiseKind = 'uniform' | 'gaussian'

const uniformLimit = 2

export interface NoiseSourceState {
  readonly noise: RandomState
}

export interface NoiseSourceOptions {
  readonly kind: NoiseKind
  /** Of the network's input. */
  readonly shape: ImageShape
  readonly normalisation: Pick<Preprocessing, 'mean' | 'standardDeviation'>
  readonly batch: number
  readonly seed: number
}

export class NoiseSource {
  readonly #options: NoiseSourceOptions
  readonly #images: Float32Array
  readonly #random: Random

  constructor(options: NoiseSourceOptions, state?: NoiseSourceState) {
    const { shape, batch, seed } = options
    this.#options = options
    this.#images = new Float32Array(batch * shape.channels * shape.height * shape.width)
    this.#random = state === undefined ? Random.fromSeed(seed, 'noise images') : Random.fromState(state.noise)
  }

  get state(): NoiseSourceState {
    return { noise: this.#random.state }
  }

  /** float32 [batch, channels, height, width], 0 to 255 where a pixel could be; overwritten by the next call. */
  next(): Promise<{ readonly images: Float32Array }> {
    const { kind, shape, normalisation } = this.#options
    if (kind === 'uniform') fillUniform(this.#images, this.#random)
    else fillNormal(this.#images, this.#random)
    const plane = shape.height * shape.width
    for (let start = 0; start < this.#images.length; start += plane) {
      const channel = (start / plane) % shape.channels
      const mean = 255 * (normalisation.mean[channel] ?? 0)
      const deviation = 255 * (normalisation.standardDeviation[channel] ?? 1)
      for (let at = start; at < start + plane; at++) this.#images[at] = mean + deviation * (this.#images[at] ?? 0)
    }
    return Promise.resolve({ images: this.#images })
  }
}

function fillUniform(target: Float32Array, random: Random): void {
  for (let at = 0; at < target.length; at++) target[at] = uniformLimit * (2 * random.uniform() - 1)
}

/** Box and Muller 1958, both numbers of each pair; an odd last one is left out, so that the state is that of `random`. */
function fillNormal(target: Float32Array, random: Random): void {
  for (let at = 0; at < target.length; at += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - random.uniform()))
    const angle = 2 * Math.PI * random.uniform()
    target[at] = radius * Math.cos(angle)
    if (at + 1 < target.length) target[at + 1] = radius * Math.sin(angle)
  }
}
