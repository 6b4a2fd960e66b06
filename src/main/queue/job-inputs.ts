import { stat } from 'node:fs/promises'
import { accuracyCount } from '#shared/measures/accuracy-pairs.ts'
import type { ExperimentRecord } from '#shared/protocol/records.ts'
import { AppException } from '#shared/basics/result.ts'
import { stageSubject, type TimedJob } from '#shared/experiment/stage-times.ts'
import type { ExecutorChoice, SplitPredictions, TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { keptPermutation } from '../library/permutation-cache.ts'
import { datasetInput, networkInput } from '../library/stored-inputs.ts'
import { packagePath } from '../store/layout.ts'
import type { Store } from '../store/store.ts'

/** The package of a completed run, as the start of another. Errors: `not-found`. */
async function startPackage(store: Store, runId: string): Promise<string> {
  const path = packagePath(store.layout, runId, 'compress')
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() === true) return path
  throw new AppException({
    code: 'not-found',
    message: 'The run whose predictor this experiment starts from is no longer in the store.',
    where: path,
    remedy: 'Run that experiment again and start from it, or start from random weights.',
  })
}

/** The job of an experiment; `onDamaged` hears of a kept permutation that is not whole. Errors: `not-found`, `file-corrupt`. */
export async function experimentJob(
  store: Store,
  experiment: ExperimentRecord,
  executor: ExecutorChoice,
  onDamaged: (text: string) => void,
): Promise<TrainerJob> {
  const { config, networkId, datasetId, name } = experiment
  const dataset = datasetInput(store, datasetId)
  if (config.kind === 'train') {
    const start = networkId === undefined ? {} : { network: await networkInput(store, networkId) }
    return withKnownTimes(store, executor, { kind: 'train', config, ...start, dataset })
  }
  if (networkId === undefined) {
    throw new AppException({ code: 'invalid-config', message: `${name} names no network to compress.` })
  }
  const network = await networkInput(store, networkId)
  const originalEvaluations = wholeEvaluations(store, networkId, datasetId)
  if (config.kind === 'baseline') {
    return withKnownTimes(store, executor, { kind: 'baseline', config, network, dataset, originalEvaluations })
  }
  const permutationPath = await keptPermutation(store.layout, network.sha256, config, onDamaged)
  return withKnownTimes(store, executor, {
    kind: 'compress',
    config,
    network,
    dataset,
    originalEvaluations,
    ...(permutationPath === undefined ? {} : { permutationPath }),
    ...(config.start === undefined ? {} : { startPath: await startPackage(store, config.start.runId) }),
  })
}

function withKnownTimes<J extends TimedJob>(store: Store, executor: ExecutorChoice, job: J): J {
  return { ...job, knownTimes: store.stageTimes.of(executor, stageSubject(job)) }
}

/** What was measured of a network on all images of validation and test before: a run need not do it again. */
function wholeEvaluations(store: Store, networkId: string, datasetId: string): SplitPredictions[] {
  const { counts } = store.datasets.get(datasetId)
  return (['validation', 'test'] as const).flatMap((split) => {
    const best = store.evaluations.best({ networkId }, datasetId, split)
    if (best?.total !== counts[split]) return []
    const predictions = Uint8Array.from(store.evaluations.predictions(best.id))
    return [{ of: 'original', split, ...accuracyCount(best), predictions }]
  })
}
