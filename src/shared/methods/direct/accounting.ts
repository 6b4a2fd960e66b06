/** Expected bytes of kernels stored themselves, by pure arithmetic on shapes; a finished run shows those of its file. */
import { expectedRemainder, sizesOfParts, type NetworkShape, type SizeBreakdown } from '../../package/accounting.ts'
import type { BaselineConfig } from './config.ts'
import { directMethodOf } from './methods.ts'

/** Expected sizes, before anything has run; undefined where they depend on the weights themselves. */
export function baselineSizes(network: NetworkShape, config: BaselineConfig): SizeBreakdown | undefined {
  const kernels = directMethodOf(config).expectedKernels(network.representedLayers, config)
  if (kernels === undefined) return undefined
  return sizesOfParts(network, [
    { part: 'kernels', ...kernels },
    ...expectedRemainder(network, config.storage.remainder, config.storage.entropyCoding),
  ])
}
