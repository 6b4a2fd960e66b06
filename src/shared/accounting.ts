/**
 * Honest sizes: the bytes that would be written, part by part, against the original in the same accounting.
 * Pure arithmetic on shapes, so the editor can show it while the user types.
 */
import type { CompressConfig, PredictorPrecision } from './experiment-config.ts'

export interface LayerShape {
  readonly name: string
  /** [filters, channels, height, width] */
  readonly shape: readonly [number, number, number, number]
}

/** What accounting needs to know of a network. */
export interface NetworkShape {
  readonly representedLayers: readonly LayerShape[]
  /** Tensors the predictor does not represent: batch-norm, classifier, biases, other layers. */
  readonly remainder: readonly { readonly name: string; readonly elements: number; readonly group: RemainderGroup }[]
}
export type RemainderGroup = 'batch-norm' | 'linear' | 'other'

export const sizePartNames = ['predictor', 'permutation', 'batch-norm', 'linear', 'other', 'header'] as const
export type SizePartName = (typeof sizePartNames)[number]

export interface SizePart {
  readonly part: SizePartName
  readonly bytes: number
  /** How it is stored, e.g. `117,289 parameters, float32`. */
  readonly detail: string
}

export interface SizeBreakdown {
  readonly parts: readonly SizePart[]
  readonly totalBytes: number
  /** The original state dict in float32, batch-norm statistics and classifier counted, without a header. */
  readonly originalBytes: number
  /** originalBytes / totalBytes: everything counted. */
  readonly compressionRatio: number
  /** Predictor parameters / represented weights in percent: the paper's accounting, permutations not counted. */
  readonly relativeSizePercent: number
  readonly predictorParameters: number
  readonly representedWeights: number
  readonly kernels: number
  /** What plain storage of the original would weigh, same accounting. */
  readonly baselines: { readonly float16Bytes: number; readonly int8Bytes: number }
}

const bytesPerElement = { float32: 4, float16: 2 } as const
/** Row scales and biases beside integer weights. */
const bytesPerHalf = 2
/** JSON description plus tensor table of the package; measured packages replace this estimate. */
const headerBytes = 2048

/**
 * Parameters of a predictor with `blocks` linear layers: inputs -> h -> ... -> h -> outputs, biases everywhere.
 * For 240 inputs, 5 blocks and 9 outputs this is 3h^2 + 253h + 9 (method 2).
 */
export function predictorParameterCount(inputs: number, hiddenSize: number, blocks: number, outputs: number): number {
  const first = inputs * hiddenSize + hiddenSize
  const middle = (blocks - 2) * (hiddenSize * hiddenSize + hiddenSize)
  const last = hiddenSize * outputs + outputs
  return first + middle + last
}

/** Bits of a weight at `precision`, row scales not counted. */
export function bitsPerWeight(precision: PredictorPrecision): number {
  if (precision === 'float32') return 32
  return precision === 'float16' ? 16 : Number(precision.slice('int'.length))
}

/** Whether weights of this precision are integers with a scale a row. */
export function isIntegerPrecision(precision: PredictorPrecision): boolean {
  return precision.startsWith('int')
}

/**
 * Bytes of a predictor of so many parameters: weights at `precision`; with integers a float16 scale a row, and biases,
 * one a row too, as float16.
 */
function predictorBytes(parameters: number, rows: number, precision: PredictorPrecision): number {
  if (precision === 'float32' || precision === 'float16') return parameters * bytesPerElement[precision]
  return Math.ceil(((parameters - rows) * bitsPerWeight(precision)) / 8) + rows * 2 * bytesPerHalf
}

/** Values of the embedding of one coordinate triple: sin and cos per level for each of the three (method 1.2). */
function embeddingSize(levels: number): number {
  return 2 * levels * 3
}

/** Bits to store the permutations by fixed-width indices (method 5.3). */
function permutationBits(mode: CompressConfig['permutation']['mode'], layers: readonly LayerShape[]): number {
  if (mode === 'none') return 0
  const width = (count: number): number => (count <= 1 ? 0 : Math.ceil(Math.log2(count)))
  let bits = 0
  for (const { shape } of layers) {
    const [filters, channels] = shape
    if (mode === 'cross-filter') bits += filters * channels * width(filters * channels)
    else bits += filters * channels * width(channels) + filters * width(filters)
  }
  return bits
}

/** Sizes of a compressed network under `config`. */
export function sizeBreakdown(network: NetworkShape, config: CompressConfig): SizeBreakdown {
  const kernelSize = Math.max(1, ...network.representedLayers.map(({ shape }) => Math.max(shape[2], shape[3])))
  const kernels = network.representedLayers.reduce((sum, { shape }) => sum + shape[0] * shape[1], 0)
  const representedWeights = network.representedLayers.reduce(
    (sum, { shape }) => sum + shape[0] * shape[1] * shape[2] * shape[3],
    0,
  )
  const predictorParameters = predictorParameterCount(
    embeddingSize(config.embedding.levels),
    config.predictor.hiddenSize,
    config.predictor.blocks,
    kernelSize * kernelSize,
  )
  const precision = config.storage.predictor
  const rows = config.predictor.hiddenSize * (config.predictor.blocks - 1) + kernelSize * kernelSize
  const elementsOf = (group: RemainderGroup): number =>
    network.remainder.filter((entry) => entry.group === group).reduce((sum, entry) => sum + entry.elements, 0)
  const remainderPart = (part: RemainderGroup): SizePart => ({
    part,
    bytes: elementsOf(part) * bytesPerElement[config.storage.remainder],
    detail: `${elementsOf(part).toLocaleString('en')} values, ${config.storage.remainder}`,
  })
  const parts: readonly SizePart[] = [
    {
      part: 'predictor',
      bytes: predictorBytes(predictorParameters, rows, precision),
      detail: `${predictorParameters.toLocaleString('en')} parameters, ${precision}${isIntegerPrecision(precision) ? ' with a float16 scale a row' : ''}`,
    },
    {
      part: 'permutation',
      bytes: Math.ceil(permutationBits(config.permutation.mode, network.representedLayers) / 8),
      detail: config.permutation.mode === 'none' ? 'none' : `${config.permutation.mode}, fixed-width indices`,
    },
    remainderPart('batch-norm'),
    remainderPart('linear'),
    remainderPart('other'),
    { part: 'header', bytes: headerBytes, detail: 'description and tensor table, upper estimate' },
  ]
  const totalBytes = parts.reduce((sum, part) => sum + part.bytes, 0)
  const remainderElements = elementsOf('batch-norm') + elementsOf('linear') + elementsOf('other')
  const originalBytes = (representedWeights + remainderElements) * 4
  const filters = network.representedLayers.reduce((sum, { shape }) => sum + shape[0], 0)
  return {
    parts,
    totalBytes,
    originalBytes,
    compressionRatio: originalBytes / totalBytes,
    relativeSizePercent: representedWeights === 0 ? 0 : (100 * predictorParameters) / representedWeights,
    predictorParameters,
    representedWeights,
    kernels,
    baselines: {
      float16Bytes: originalBytes / 2,
      // int8 weights with one fp16 scale a filter, the remainder in fp16.
      int8Bytes: representedWeights + filters * 2 + remainderElements * 2,
    },
  }
}
