/** Codes of kernels in the coded stream: layer by layer, one frequency of all its kernels after another. */
import type { AppException } from '#shared/basics/result.ts'
import { kernelShapeOf } from '#shared/tensors/represented-shape.ts'
import type { SpectralLayer } from '#shared/tensors/spectral-layer.ts'
import type { BitCoder } from '../coding/bit-coder.ts'
import { IntegerModel } from '../coding/integer-model.ts'

/** Magnitudes that have a decision of their own. */
const depth = 14
/** What a new layer keeps of the experience with the layers before. */
const seenAtStart = 14

export class KernelCoder {
  readonly #coder: BitCoder
  readonly #corrupt: (problem: string) => AppException
  /** By height and width of kernels, one a frequency. */
  readonly #models = new Map<string, readonly IntegerModel[]>()

  /** @param corrupt makes the error for codes that no encoder writes */
  constructor(coder: BitCoder, corrupt: (problem: string) => AppException) {
    this.#coder = coder
    this.#corrupt = corrupt
  }

  /** Writes `codes`, or reads them into the array. */
  code({ shape, codes }: Pick<SpectralLayer, 'shape' | 'codes'>): void {
    const [, , height, width] = kernelShapeOf(shape)
    const size = height * width
    this.#modelsOf(height, width).forEach((model, frequency) => {
      model.loosen(seenAtStart)
      for (let at = frequency; at < codes.length; at += size) {
        codes[at] = model.code(this.#coder, codes[at] ?? 0, this.#corrupt)
      }
    })
  }

  #modelsOf(height: number, width: number): readonly IntegerModel[] {
    const key = `${height}x${width}`
    const known = this.#models.get(key)
    if (known !== undefined) return known
    const models = Array.from({ length: height * width }, () => new IntegerModel(depth))
    this.#models.set(key, models)
    return models
  }
}
