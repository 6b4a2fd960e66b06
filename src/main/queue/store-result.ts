import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { networkShape } from '#networks/network-shape.ts'
import { sizeBreakdown } from '#shared/accounting.ts'
import { splitNames, type AccuracyPair, type ExperimentRecord, type RunRecord } from '#shared/records.ts'
import { AppException } from '#shared/result.ts'
import type { JobResult, SplitPredictions } from '#shared/trainer-protocol.ts'
import type { StudioContext } from '../context.ts'
import { atomicWrite } from '../files/atomic-write.ts'
import { zooNetwork } from '../library/network-content.ts'
import { addTrainedNetwork } from '../library/trained-network.ts'
import { reconstructedPath, runPath } from '../store/layout.ts'
import type { Store } from '../store/store.ts'

type CompressJobResult = Extract<JobResult, { kind: 'compress' }>
type TrainJobResult = Extract<JobResult, { kind: 'train' }>

/** In the folder of a compress run, beside the reconstructed network. */
const predictorFile = 'predictor.safetensors'

/**
 * Keeps what a run produced: files first, then evaluations, result and status in one transaction.
 * Errors: `disk-full`, `file-unreadable`, and `internal` for a result of another kind than the experiment.
 */
export async function storeResult(
  context: StudioContext,
  experiment: ExperimentRecord,
  run: RunRecord,
  result: JobResult,
): Promise<void> {
  if (result.kind === 'compress') return storeCompressResult(context, experiment, run, result)
  if (result.kind === 'train') return storeTrainResult(context, experiment, run, result)
  throw new AppException({ code: 'internal', message: `The trainer answered ${experiment.name} with ${result.kind}.` })
}

async function storeCompressResult(
  context: StudioContext,
  experiment: ExperimentRecord,
  run: RunRecord,
  result: CompressJobResult,
): Promise<void> {
  const { store, writeBytes } = context
  const { config, networkId, datasetId } = experiment
  if (config.kind !== 'compress' || networkId === undefined) {
    throw new AppException({ code: 'internal', message: `${experiment.name} compresses nothing.` })
  }
  const { architecture, classes } = store.networks.get(networkId)
  const sizes = sizeBreakdown(networkShape(zooNetwork(architecture, classes)), config)
  const folder = runPath(store.layout, run.id)
  await mkdir(folder, { recursive: true })
  await atomicWrite(join(folder, predictorFile), result.predictor, writeBytes)
  await atomicWrite(reconstructedPath(store.layout, run.id), result.reconstructed, writeBytes)
  const { layers, relativeError, seconds, evaluations } = result
  store.transaction(() => {
    for (const evaluation of evaluations) {
      const subject = evaluation.of === 'original' ? { networkId } : { runId: run.id }
      insertEvaluation(store, subject, datasetId, run.device ?? '', evaluation)
    }
    store.runs.end(run.id, 'completed', {
      result: { kind: 'compress', accuracies: accuracyPairs(evaluations), sizes, layers, relativeError, seconds },
    })
    store.experiments.transition(experiment.id, 'complete', 'running')
  })
}

async function storeTrainResult(
  context: StudioContext,
  experiment: ExperimentRecord,
  run: RunRecord,
  result: TrainJobResult,
): Promise<void> {
  const { store } = context
  const network = await addTrainedNetwork(context, experiment, result.network)
  const countOf = (split: 'validation' | 'test') => {
    const found = result.evaluations.find((evaluation) => evaluation.split === split)
    return { correct: found?.correct ?? 0, total: found?.total ?? 0 }
  }
  store.transaction(() => {
    for (const evaluation of result.evaluations) {
      insertEvaluation(store, { networkId: network.id }, experiment.datasetId, run.device ?? '', evaluation)
    }
    store.runs.end(run.id, 'completed', {
      result: {
        kind: 'train',
        networkId: network.id,
        validation: countOf('validation'),
        test: countOf('test'),
        seconds: result.seconds,
      },
    })
    store.experiments.transition(experiment.id, 'complete', 'running')
  })
}

/** An original that was measured on as many images before is not kept twice. */
function insertEvaluation(
  store: Store,
  subject: { readonly networkId: string } | { readonly runId: string },
  datasetId: string,
  device: string,
  { split, correct, total, predictions }: SplitPredictions,
): void {
  const known = store.evaluations.best(subject, datasetId, split)
  if (known !== undefined && known.total >= total) return
  store.evaluations.insert({ subject, datasetId, split, correct, total, device, predictions })
}

/** Splits on which both the original and the reconstructed network were measured. */
function accuracyPairs(evaluations: readonly SplitPredictions[]): readonly AccuracyPair[] {
  return splitNames.flatMap((split) => {
    const measured = (of: SplitPredictions['of']) =>
      evaluations.find((evaluation) => evaluation.of === of && evaluation.split === split)
    const original = measured('original')
    const reconstructed = measured('reconstructed')
    if (original === undefined || reconstructed === undefined) return []
    return [
      {
        split,
        original: { correct: original.correct, total: original.total },
        reconstructed: { correct: reconstructed.correct, total: reconstructed.total },
      },
    ]
  })
}
