/**
 * Codes of kernels: filter by filter, one frequency of all its kernels after another. What is learnt of a layer goes on to
 * the next one.
 */
import type { AppException } from '#shared/basics/result.ts'
import { kernelShapeOf } from '#shared/tensors/represented-shape.ts'
import type { KernelTransform, SpectralLayer } from '#shared/tensors/spectral-layer.ts'
import { BitModels, type BitCoder } from './bit-coder.ts'
import type { BitMeter } from './bit-meter.ts'
import { codeMagnitude, escapeModels } from './integer-model.ts'
import { blockLength, ExpectedMagnitude, FrequencyMeans, magnitudeClasses } from './expected-magnitude.ts'
import type { KernelGrid } from './near-magnitudes.ts'

/** Magnitudes that have a decision of their own, after the one about zero. */
const depth = 14
/** Decisions that a chance remembers when a layer starts. */
const seenAtStart = 31
/** Signs of two codes: 0, 1 or 2 each. */
const signPairs = 9
/** Rows and columns of large kernels from this on share their chances. */
const mostExtent = 8

/**
 * No zero is cheaper than that: a chance does not fall below 63 of 65,536 (a move of less than 2^-6 of the way comes only
 * after `seenAtStart` decisions), so a decision takes 0.00138 bits at least. A reader takes no more memory, whatever a file
 * claims.
 */
export const mostCodesAByte = 6144

/** Larger kernels have no codes: a reader's tables of sums end there, and a transform takes the square of them in numbers. */
export const mostKernelWeights = 1024

/** What is known of kernels of one size, from layer to layer. */
interface KernelModels {
  readonly means: FrequencyMeans
  /** By place, class and decision. */
  readonly magnitudes: BitModels
  /** By place and signs. */
  readonly signs: BitModels
}

/** Where codes are written or read, and what makes the error for those that no encoder writes. */
interface CodeStream {
  readonly coder: BitCoder
  readonly corrupt: (problem: string) => AppException
}

/** Where the bits of each code of a layer go, and what counted them; it is the coder of the stream. */
export interface MeteredBits {
  readonly meter: BitMeter
  /** As many as codes. */
  readonly bits: Float32Array
}

export class KernelCoder {
  readonly #transform: KernelTransform
  readonly #models = new Map<string, KernelModels>()
  readonly #escapes = new BitModels(escapeModels)

  constructor(transform: KernelTransform) {
    this.#transform = transform
  }

  /** Writes `codes`, or reads them into the array. Throws what the stream's `corrupt` makes for those no encoder writes. */
  code(stream: CodeStream, { shape, codes }: Pick<SpectralLayer, 'shape' | 'codes'>, metered?: MeteredBits): void {
    const [filters, channels, height, width] = kernelShapeOf(shape)
    const grid = { channels, height, width }
    const models = this.#modelsOf(grid)
    models.magnitudes.loosen(seenAtStart)
    models.signs.loosen(seenAtStart)
    const expected = new ExpectedMagnitude(grid, this.#transform, models.means)
    const size = height * width
    for (let filter = 0; filter < filters; filter++) {
      const [start, end] = [filter * channels * size, (filter + 1) * channels * size]
      const kernels = codes.subarray(start, end)
      const ofFilter =
        metered === undefined ? undefined : { meter: metered.meter, bits: metered.bits.subarray(start, end) }
      expected.startFilter()
      for (let frequency = 0; frequency < size; frequency++) {
        const place = placeOf(frequency, width)
        expected.startFrequency(frequency, place)
        this.#codeFrequency(stream, kernels, { ...grid, frequency, place }, models, expected, ofFilter)
        expected.endFrequency()
      }
      expected.endFilter()
    }
  }

  /** One frequency of the kernels of a filter. */
  #codeFrequency(
    { coder, corrupt }: CodeStream,
    kernels: Int32Array,
    { channels, height, width, frequency, place }: KernelGrid & { readonly frequency: number; readonly place: number },
    models: KernelModels,
    expected: ExpectedMagnitude,
    metered?: MeteredBits,
  ): void {
    const size = height * width
    // Codes that tell about a sign: of the same parity two frequencies below, or the neighbours of a weight.
    const reach = this.#transform === 'cosine' ? 2 : 1
    const left = frequency % width >= reach ? reach : 0
    const above = frequency >= reach * width ? reach * width : 0
    for (let channel = 0; channel < channels; channel++) {
      if (channel % blockLength === 0) expected.startBlock(Math.min(blockLength, channels - channel))
      const at = channel * size + frequency
      const value = kernels[at] ?? 0
      const first = (place * magnitudeClasses + expected.classOf(channel)) * (depth + 1)
      if (coder.code(value === 0 ? 0 : 1, models.magnitudes, first) === 0) {
        kernels[at] = 0
        if (metered !== undefined) metered.bits[at] = metered.meter.take()
        continue
      }
      const decisions = { models: models.magnitudes, first: first + 1, depth, escapes: this.#escapes }
      const signs = 3 * (left > 0 ? signOf(kernels[at - left]) : 0) + (above > 0 ? signOf(kernels[at - above]) : 0)
      const isNegative = coder.code(value < 0 ? 1 : 0, models.signs, place * signPairs + signs) === 1
      const magnitude = codeMagnitude(coder, Math.abs(value), decisions, corrupt)
      kernels[at] = isNegative ? -magnitude : magnitude
      expected.add(channel, magnitude)
      if (metered !== undefined) metered.bits[at] = metered.meter.take()
    }
  }

  #modelsOf({ height, width }: KernelGrid): KernelModels {
    const rows = Math.min(height, mostExtent)
    const columns = Math.min(width, mostExtent)
    const key = `${rows} x ${columns}`
    const known = this.#models.get(key)
    if (known !== undefined) return known
    const models = {
      means: new FrequencyMeans(rows * columns),
      magnitudes: new BitModels(rows * columns * magnitudeClasses * (depth + 1)),
      signs: new BitModels(rows * columns * signPairs),
    }
    this.#models.set(key, models)
    return models
  }
}

/** Which mean and chances a frequency has. */
function placeOf(frequency: number, width: number): number {
  const row = Math.min(Math.floor(frequency / width), mostExtent - 1)
  return row * Math.min(width, mostExtent) + Math.min(frequency % width, mostExtent - 1)
}

function signOf(value: number | undefined = 0): number {
  if (value === 0) return 0
  return value > 0 ? 1 : 2
}
