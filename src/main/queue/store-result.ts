import { mkdir } from 'node:fs/promises'
import { basename } from 'node:path'
import { openPackage } from '#formats/nern-package/reader.ts'
import { networkShape } from '#networks/network-shape.ts'
import { accuracyPairs } from '#shared/accuracy-pairs.ts'
import type { ExperimentRecord, RunRecord } from '#shared/records.ts'
import { AppException } from '#shared/result.ts'
import type { JobResult, SplitPredictions } from '#shared/trainer-protocol.ts'
import type { StudioContext } from '../context.ts'
import { atomicWrite } from '../files/atomic-write.ts'
import { zooNetwork } from '../library/network-content.ts'
import { addTrainedNetwork } from '../library/trained-network.ts'
import { packagePath, reconstructedPath, runPath } from '../store/layout.ts'
import type { Store } from '../store/store.ts'
import { packageSizes } from './package-sizes.ts'

type CompressJobResult = Extract<JobResult, { kind: 'compress' }>
type TrainJobResult = Extract<JobResult, { kind: 'train' }>

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
  const path = packagePath(store.layout, run.id)
  const opened = openPackage(result.package, basename(path))
  if (!opened.ok) throw new AppException(opened.error)
  const sizes = packageSizes(opened.value, networkShape(zooNetwork(architecture, classes)), config)
  await mkdir(runPath(store.layout, run.id), { recursive: true })
  await atomicWrite(path, result.package, writeBytes)
  await atomicWrite(reconstructedPath(store.layout, run.id), result.reconstructed, writeBytes)
  const { layers, relativeError, seconds, permutationSource, smoothness, evaluations } = result
  const accuracies = accuracyPairs(evaluations)
  store.transaction(() => {
    for (const evaluation of evaluations) {
      const subject = evaluation.of === 'original' ? { networkId } : { runId: run.id }
      insertEvaluation(store, subject, datasetId, run.device ?? '', evaluation)
    }
    store.runs.end(run.id, 'completed', {
      result: {
        kind: 'compress',
        accuracies,
        sizes,
        layers,
        relativeError,
        seconds,
        permutationSource,
        ...(smoothness === undefined ? {} : { smoothness }),
      },
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
        ...(result.smoothness === undefined ? {} : { smoothness: result.smoothness }),
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
