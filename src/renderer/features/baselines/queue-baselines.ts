import type { BaselineConfig } from '#shared/methods/direct/config.ts'
import { summaryOf } from '#shared/experiment/experiment-summary.ts'
import type { ExperimentSubject } from '#shared/experiment/present-experiment.ts'
import { formatAmount } from '../../format/format.ts'
import type { WindowStudio } from '../../state/studio.svelte.ts'
import { baselinesTexts } from './texts.ts'

/** Queues one experiment each and tells it in a toast. Gives the ids of those before the first that was refused. */
export async function queueBaselines(
  studio: WindowStudio,
  { networkId, datasetId }: ExperimentSubject,
  configs: readonly BaselineConfig[],
): Promise<readonly string[]> {
  const added: string[] = []
  for (const config of configs) {
    const input = { config, networkId, datasetId, enqueue: true }
    const created = await studio.act(baselinesTexts.queueFailure, 'experiments.create', input)
    if (created === undefined) break
    studio.experiments.put(summaryOf(created.value))
    added.push(created.value.id)
  }
  if (added.length > 0) studio.toasts.succeed(baselinesTexts.queued(formatAmount(added.length, 'baseline')))
  return added
}
