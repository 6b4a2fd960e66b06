import { readBack } from '#engine/quantisation/stored-parameters.ts'
import { readBaselinePackage } from '#formats/baseline-package/reader.ts'
import { unwrap } from '#shared/basics/result.ts'
import { decompressed } from '#shared/tensors/compressed-tensor.ts'
import type { CompressionMethod } from '../method.ts'
import { DirectRun } from './direct-run.ts'

/** The methods that store the kernels themselves (docs/baselines.md). */
export const directCompression: CompressionMethod<'baseline'> = {
  start: (options) => DirectRun.start(options),
  async decode(bytes, fileName) {
    const { network, layers, kept } = unwrap(readBaselinePackage(bytes, fileName))
    return { network, weights: decompressed(layers), kept: readBack(kept) }
  },
}
