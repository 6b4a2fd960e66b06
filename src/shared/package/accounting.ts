/**
 * Honest sizes: the bytes of a package part by part, against the original in the same accounting; expected ones by
 * pure arithmetic on shapes, so that the editor can show them while the user types, and measured ones of a finished run.
 */
import { z } from 'zod'
import type { CompressConfig, PredictorPrecision } from '../methods/nern/config.ts'
import type { RemainderPrecision } from '../experiment/config-fields.ts'
import { storedInputs } from '../methods/nern/first-layer.ts'
import { formatCount } from '../basics/format.ts'
import { sizeOf } from '../tensors/host-tensor.ts'
import { kernelSizeOf, linearShapeSchema, representedShapeSchema } from '../tensors/represented-shape.ts'
import { scaleRows } from '../tensors/stored-tensor.ts'

const layerShapeSchema = z.strictObject({ name: z.string(), shape: representedShapeSchema }).readonly()
export type LayerShape = z.infer<typeof layerShapeSchema>

/** A tensor the predictor does not represent: of batch-norm, classifier, biases, other layers. */
const remainderTensorSchema = z
  .strictObject({
    name: z.string(),
    shape: z.array(z.int()).readonly(),
    group: z.enum(['batch-norm', 'linear', 'other']),
    /** Of a batch norm: never stored as integers, since what divides needs its small values as exact as its large ones. */
    isVariance: z.boolean(),
    /** `shape`, of a linear layer's weight, which a configuration can have represented. */
    linearShape: linearShapeSchema.exactOptional(),
  })
  .readonly()
export type RemainderTensor = z.infer<typeof remainderTensorSchema>
export type RemainderGroup = RemainderTensor['group']

/** What accounting needs to know of a network. */
export const networkShapeSchema = z
  .strictObject({
    representedLayers: z.array(layerShapeSchema).readonly(),
    remainder: z.array(remainderTensorSchema).readonly(),
  })
  .readonly()
export type NetworkShape = z.infer<typeof networkShapeSchema>

export const sizePartNames = [
  'predictor',
  'permutation',
  /** Represented kernels that are stored themselves: what a baseline has instead of predictor and permutation. */
  'kernels',
  'batch-norm',
  'linear',
  'other',
  'header',
] as const
export type SizePartName = (typeof sizePartNames)[number]

const sizePartSchema = z.strictObject({
  part: z.enum(sizePartNames),
  bytes: z.number(),
  /** How it is stored, e.g. `117,289 parameters, float32`. */
  detail: z.string(),
})
export type SizePart = Readonly<z.infer<typeof sizePartSchema>>

export const sizeBreakdownSchema = z.strictObject({
  parts: z.array(sizePartSchema.readonly()).readonly(),
  totalBytes: z.number(),
  /** The original state dict in float32, batch-norm statistics and classifier counted, without a header. */
  originalBytes: z.number(),
  /** originalBytes / totalBytes: everything counted. */
  compressionRatio: z.number(),
  /**
   * Predictor parameters / represented weights in percent: the paper's accounting, permutations not counted. Absent, as
   * the parameters, where there is no predictor.
   */
  relativeSizePercent: z.number().exactOptional(),
  predictorParameters: z.number().exactOptional(),
  representedWeights: z.number(),
  kernels: z.number(),
  /** What plain storage of the original would weigh, same accounting. */
  baselines: z.strictObject({ float16Bytes: z.number(), int8Bytes: z.number() }).readonly(),
})
export type SizeBreakdown = Readonly<z.infer<typeof sizeBreakdownSchema>>

export const bytesPerElement = { float32: 4, float16: 2 } as const
/**
 * Bits of a weight as a coded half (docs/format.md), its tensor's histogram not counted. Normally distributed weights take
 * 13.49 whatever their deviation; measured are 13.5 on kernels of a ResNet-20 and 13.8 on predictors (docs/adr/0010).
 */
const codedHalfBits = 13.7
const histogramSymbols = 64
/** A row's scale, and its bias, beside integer weights. */
const bitsPerHalf = 16
/**
 * Header and compressed description of a package: a fixed part, and what each tensor's name and shape adds. Measured on
 * the CIFAR ResNets (docs/format.md); a finished run shows the measured bytes instead.
 */
const headerBytes = { fixed: 1500, perTensor: 3 } as const

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

