/**
 * Batches of a split in an order drawn anew each epoch. Order, position and augmentation come from two generators whose
 * state is all a checkpoint needs: an epoch's order is drawn again from the state at its start.
 */
import { Random, type RandomState } from '#shared/random.ts'
import { writeImages, type ImageShape } from './augmentation.ts'

export interface SplitData {
  /** uint8 [count, channels, height, width] */
  readonly images: Uint8Array
  readonly labels: Uint16Array
}

export interface BatchSourceState {
  readonly orderAtEpochStart: RandomState
  readonly augmentation: RandomState
  /** Images of this epoch already given out. */
  readonly position: number
}

export interface BatchSourceOptions {
  readonly data: SplitData
  readonly shape: ImageShape
  readonly batch: number
  readonly isAugmented: boolean
  readonly seed: number
}

export interface Batch {
  /** float32 [batch, channels, height, width] of 0 to 255; overwritten by the next call. */
  readonly images: Float32Array
  /** int32 [batch]; overwritten by the next call. */
  readonly labels: Int32Array
}

export class BatchSource {
  readonly #options: BatchSourceOptions
  readonly #imageSize: number
  readonly #indices: Int32Array
  readonly #gathered: Uint8Array
  readonly #images: Float32Array
  readonly #labels: Int32Array
  #order: Random
  #orderAtEpochStart: RandomState
  #augmentation: Random
  #position: number

  constructor(options: BatchSourceOptions, state?: BatchSourceState) {
    const { data, shape, batch, seed } = options
    if (data.labels.length < batch) {
      throw new RangeError(`a batch of ${batch} images needs at least as many, the split has ${data.labels.length}`)
    }
    this.#options = options
    this.#imageSize = shape.channels * shape.height * shape.width
    this.#indices = new Int32Array(data.labels.length)
    this.#gathered = new Uint8Array(batch * this.#imageSize)
    this.#images = new Float32Array(batch * this.#imageSize)
    this.#labels = new Int32Array(batch)
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
  next(): Batch {
    const { data, shape, batch, isAugmented } = this.#options
    if (this.#position + batch > this.#indices.length) {
      this.#orderAtEpochStart = this.#order.state
      this.#position = 0
      this.#shuffle()
    }
    for (let i = 0; i < batch; i++) {
      const index = this.#indices[this.#position + i] ?? 0
      const start = index * this.#imageSize
      this.#gathered.set(data.images.subarray(start, start + this.#imageSize), i * this.#imageSize)
      this.#labels[i] = data.labels[index] ?? 0
    }
    this.#position += batch
    writeImages(this.#gathered, this.#images, batch, shape, isAugmented ? this.#augmentation : undefined)
    return { images: this.#images, labels: this.#labels }
  }

  #shuffle(): void {
    this.#indices.forEach((_, index) => {
      this.#indices[index] = index
    })
    this.#order.shuffle(this.#indices)
  }
}
