import { familyOf } from '#shared/experiment/families.ts'
import { accuracyCount, accuracyPairs } from '#shared/measures/accuracy-pairs.ts'
import type { ExperimentRecord, PackagedResult, RunRecord } from '#shared/protocol/records.ts'
import type { JobResult, SplitPredictions } from '#shared/protocol/trainer-protocol.ts'
import type { StudioContext } from '../context/studio-context.ts'
import { atomicWrite } from '../files/atomic-write.ts'
import { makeFolder } from '../files/make-folder.ts'
import { packagePath, reconstructedPath, runPath } from '../store/layout.ts'
import type { Store } from '../store/store.ts'

/** The result of a job that made a package. */
type PackagedJobResult = Extract<JobResult, { readonly package: Uint8Array }>
/** What the results of all methods hold alike. */
type CommonResult = Pick<PackagedResult, 'accuracies' | 'sizes' | 'layers' | 'relativeError' | 'distortion'>

/**
 * Package and reconstructed network as files, then the rest in one transaction. Errors: `disk-full`, `file-unreadable`.
 * @param resultOf what is kept of the run beside files and evaluations
 */
export async function storePackaged(
  { store, writeBytes }: StudioContext,
  { id, networkId = '', datasetId }: ExperimentRecord,
  run: RunRecord,
  made: PackagedJobResult,
  resultOf: (common: CommonResult) => PackagedResult,
): Promise<void> {
  const { evaluations, sizes, layers, relativeError, distortion } = made
  await makeFolder(runPath(store.layout, run.id))
  await atomicWrite(packagePath(store.layout, run.id, familyOf(made).packageFormat), made.package, writeBytes)
  await atomicWrite(reconstructedPath(store.layout, run.id), made.reconstructed, writeBytes)
  const result = resultOf({
    accuracies: accuracyPairs(evaluations),
    sizes,
    layers,
    relativeError,
    ...(distortion === undefined ? {} : { distortion }),
  })
  store.transaction(() => {
    for (const evaluation of evaluations) {
      const subject = evaluation.of === 'original' ? { networkId } : { runId: run.id }
      insertEvaluation(store, subject, datasetId, run.device ?? '', evaluation)
    }
    store.runs.end(run.id, 'completed', { result })
    store.experiments.transition(id, 'complete', 'running')
  })
}

/** An original that was measured on as many images before, by as much, is not kept twice. */
export function insertEvaluation(
  store: Store,
  subject: { readonly networkId: string } | { readonly runId: string },
  datasetId: string,
  device: string,
  { split, predictions, confidences, ...count }: SplitPredictions,
): void {
  const known = store.evaluations.best(subject, datasetId, split)
  const isTop5New = known?.correctTop5 === undefined && count.correctTop5 !== undefined
  const isSure = known !== undefined && (known.hasConfidences || confidences === undefined)
  if (isSure && known.total >= count.total && !isTop5New) return
  store.evaluations.insert({ subject, datasetId, split, ...accuracyCount(count), device, predictions, confidences })
}
