/**
 * How large the next code of a layer will be, from those before it: the mean of its frequency, times how much larger than
 * such means its filter, its channel and its kernel have been. Integers alone, so that every reader agrees (docs/format.md).
 */
import type { KernelTransform } from '#shared/tensors/spectral-layer.ts'
import { logarithm } from './logarithm.ts'
import { meanParts, NearMagnitudes, type KernelGrid } from './near-magnitudes.ts'

/** Classes of one octave each; the first is below a mean of 2^-7. */
export const magnitudeClasses = 14

/** Parts of a mean that count at most. */
const mostParts = 48
const largestMagnitude = 2 ** 15 - 1
/** Codes behind a mean: of the layer before, and at most. The first layer finds a mean of 0.7. */
const firstSum = 90
const firstCount = 128
const mostCount = 4096
/** How many of the filter's codes decide, and how many frequencies of the channel's kernels. */
const mostOfFilter = 64
const mostOfChannel = 1024
const filterPrior = 2
const channelPrior = 10
/** Codes of a filter between two looks at it. */
export const blockLength = 8

/** Sum and number of the magnitudes at each place of kernels of one size; they go on from layer to layer. */
export class FrequencyMeans {
  readonly #sums: Float64Array
  readonly #counts: Float64Array

  constructor(places: number) {
    this.#sums = new Float64Array(places).fill(firstSum)
    this.#counts = new Float64Array(places).fill(firstCount)
  }

  startLayer(): void {
    this.#sums.forEach((sum, at) => {
      this.#sums[at] = Math.floor((sum * firstCount) / (this.#counts[at] ?? firstCount))
      this.#counts[at] = firstCount
    })
  }

  /** In 256ths, at least one. */
  mean(place: number): number {
    return Math.max(1, Math.floor((256 * (this.#sums[place] ?? 0)) / (this.#counts[place] ?? 1)))
  }

  add(place: number, sum: number, count: number): void {
    let sums = (this.#sums[place] ?? 0) + sum
    let counts = (this.#counts[place] ?? 0) + count
    while (counts > mostCount) {
      sums = Math.floor(sums / 2)
      counts = Math.floor(counts / 2)
    }
    this.#sums[place] = sums
    this.#counts[place] = counts
  }
}

/** Follows the codes of one layer: filter by filter, frequency by frequency, channel by channel. */
export class ExpectedMagnitude {
  readonly #grid: KernelGrid
  readonly #means: FrequencyMeans
  readonly #near: NearMagnitudes
  /** Parts of the filter's codes so far and their number. */
  #filterSum = filterPrior
  #filterCount = 0
  /** Of each channel, over all filters; `channelCount` frequencies were seen of each. */
  readonly #channelSums: Int32Array
  #channelCount = 0
  #place = 0
  #mean = 1
  #sum = 0
  /** What all kernels have in common at this frequency and in this block. */
  #frequencyLevel = 0
  #blockLevel = 0

  constructor(grid: KernelGrid, transform: KernelTransform, means: FrequencyMeans) {
    this.#grid = grid
    this.#means = means
    this.#near = new NearMagnitudes(grid, transform)
    this.#channelSums = new Int32Array(grid.channels).fill(channelPrior)
    means.startLayer()
  }

  startFilter(): void {
    this.#filterSum = filterPrior
    this.#filterCount = 0
    this.#near.startFilter()
  }

  /** @param place whose mean and chances the frequency shares */
  startFrequency(frequency: number, place: number): void {
    this.#place = place
    this.#mean = this.#means.mean(place)
    this.#sum = 0
    const expected = logarithm(meanParts * this.#channelCount + channelPrior)
    this.#frequencyLevel = logarithm(this.#mean) - expected - this.#near.startFrequency(frequency)
  }

  /** Looks at what the filter has been so far, before the next `length` channels. */
  startBlock(length: number): void {
    if (this.#filterCount > mostOfFilter) {
      this.#filterSum -= this.#filterSum >> 1
      this.#filterCount >>= 1
    }
    const level = logarithm(this.#filterSum) - logarithm(meanParts * this.#filterCount + filterPrior)
    this.#blockLevel = this.#frequencyLevel + level
    this.#filterCount += length
  }

  /** Class of the next code, that of a channel. */
  classOf(channel: number): number {
    const level = this.#blockLevel + logarithm(this.#channelSums[channel] ?? 1) + this.#near.level(channel)
    return Math.min(Math.max(level >> 4, 0), magnitudeClasses - 1)
  }

  /** A code that is not zero. */
  add(channel: number, magnitude: number): void {
    this.#sum += Math.min(magnitude, largestMagnitude)
    const parts = Math.min(mostParts, Math.floor((256 * meanParts * magnitude) / Math.max(this.#mean, 5)))
    this.#filterSum += parts
    this.#channelSums[channel] = (this.#channelSums[channel] ?? 0) + parts
    this.#near.add(channel, parts)
  }

  endFrequency(): void {
    this.#means.add(this.#place, this.#sum, this.#grid.channels)
    this.#channelCount += 1
  }

  endFilter(): void {
    while (this.#channelCount > mostOfChannel) {
      this.#channelCount >>= 1
      this.#channelSums.forEach((sum, at) => (this.#channelSums[at] = Math.max(1, sum >> 1)))
    }
  }
}
