import { readBack } from '#engine/quantisation/stored-parameters.ts'
import { readPackage } from '#formats/nern-package/reader.ts'
import { unwrap } from '#shared/basics/result.ts'
import type { CompressionMethod } from '../method.ts'
import { packagedWeights } from './packaged-weights.ts'
import { PredictorRun } from './predictor-run.ts'

/** The method of the paper: a predictor gives each kernel from its coordinate. */
export const nern: CompressionMethod<'compress'> = {
  start: (options) => PredictorRun.start(options),
  async decode(bytes, fileName, executor) {
    const content = unwrap(readPackage(bytes, fileName))
    return {
      network: content.network,
      weights: await packagedWeights(executor, content),
      kept: readBack(content.kept),
    }
  },
}