/** Bits of a weight of the predictor as it is stored: integers may be coded in fewer than their own. */
function storedBitsPerWeight({ predictor, codedBits }: CompressConfig['storage']): number {
  const bits = bitsPerWeight(predictor)
  return codedBits > 0 && isIntegerPrecision(predictor) ? Math.min(bits, codedBits) : bits
}

/** Bits of `count` halves of one tensor, about: coded where that is expected to be shorter. */
export function halvesBits(count: number): number {
  if (count === 0) return 0
  const histogramBits = histogramSymbols * (Math.floor(Math.log2(count)) + 1)
  return Math.min(count * bitsPerHalf, count * codedHalfBits + histogramBits)
}

/** Whether weights of this precision are integers with a scale a row. */
export function isIntegerPrecision(precision: PredictorPrecision): boolean {
  return precision.startsWith('int')
}

/**
 * Bytes of a predictor of so many parameters: weights at `precision`; with integers a float16 scale a row, and biases,
 * one a row too, as float16. Pruned matrices are stored without their zeros where that is smaller.
 */
function predictorBytes(network: NetworkShape, config: CompressConfig): number {
  const { storage } = config
  const { hiddenSize, blocks } = config.predictor
  const outputs = kernelSizeOf(network.representedLayers) ** 2
  const inputs = storedInputs(config, network.representedLayers)
  const isHalf = storage.predictor === 'float16'
  const bits = storedBitsPerWeight(storage)
  const bitsOf = (count: number): number => (isHalf ? halvesBits(count) : count * bits)
  // Biases have the weights' precision beside floats, and are halves with a scale each beside integers.
  const biasBits = (rows: number): number =>
    isIntegerPrecision(storage.predictor) ? rows * 2 * bitsPerHalf : bitsOf(rows)
  const outer = bitsOf(inputs * hiddenSize) + bitsOf(hiddenSize * outputs)
  const hidden = (blocks - 2) * prunedMatrixBits(hiddenSize ** 2, storage.pruning, bitsOf)
  const biases = (blocks - 1) * biasBits(hiddenSize) + biasBits(outputs)
  return Math.ceil((outer + hidden + biases) / 8)
}

/**
 * Bits of a matrix of `size` weights: all of them, or positions of those that are not zero and their values.
 * @param bitsOf bits of so many values
 */
function prunedMatrixBits(size: number, pruning: number, bitsOf: (count: number) => number): number {
  const zeros = Math.floor(pruning * size)
  const positions = log2Factorial(size) - log2Factorial(zeros) - log2Factorial(size - zeros)
  return Math.min(bitsOf(size), positions + bitsOf(size - zeros))
}

/** Weights that pruning sets to zero. */
function prunedWeights({ predictor, storage }: CompressConfig): number {
  return (predictor.blocks - 2) * Math.floor(storage.pruning * predictor.hiddenSize ** 2)
}

/** log2(n!), the information in an order of n things: Stirling's series, right to 1e-3 from n = 1 on. */
export function log2Factorial(count: number): number {
  if (count < 2) return 0
  const natural = count * Math.log(count) - count + Math.log(2 * Math.PI * count) / 2 + 1 / (12 * count)
  return natural / Math.LN2
}

/** Bits to store the permutations at their information content (docs/format.md). */
function permutationBits(mode: CompressConfig['permutation']['mode'], layers: readonly LayerShape[]): number {
  if (mode === 'none') return 0
  let bits = 0
  for (const { shape } of layers) {
    const [filters, channels] = shape
    if (mode === 'cross-filter') bits += log2Factorial(filters * channels)
    else bits += log2Factorial(filters) + filters * log2Factorial(channels)
  }
  return bits
}

/** `network` with what a configuration has the predictor represent beyond the network's own layers. */
export function shapeUnder(network: NetworkShape, representation: CompressConfig['representation']): NetworkShape {
  if (!representation.linearLayers) return network
  const linear = network.remainder.flatMap(({ name, linearShape }): readonly LayerShape[] =>
    linearShape === undefined ? [] : [{ name, shape: linearShape }],
  )
  return {
    representedLayers: [...network.representedLayers, ...linear],
    remainder: network.remainder.filter(({ linearShape }) => linearShape === undefined),
  }
}

