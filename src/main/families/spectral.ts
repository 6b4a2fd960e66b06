/** Compressions by coded kernels. */
import { networkShape } from '#networks/network-shape.ts'
import { unwrap } from '#shared/basics/result.ts'
import type { SpectralConfig } from '#shared/methods/spectral/config.ts'
import { codableLayers, layerPrecisions } from '#shared/methods/spectral/layer-precisions.ts'
import type { DatasetRecord } from '#shared/protocol/records.ts'
import { assertImages } from '../library/dataset-fit.ts'
import { assertCompressible, compressionInputs } from './compression.ts'
import { withKnownTimes } from './job-inputs.ts'
import type { MainFamily } from './main-family.ts'
import { storePackaged } from './store-packaged.ts'

export const spectralInMain: MainFamily<'spectral'> = {
  async assertRunnable(store, config, subject) {
    const { dataset, graph } = await assertCompressible(store, config, subject)
    assertTrainingImages(config, dataset)
    unwrap(layerPrecisions(config.layers, codableLayers(networkShape(graph))))
  },

  async job({ store, experiment, config, executor }) {
    const inputs = await compressionInputs(store, experiment)
    return withKnownTimes(store, executor, { kind: 'spectral', config, ...inputs })
  },

  store(context, experiment, _config, run, result) {
    return storePackaged(context, experiment, run, result, (common) => ({
      kind: 'spectral',
      ...common,
      seconds: result.seconds,
    }))
  },
}

/** Throws `dataset-mismatch`. */
function assertTrainingImages({ distillation, correction }: SpectralConfig, dataset: DatasetRecord): void {
  if (distillation.steps > 0) {
    assertImages(dataset, 'train', distillation.dataBatch, 'fill a batch of the distillation')
  }
  if (correction.images === 'dataset') assertImages(dataset, 'train', correction.count, 'correct the channels on')
}
