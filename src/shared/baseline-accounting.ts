/** Expected bytes of a baseline, by pure arithmetic on shapes; a finished run shows those of its file instead. */
import {
  bitsPerWeight,
  bytesPerElement,
  expectedRemainder,
  isIntegerPrecision,
  sizesOfParts,
  type LayerShape,
  type NetworkShape,
  type SizeBreakdown,
} from './accounting.ts'
import type { BaselineConfig } from './experiment-config.ts'

/** Expected sizes, before anything has run; undefined where they depend on the weights themselves. */
export function baselineSizes(network: NetworkShape, config: BaselineConfig): SizeBreakdown | undefined {
  const kernels = kernelBytes(network.representedLayers, config)
  return sizesOfParts(network, [
    { part: 'kernels', ...kernels },
    ...expectedRemainder(network, config.storage.remainder),
  ])
}

function kernelBytes(
  layers: readonly LayerShape[],
  { quantisation: { precision } }: BaselineConfig,
): { readonly bytes: number; readonly detail: string } {
  const weights = layers.reduce((sum, layer) => sum + weightsOf(layer), 0)
  const counted = `${weights.toLocaleString('en')} weights, ${precision}`
  if (!isIntegerPrecision(precision)) return { bytes: bytesPerElement.float16 * weights, detail: counted }
  const bits = bitsPerWeight(precision)
  const codes = layers.reduce((sum, layer) => sum + Math.ceil((weightsOf(layer) * bits) / 8), 0)
  const filters = layers.reduce((sum, { shape }) => sum + shape[0], 0)
  // Entropy coding makes it shorter, by how much only the weights say.
  return {
    bytes: codes + bytesPerElement.float16 * filters,
    detail: `${counted} with a float16 scale a filter, packed`,
  }
}

function weightsOf({ shape }: LayerShape): number {
  return shape[0] * shape[1] * shape[2] * shape[3]
}
