/** What earlier runs left that a job can use. */
import { stageSubject } from '#shared/experiment/stage-times.ts'
import { accuracyCount } from '#shared/measures/accuracy-pairs.ts'
import type { ExecutorChoice, SplitPredictions, TimedJob } from '#shared/protocol/trainer-protocol.ts'
import type { Store } from '../store/store.ts'

/** The job with the paces that earlier runs of its subject left. */
export function withKnownTimes<J extends TimedJob>(store: Store, executor: ExecutorChoice, job: J): J {
  return { ...job, knownTimes: store.stageTimes.of(executor, stageSubject(job)) }
}

/**
 * What was measured of a network on all images of validation and test before: a run need not do it again, but where an
 * earlier version did not keep how sure the network was.
 */
export function wholeEvaluations(store: Store, networkId: string, datasetId: string): SplitPredictions[] {
  const { counts } = store.datasets.get(datasetId)
  return (['validation', 'test'] as const).flatMap((split) => {
    const best = store.evaluations.best({ networkId }, datasetId, split)
    if (best?.total !== counts[split]) return []
    const { predictions, confidences } = store.evaluations.predictions(best.id)
    if (confidences === null) return []
    const bytes = { predictions: Uint8Array.from(predictions), confidences: Uint8Array.from(confidences) }
    return [{ of: 'original', split, ...accuracyCount(best), ...bytes }]
  })
}
