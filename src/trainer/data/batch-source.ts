/**
 * Batches of a split in an order drawn anew each epoch. Order, position and augmentation come from two generators whose
 * state is all a checkpoint needs: an epoch's order is drawn again from the state at its start.
 */
import type { AugmentationConfig } from '#shared/experiment/config-fields.ts'
import { Random, type RandomState } from '#shared/basics/random.ts'
import { writeAugmentedImages, writeImages } from './augmentation.ts'
import type { ImageShape } from './image-shape.ts'
import { drawJitter, jitterColours } from './colour-jitter.ts'
import type { ImageSplit } from './image-split.ts'
import { drawMixing, mixImages } from './mixup.ts'

export interface BatchSourceState {
  readonly orderAtEpochStart: RandomState
  readonly augmentation: RandomState
  /** Images of this epoch already given out. */
  readonly position: number
}

export interface BatchSourceOptions {
  readonly data: ImageSplit
  /** Of the network's input. */
  readonly shape: ImageShape
  readonly batch: number
  readonly augmentation: AugmentationConfig
  readonly seed: number
}

export interface Batch {
  /** float32 [batch, channels, height, width] of 0 to 255; overwritten by the next call. */
  readonly images: Float32Array
  /** int32 [batch]; overwritten by the next call. */
  readonly labels: Int32Array
  /** Of the images in their split, int32 [batch]; overwritten by the next epoch. */
  readonly indices: Int32Array
  /** Of mixed images only: the labels of their partners, int32 [batch], and the share of an image's own label. */
  readonly mixed?: { readonly labels: Int32Array; readonly share: number }
}

export class BatchSource {
  readonly #options: BatchSourceOptions
  readonly #indices: Int32Array
  readonly #images: Float32Array
  readonly #labels: Int32Array
  /** Images before they were mixed; empty when none are. */
  readonly #unmixed: Float32Array
  #order: Random
  #orderAtEpochStart: RandomState
  #augmentation: Random
  #position: number

  constructor(options: BatchSourceOptions, state?: BatchSourceState) {
    const { data, shape, batch, augmentation, seed } = options
    if (data.labels.length < batch) {
      throw new RangeError(`a batch of ${batch} images needs at least as many, the split has ${data.labels.length}`)
    }
    this.#options = options
    const imageSize = shape.channels * shape.height * shape.width
    this.#indices = new Int32Array(data.labels.length)
    this.#images = new Float32Array(batch * imageSize)
    this.#labels = new Int32Array(batch)
    this.#unmixed = new Float32Array(augmentation.mixup > 0 ? batch * imageSize : 0)
    this.#orderAtEpochStart = state?.orderAtEpochStart ?? Random.fromSeed(seed, 'data order').state
    this.#augmentation =
      state === undefined ? Random.fromSeed(seed, 'augmentation') : Random.fromState(state.augmentation)
    this.#order = Random.fromState(this.#orderAtEpochStart)
    this.#position = state?.position ?? 0
    this.#shuffle()
  }

  get state(): BatchSourceState {
    return {
      orderAtEpochStart: this.#orderAtEpochStart,
      augmentation: this.#augmentation.state,
      position: this.#position,
    }
  }

  /** The last images of an epoch that do not fill a batch are left out; the next epoch has another order. */
  async next(): Promise<Batch> {
    const { data, shape, batch, augmentation } = this.#options
    if (this.#position + batch > this.#indices.length) {
      this.#orderAtEpochStart = this.#order.state
      this.#position = 0
      this.#shuffle()
    }
    const indices = this.#indices.subarray(this.#position, this.#position + batch)
    indices.forEach((index, i) => {
      this.#labels[i] = data.labels[index] ?? 0
    })
    const gathered = await data.read(indices)
    this.#position += batch
    const shapes = { stored: data.shape, shown: shape }
    const { augmentation: geometry } = augmentation
    if (geometry === 'none') writeImages(gathered, this.#images, batch, shapes)
    else writeAugmentedImages(gathered, this.#images, batch, shapes, geometry, this.#augmentation)
    this.#jitter()
    return { images: this.#images, labels: this.#labels, indices, ...this.#mix() }
  }

  #jitter(): void {
    const { shape, batch, augmentation } = this.#options
    for (let image = 0; image < batch; image++) {
      const steps = drawJitter(augmentation.colourJitter, this.#augmentation)
      jitterColours(this.#images, image, shape.channels, shape.height * shape.width, steps)
    }
  }

  #mix(): Pick<Batch, 'mixed'> {
    const { batch, augmentation } = this.#options
    if (augmentation.mixup === 0) return {}
    const mixing = drawMixing(batch, augmentation.mixup, this.#augmentation)
    mixImages(this.#images, this.#unmixed, mixing)
    const labels = mixing.partners.map((partner) => this.#labels[partner] ?? 0)
    return { mixed: { labels, share: mixing.share } }
  }

  #shuffle(): void {
    this.#indices.forEach((_, index) => {
      this.#indices[index] = index
    })
    this.#order.shuffle(this.#indices)
  }
}
