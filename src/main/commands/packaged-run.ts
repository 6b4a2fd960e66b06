import { AppException } from '#shared/basics/result.ts'
import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import { familyOf } from '#shared/experiment/families.ts'
import { isPackaged, type DatasetRecord } from '#shared/protocol/records.ts'
import { packagePath } from '../store/layout.ts'
import type { Store } from '../store/store.ts'

/** A completed compression with its package. */
interface PackagedRun {
  readonly path: string
  readonly networkId: string
  readonly dataset: DatasetRecord
  readonly config: ExperimentConfig
}

/** Errors: `not-found`, `conflict` for a run that is no finished compression. */
export function packagedRun(store: Store, runId: string): PackagedRun {
  const { attempt, status, result, experimentId } = store.runs.get(runId)
  const { networkId, datasetId, config } = store.experiments.get(experimentId)
  if (status === 'completed' && isPackaged(result) && networkId !== undefined) {
    const path = packagePath(store.layout, runId, familyOf(result).packageFormat)
    return { path, networkId, dataset: store.datasets.get(datasetId), config }
  }
  throw new AppException({
    code: 'conflict',
    message: `Run ${attempt} is ${status} and has no package whose layers could be measured.`,
    where: runId,
    remedy: 'Choose a run of a compression that was completed.',
  })
}
