/** Compressions by a predictor. */
import { stat } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { AppException } from '#shared/basics/result.ts'
import { plannedSteps } from '#shared/methods/nern/phases.ts'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import { isIntegerPrecision } from '#shared/package/accounting.ts'
import type { NetworkRecord } from '#shared/protocol/records.ts'
import { assertImages } from '../library/dataset-fit.ts'
import { keepPermutation, keptPermutation } from '../library/permutation-cache.ts'
import { packagePath } from '../store/layout.ts'
import type { Store } from '../store/store.ts'
import { assertCompressible, compressionInputs } from './compression.ts'
import { withKnownTimes } from './job-inputs.ts'
import type { MainFamily } from './main-family.ts'
import { storePackaged } from './store-packaged.ts'

export const nernInMain: MainFamily<'compress'> = {
  async assertRunnable(store, config, subject) {
    const { network, dataset } = await assertCompressible(store, config, subject)
    if (config.distillation.steps + config.quantisation.steps > 0) {
      assertImages(dataset, 'train', config.distillation.dataBatch, 'fill a batch of the distillation')
    }
    if (config.start !== undefined) assertCanStartPredictor(store, config, config.start.runId, network)
    assertPhases(config)
  },

  async job({ store, experiment, config, executor, onDamaged }) {
    const inputs = await compressionInputs(store, experiment)
    const permutationPath = await keptPermutation(store.layout, inputs.network.sha256, config, onDamaged)
    return withKnownTimes(store, executor, {
      kind: 'compress',
      config,
      ...inputs,
      ...(permutationPath === undefined ? {} : { permutationPath }),
      ...(config.start === undefined ? {} : { startPath: await startPackage(store, config.start.runId) }),
    })
  },

  async keepPermutation({ store, writeBytes }, config, networkId, found) {
    const { sha256 } = store.networks.get(networkId)
    await keepPermutation(store.layout, sha256, config, found, writeBytes)
  },

  store(context, experiment, _config, run, result) {
    const { permutationSource, smoothness } = result
    return storePackaged(context, experiment, run, result, (common) => ({
      kind: 'compress',
      ...common,
      seconds: result.seconds,
      permutationSource,
      ...(smoothness === undefined ? {} : { smoothness }),
    }))
  },
}

/** Throws `invalid-config` where nothing would be learned, or a phase has nothing to round. */
function assertPhases(config: CompressConfig): void {
  if (plannedSteps(config) === 0 && config.start === undefined) {
    throw new AppException({
      code: 'invalid-config',
      message: 'All phases have 0 steps: nothing would be learned.',
      where: 'reconstruction.steps, distillation.steps',
      remedy: 'Give one of them some steps, or start from a finished predictor.',
    })
  }
  if (config.quantisation.steps > 0 && !isIntegerPrecision(config.storage.predictor)) {
    throw new AppException({
      code: 'invalid-config',
      message: `The quantisation phase has ${config.quantisation.steps} steps, but the predictor is stored as ${config.storage.predictor}.`,
      where: 'quantisation.steps, storage.predictor',
      remedy: 'Store the predictor as integers, or give the phase 0 steps.',
    })
  }
}

/** A predictor fits only where everything that gives it its meaning is the same. Throws `invalid-config`, `not-found`. */
function assertCanStartPredictor(store: Store, config: CompressConfig, runId: string, network: NetworkRecord): void {
  const run = store.runs.get(runId)
  const source = store.experiments.get(run.experimentId)
  if (run.status !== 'completed' || source.config.kind !== config.kind) {
    throw new AppException({
      code: 'invalid-config',
      message: `${source.name} has no finished predictor: its run ${run.attempt} is ${run.status}.`,
      where: 'start.runId',
      remedy: 'Start from a compression that was completed.',
    })
  }
  const known = source.config
  const different = [
    ...(source.networkId === network.id ? [] : ['network']),
    ...(['representation', 'embedding', 'predictor', 'permutation'] as const).filter(
      (part) => !isDeepStrictEqual(known[part], config[part]),
    ),
  ]
  if (different.length === 0) return
  throw new AppException({
    code: 'invalid-config',
    message: `The predictor of ${source.name} does not fit here: ${different.join(', ')} differ.`,
    where: different.join(', '),
    remedy: `Take them from ${source.name}, or start from random weights.`,
  })
}

/** The package of a completed run, as the start of another. Errors: `not-found`. */
async function startPackage(store: Store, runId: string): Promise<string> {
  const path = packagePath(store.layout, runId, 'nern')
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() === true) return path
  throw new AppException({
    code: 'not-found',
    message: 'The run whose predictor this experiment starts from is no longer in the store.',
    where: path,
    remedy: 'Run that experiment again and start from it, or start from random weights.',
  })
}
