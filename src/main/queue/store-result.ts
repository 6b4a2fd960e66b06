import { mkdir } from 'node:fs/promises'
import { accuracyCount, accuracyPairs } from '#shared/measures/accuracy-pairs.ts'
import type { ExperimentRecord, PackagedResult, RunRecord } from '#shared/protocol/records.ts'
import { AppException } from '#shared/basics/result.ts'
import type { JobResult, SplitPredictions } from '#shared/protocol/trainer-protocol.ts'
import type { StudioContext } from '../context/studio-context.ts'
import { atomicWrite } from '../files/atomic-write.ts'
import { addTrainedNetwork } from '../library/trained-network.ts'
import { packagePath, reconstructedPath, runPath } from '../store/layout.ts'
import type { Store } from '../store/store.ts'

type CompressJobResult = Extract<JobResult, { kind: 'compress' }>
type BaselineJobResult = Extract<JobResult, { kind: 'baseline' }>
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
  if (result.kind === 'baseline') return storeBaselineResult(context, experiment, run, result)
  if (result.kind === 'train') return storeTrainResult(context, experiment, run, result)
  throw new AppException({ code: 'internal', message: `The trainer answered ${experiment.name} with ${result.kind}.` })
}

async function storeCompressResult(
  context: StudioContext,
  experiment: ExperimentRecord,
  run: RunRecord,
  result: CompressJobResult,
): Promise<void> {
  const { sizes, layers, relativeError, seconds, permutationSource, smoothness } = result
  const accuracies = accuracyPairs(result.evaluations)
  await storePackaged(context, experiment, run, result, {
    kind: 'compress',
    accuracies,
    sizes,
    layers,
    relativeError,
    seconds,
    permutationSource,
    ...(smoothness === undefined ? {} : { smoothness }),
  })
}

async function storeBaselineResult(
  context: StudioContext,
  experiment: ExperimentRecord,
  run: RunRecord,
  result: BaselineJobResult,
): Promise<void> {
  const { sizes, layers, relativeError, seconds } = result
  const accuracies = accuracyPairs(result.evaluations)
  await storePackaged(context, experiment, run, result, {
    kind: 'baseline',
    accuracies,
    sizes,
    layers,
    relativeError,
    seconds,
  })
}

/** Package and reconstructed network as files, then the rest in one transaction. */
async function storePackaged(
  { store, writeBytes }: StudioContext,
  { id, networkId = '', datasetId }: ExperimentRecord,
  run: RunRecord,
  files: CompressJobResult | BaselineJobResult,
  result: PackagedResult,
): Promise<void> {
  await mkdir(runPath(store.layout, run.id), { recursive: true })
  await atomicWrite(packagePath(store.layout, run.id, result.kind), files.package, writeBytes)
  await atomicWrite(reconstructedPath(store.layout, run.id), files.reconstructed, writeBytes)
  store.transaction(() => {
    for (const evaluation of files.evaluations) {
      const subject = evaluation.of === 'original' ? { networkId } : { runId: run.id }
      insertEvaluation(store, subject, datasetId, run.device ?? '', evaluation)
    }
    store.runs.end(run.id, 'completed', { result })
    store.experiments.transition(id, 'complete', 'running')
  })
}

async function storeTrainResult(
  context: StudioContext,
  experiment: ExperimentRecord,
  run: RunRecord,
  result: TrainJobResult,
): Promise<void> {
  const { store } = context
  const network = await addTrainedNetwork(context, experiment, result.network, result.description)
  const countOf = (split: 'validation' | 'test') => {
    const found = result.evaluations.find((evaluation) => evaluation.split === split)
    return found === undefined ? { correct: 0, total: 0 } : accuracyCount(found)
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
  { split, predictions, ...count }: SplitPredictions,
): void {
  const known = store.evaluations.best(subject, datasetId, split)
  const isTop5New = known?.correctTop5 === undefined && count.correctTop5 !== undefined
  if (known !== undefined && known.total >= count.total && !isTop5New) return
  store.evaluations.insert({ subject, datasetId, split, ...accuracyCount(count), device, predictions })
}
