/** Expected bytes of a predictor's package, by pure arithmetic; a finished run shows those of its file instead. */
import { formatCount } from '../../basics/format.ts'
import { log2Factorial } from '../../basics/log2-factorial.ts'
import {
  bitsPerHalf,
  bitsPerWeight,
  expectedRemainder,
  halvesBits,
  isIntegerPrecision,
  sizesOfParts,
  type LayerShape,
  type NetworkShape,
  type SizeBreakdown,
  type SizePart,
} from '../../package/accounting.ts'
import { kernelSizeOf, predictedShapeOf, seenAsTiles } from '../../tensors/represented-shape.ts'
import type { CompressConfig, PredictorPrecision } from './config.ts'
import { storedInputs } from './first-layer.ts'
import { partsOf, seesCoordinates } from './partition.ts'

/** Expected sizes of a network compressed under `config`, before anything has run. */
export function sizeBreakdown(original: NetworkShape, config: CompressConfig): SizeBreakdown {
  const network = shapeUnder(original, config.representation)
  const predictorParameters = predictorParametersOf(network, config)
  const mode = seesCoordinates(config.predictor.partition) ? config.permutation.mode : 'none'
  const precision = config.storage.predictor
  const parts = partCount(network, config)
  const pruned = parts * prunedWeights(config)
  return compressionSizes(network, config, [
    {
      part: 'predictor',
      bytes: predictorBytes(network, config),
      detail: [
        `${formatCount(predictorParameters)} parameters${parts === 1 ? '' : ` in ${formatCount(parts)} parts`}`,
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

/** Bits of a weight of the predictor as it is stored: integers may be coded in fewer than their own. */
function storedBitsPerWeight({ predictor, codedBits }: CompressConfig['storage']): number {
  const bits = bitsPerWeight(predictor)
  return codedBits > 0 && isIntegerPrecision(predictor) ? Math.min(bits, codedBits) : bits
}

/**
 * Bytes of a predictor of so many parameters: weights at `precision`; with integers a float16 scale a row, and biases,
 * one a row too, as float16. Pruned matrices are stored without their zeros where that is smaller.
 */
function predictorBytes(network: NetworkShape, config: CompressConfig): number {
  const { storage } = config
  const { hiddenSize, blocks } = config.predictor
  const parts = partCount(network, config)
  const outputs = kernelSizeOf(network.representedLayers) ** 2
  const inputs = storedInputs(config, network.representedLayers)
  const isHalf = storage.predictor === 'float16'
  const bits = storedBitsPerWeight(storage)
  const bitsOf = (count: number): number => (isHalf ? halvesBits(count) : count * bits)
  // Biases have the weights' precision beside floats, and are halves with a scale each beside integers.
  const biasBits = (rows: number): number =>
    isIntegerPrecision(storage.predictor) ? rows * 2 * bitsPerHalf : bitsOf(rows)
  const outer = bitsOf(parts * inputs * hiddenSize) + bitsOf(parts * hiddenSize * outputs)
  const hidden = (blocks - 2) * prunedMatrixBits(parts, hiddenSize ** 2, storage.pruning, bitsOf)
  const biases = (blocks - 1) * biasBits(parts * hiddenSize) + biasBits(parts * outputs)
  return Math.ceil((outer + hidden + biases) / 8)
}

/**
 * Bits of `matrices` of so many weights each: all of them, or positions of those that are not zero and their values.
 * @param bitsOf bits of so many values
 */
function prunedMatrixBits(
  matrices: number,
  weights: number,
  pruning: number,
  bitsOf: (count: number) => number,
): number {
  const size = matrices * weights
  const zeros = matrices * Math.floor(pruning * weights)
  const positions = log2Factorial(size) - log2Factorial(zeros) - log2Factorial(size - zeros)
  return Math.min(bitsOf(size), positions + bitsOf(size - zeros))
}

/** Small predictors that the configuration has a network of; 1 for the published one. */
export function partCount({ representedLayers }: NetworkShape, { predictor }: CompressConfig): number {
  return partsOf(predictor.partition, representedLayers)?.length ?? 1
}

/** Weights of a part that pruning sets to zero. */
function prunedWeights({ predictor, storage }: CompressConfig): number {
  return (predictor.blocks - 2) * Math.floor(storage.pruning * predictor.hiddenSize ** 2)
}

/** Bits to store the permutations at their information content (docs/format.md). */
function permutationBits(mode: CompressConfig['permutation']['mode'], layers: readonly LayerShape[]): number {
  if (mode === 'none') return 0
  let bits = 0
  for (const layer of layers) {
    const [filters, channels] = predictedShapeOf(layer)
    if (mode === 'cross-filter') bits += log2Factorial(filters * channels)
    else bits += log2Factorial(filters) + filters * log2Factorial(channels)
  }
  return bits
}

/** `network` with what a configuration has the predictor represent beyond the network's own layers. */
export function shapeUnder(network: NetworkShape, representation: CompressConfig['representation']): NetworkShape {
  const representedLayers = seenAsTiles(network.representedLayers, representation.tiles)
  if (!representation.linearLayers) return { ...network, representedLayers }
  const linear = network.remainder.flatMap(({ name, linearShape }): readonly LayerShape[] =>
    linearShape === undefined ? [] : [{ name, shape: linearShape }],
  )
  return {
    representedLayers: [...representedLayers, ...seenAsTiles(linear, representation.tiles)],
    remainder: network.remainder.filter(({ linearShape }) => linearShape === undefined),
  }
}

function predictorParametersOf(network: NetworkShape, config: CompressConfig): number {
  const kernelSize = kernelSizeOf(network.representedLayers)
  const { hiddenSize, blocks } = config.predictor
  const inputs = storedInputs(config, network.representedLayers)
  return partCount(network, config) * predictorParameterCount(inputs, hiddenSize, blocks, kernelSize * kernelSize)
}
