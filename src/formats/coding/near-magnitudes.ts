import type { KernelTransform } from '#shared/tensors/spectral-layer.ts'
import { logarithm } from './logarithm.ts'

export interface KernelGrid {
  readonly channels: number
  readonly height: number
  readonly width: number
}

/** Magnitudes are counted in eighths of the mean of their frequency. */
export const meanParts = 8
/** What sums begin with. */
const transformedPrior = 24
const neighbourPrior = 4

/**
 * Of the kernel's codes before a code, those that tell about it: of a transformed kernel all lower frequencies, half as
 * much as they say; of weights the neighbours on the left and above.
 */
export class NearMagnitudes {
  readonly #grid: KernelGrid
  readonly #isTransformed: boolean
  /** Parts of each code of the filter: [frequency][channel]. */
  readonly #parts: Uint8Array
  /** Of each channel at this frequency. */
  readonly #sums: Int32Array
  #start = 0

  constructor(grid: KernelGrid, transform: KernelTransform) {
    this.#grid = grid
    this.#isTransformed = transform === 'cosine'
    this.#parts = new Uint8Array(this.#isTransformed ? 0 : grid.height * grid.width * grid.channels)
    this.#sums = new Int32Array(grid.channels)
  }

  startFilter(): void {
    this.#parts.fill(0)
    this.#sums.fill(transformedPrior)
  }

  /** Returns the level of a kernel that is as its mean. */
  startFrequency(frequency: number): number {
    if (this.#isTransformed) return logarithm(transformedPrior + meanParts * frequency) >> 1
    const { channels, width } = this.#grid
    this.#start = frequency * channels
    const left = frequency % width > 0 ? this.#start - channels : undefined
    const above = frequency >= width ? this.#start - width * channels : undefined
    for (let channel = 0; channel < channels; channel++) {
      const parts = (start: number | undefined) => (start === undefined ? 0 : (this.#parts[start + channel] ?? 0))
      this.#sums[channel] = neighbourPrior + parts(left) + parts(above)
    }
    const neighbours = (left === undefined ? 0 : 1) + (above === undefined ? 0 : 1)
    return logarithm(neighbourPrior + meanParts * neighbours)
  }

  level(channel: number): number {
    const level = logarithm(this.#sums[channel] ?? 1)
    return this.#isTransformed ? level >> 1 : level
  }

  add(channel: number, parts: number): void {
    if (this.#isTransformed) this.#sums[channel] = (this.#sums[channel] ?? 0) + parts
    else this.#parts[this.#start + channel] = parts
  }
}
