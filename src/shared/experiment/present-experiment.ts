/** Results that are there already, or on their way: nobody needs to make them again. */
import { configDigest } from './config-digest.ts'
import type { ExperimentConfig } from './experiment-config.ts'
import type { ExperimentSummary } from './experiment-summary.ts'
import type { ExperimentStatus } from './status-machine.ts'

/** What an experiment is about, whatever it does. */
export interface ExperimentSubject {
  readonly networkId: string
  readonly datasetId: string
}

/** Of an experiment that will end without anybody doing anything. */
export const unfinishedStatuses: readonly ExperimentStatus[] = ['queued', 'running']

/**
 * The first of `experiments` with this configuration and subject.
 * @param statuses that it may have: by default it has a result, or will have one
 */
export function presentExperiment(
  experiments: readonly ExperimentSummary[],
  config: ExperimentConfig,
  subject: ExperimentSubject,
  statuses: readonly ExperimentStatus[] = ['completed', ...unfinishedStatuses],
): ExperimentSummary | undefined {
  const digest = configDigest(config)
  return experiments.find(
    (experiment) =>
      statuses.includes(experiment.status) &&
      experiment.networkId === subject.networkId &&
      experiment.datasetId === subject.datasetId &&
      experiment.configDigest === digest,
  )
}
