/** Expected bytes of a baseline, by pure arithmetic on shapes; a finished run shows those of its file instead. */
import {
  bitsPerWeight,
  bytesPerElement,
  expectedRemainder,
  halvesBits,
  isIntegerPrecision,
  sizesOfParts,
  type LayerShape,
  type NetworkShape,
  type SizeBreakdown,
} from '../../package/accounting.ts'
import { unfoldedSize } from '../../tensors/compressed-tensor.ts'
import type { BaselineConfig } from './config.ts'
import { formatCount } from '../../basics/format.ts'
import { sizeOf } from '../../tensors/host-tensor.ts'
import { kernelShapeOf } from '../../tensors/represented-shape.ts'
import { assertNever } from '../../basics/result.ts'

/** Expected sizes, before anything has run; undefined where they depend on the weights themselves. */
export function baselineSizes(network: NetworkShape, config: BaselineConfig): SizeBreakdown | undefined {
  const kernels = expectedKernels(network.representedLayers, config)
  if (kernels === undefined) return undefined
  return sizesOfParts(network, [
    { part: 'kernels', ...kernels },
    ...expectedRemainder(network, config.storage.remainder, config.storage.entropyCoding),
  ])
}

interface ExpectedKernels {
  readonly bytes: number
  readonly detail: string
}

function expectedKernels(layers: readonly LayerShape[], config: BaselineConfig): ExpectedKernels | undefined {
  const weights = sum(layers, weightsOf)
  const counted = `${formatCount(weights)} weights`
  const { entropyCoding } = config.storage
  switch (config.method) {
    case 'quantisation':
      return quantised(layers, config, counted)
    case 'weight-sharing': {
      const { bits } = config.weightSharing
      const bytes = sum(layers, (layer) => packed(weightsOf(layer), bits) + 2 ** bits * bytesPerElement.float16)
      return { bytes, detail: `${counted}, ${2 ** bits} shared in a layer, packed` }
    }
    case 'low-rank':
      return lowRank(layers, config, counted)
    case 'pruning': {
      const { kept, values } = config.pruning
      const stored = Math.max(1, Math.round(kept * weights))
      const filters = sum(layers, ({ shape }) => shape[0])
      const valueBytes =
        values === 'float16' ? halvesBytes(stored, entropyCoding) : stored + bytesPerElement.float16 * filters
      // Entropy coded positions take no more than this, whichever layers the kept weights are in.
      const bitsOfPosition = entropyCoding ? binaryEntropy(stored / weights) : 1
      const bytes = valueBytes + Math.ceil((weights * bitsOfPosition) / 8)
      return { bytes, detail: `${formatCount(stored)} of ${counted}, ${values} with positions` }
    }
    default:
      return assertNever(config.method)
  }
}

function quantised(
  layers: readonly LayerShape[],
  { quantisation: { precision }, storage: { entropyCoding } }: BaselineConfig,
  counted: string,
): ExpectedKernels {
  if (!isIntegerPrecision(precision)) {
    const bytes = sum(layers, (layer) => halvesBytes(weightsOf(layer), entropyCoding))
    return { bytes, detail: `${counted}, ${precision}${codedAs(entropyCoding)}` }
  }
  const bits = bitsPerWeight(precision)
  // Entropy coding makes it shorter, by how much only the weights say.
  const bytes = sum(layers, (layer) => packed(weightsOf(layer), bits) + bytesPerElement.float16 * layer.shape[0])
  return { bytes, detail: `${counted}, ${precision} with a float16 scale a filter, packed` }
}

/** The rank that reaches some energy is known to the weights only. */
function lowRank(
  layers: readonly LayerShape[],
  { lowRank: { unfolding, rule, share }, storage: { entropyCoding } }: BaselineConfig,
  counted: string,
): ExpectedKernels | undefined {
  if (rule === 'energy') return undefined
  const bytes = sum(layers, (layer) => {
    const [rows, columns] = unfoldedSize(kernelShapeOf(layer.shape), unfolding)
    const rank = Math.max(1, Math.ceil(share * Math.min(rows, columns)))
    return halvesBytes(Math.min(weightsOf(layer), rank * (rows + columns)), entropyCoding)
  })
  return { bytes, detail: `${counted} as factors, float16${codedAs(entropyCoding)}` }
}

/** Bytes of `count` halves of one tensor; where they are entropy coded, about. */
function halvesBytes(count: number, entropyCoding: boolean): number {
  return entropyCoding ? Math.ceil(halvesBits(count) / 8) : bytesPerElement.float16 * count
}

function codedAs(entropyCoding: boolean): string {
  return entropyCoding ? ', entropy coded, estimate' : ''
}

function packed(codes: number, bits: number): number {
  return Math.ceil((codes * bits) / 8)
}

/** Bits that a yes or no takes which is yes with this probability. */
function binaryEntropy(probability: number): number {
  if (probability <= 0 || probability >= 1) return 0
  return -probability * Math.log2(probability) - (1 - probability) * Math.log2(1 - probability)
}

function weightsOf({ shape }: LayerShape): number {
  return sizeOf(shape)
}

function sum(layers: readonly LayerShape[], of: (layer: LayerShape) => number): number {
  return layers.reduce((total, layer) => total + of(layer), 0)
}
