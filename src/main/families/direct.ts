/** Compressions that store the kernels themselves. */
import { AppException } from '#shared/basics/result.ts'
import { isDistillable } from '#shared/methods/direct/title.ts'
import type { BaselineConfig } from '#shared/methods/direct/config.ts'
import type { DatasetRecord } from '#shared/protocol/records.ts'
import { assertImages } from '../library/dataset-fit.ts'
import { assertCompressible, compressionInputs } from './compression.ts'
import { withKnownTimes } from './job-inputs.ts'
import type { MainFamily } from './main-family.ts'
import { storePackaged } from './store-packaged.ts'

export const directInMain: MainFamily<'baseline'> = {
  async assertRunnable(store, config, subject) {
    const { dataset } = await assertCompressible(store, config, subject)
    assertCanDistil(config, dataset)
  },

  async job({ store, experiment, config, executor }) {
    const inputs = await compressionInputs(store, experiment)
    return withKnownTimes(store, executor, { kind: 'baseline', config, ...inputs })
  },

  store(context, experiment, _config, run, result) {
    return storePackaged(context, experiment, run, result, (common) => ({
      kind: 'baseline',
      ...common,
      seconds: result.seconds,
    }))
  },
}

/** Throws `invalid-config`, `dataset-mismatch`. */
function assertCanDistil(config: BaselineConfig, dataset: DatasetRecord): void {
  const { steps, dataBatch } = config.distillation
  if (steps === 0) return
  assertImages(dataset, 'train', dataBatch, 'fill a batch of the distillation')
  if (isDistillable(config)) return
  throw new AppException({
    code: 'invalid-config',
    message: `The distillation has ${steps} steps, but the method ${config.method} cannot be trained as it is stored.`,
    where: 'distillation.steps, method',
    remedy: 'Quantise to integers or prune, or give the distillation 0 steps.',
  })
}