/** Expected sizes of a network compressed under `config`, before anything has run. */
export function sizeBreakdown(original: NetworkShape, config: CompressConfig): SizeBreakdown {
  const network = shapeUnder(original, config.representation)
  const predictorParameters = predictorParametersOf(network, config)
  const { mode } = config.permutation
  const precision = config.storage.predictor
  const pruned = prunedWeights(config)
  return compressionSizes(network, config, [
    {
      part: 'predictor',
      bytes: predictorBytes(network, config),
      detail: [
        `${formatCount(predictorParameters)} parameters`,
        ...(pruned === 0 ? [] : [`${formatCount(pruned)} of them zero`]),
        expectedPrecision(precision),
      ].join(', '),
    },
    {
      part: 'permutation',
      bytes: Math.ceil(permutationBits(mode, network.representedLayers) / 8),
      detail: mode === 'none' ? 'none' : `${mode}, range coded`,
    },
    ...expectedRemainder(network, config.storage.remainder),
  ])
}

/** How a predictor is expected to be stored, e.g. `int6 with a float16 scale a row`. */
function expectedPrecision(precision: PredictorPrecision): string {
  if (precision === 'float16') return `${precision}, entropy coded, estimate`
  return isIntegerPrecision(precision) ? `${precision} with a float16 scale a row` : precision
}

/**
 * Expected parts of every package: what is not represented, and the header.
 * @param allowsEntropy without it every number takes exactly its bits
 */
export function expectedRemainder(
  network: NetworkShape,
  precision: RemainderPrecision,
  allowsEntropy = true,
): readonly SizePart[] {
  const groups = ['batch-norm', 'linear', 'other'] as const
  const tensors = network.representedLayers.length + network.remainder.length
  return [
    ...groups.map((part) => {
      const own = network.remainder.filter(({ group }) => group === part)
      const elements = own.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
      const bytes = own.reduce((sum, tensor) => sum + remainderBytes(tensor, precision, allowsEntropy), 0)
      return { part, bytes, detail: `${formatCount(elements)} values, ${precision}` }
    }),
    {
      part: 'header',
      bytes: headerBytes.fixed + headerBytes.perTensor * tensors,
      detail: 'description and tensor table, estimate',
    },
  ]
}

/** Bytes of one tensor that is not represented; of its integers before any entropy coding. */
function remainderBytes(
  { shape, isVariance }: RemainderTensor,
  precision: RemainderPrecision,
  allowsEntropy: boolean,
): number {
  const count = sizeOf(shape)
  if (precision === 'float32') return count * bytesPerElement.float32
  const isHalf = precision === 'float16' || isVariance
  if (!isHalf) return count + bytesPerElement.float16 * scaleRows(shape)
  return allowsEntropy ? Math.ceil(halvesBits(count) / 8) : count * bytesPerElement.float16
}

/**
 * The whole of a compression's `parts`, measured or expected, against the original.
 * @param network as `shapeUnder` gives it
 */
export function compressionSizes(
  network: NetworkShape,
  config: CompressConfig,
  parts: readonly SizePart[],
): SizeBreakdown {
  const sizes = sizesOfParts(network, parts)
  const predictorParameters = predictorParametersOf(network, config)
  const { representedWeights } = sizes
  return {
    ...sizes,
    relativeSizePercent: representedWeights === 0 ? 0 : (100 * predictorParameters) / representedWeights,
    predictorParameters,
  }
}

/** The whole of `parts`, measured or expected, against the original. */
export function sizesOfParts(network: NetworkShape, parts: readonly SizePart[]): SizeBreakdown {
  const kernels = network.representedLayers.reduce((sum, { shape }) => sum + shape[0] * shape[1], 0)
  const representedWeights = network.representedLayers.reduce((sum, layer) => sum + sizeOf(layer.shape), 0)
  const totalBytes = parts.reduce((sum, part) => sum + part.bytes, 0)
  const remainderElements = network.remainder.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  const originalBytes = (representedWeights + remainderElements) * 4
  const filters = network.representedLayers.reduce((sum, { shape }) => sum + shape[0], 0)
  return {
    parts,
    totalBytes,
    originalBytes,
    compressionRatio: originalBytes / totalBytes,
    representedWeights,
    kernels,
    baselines: {
      float16Bytes: originalBytes / 2,
      // int8 weights with one fp16 scale a filter, the remainder in fp16.
      int8Bytes: representedWeights + filters * 2 + remainderElements * 2,
    },
  }
}

function predictorParametersOf(network: NetworkShape, config: CompressConfig): number {
  const kernelSize = kernelSizeOf(network.representedLayers)
  const { hiddenSize, blocks } = config.predictor
  const inputs = storedInputs(config, network.representedLayers)
  return predictorParameterCount(inputs, hiddenSize, blocks, kernelSize * kernelSize)
}
