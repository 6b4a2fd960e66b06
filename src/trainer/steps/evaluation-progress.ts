/** What happens between the batches of an evaluation: progress is told, requests are heard, the time is taken. */
import { breatheOrPause, tellPhase } from '../process/job-context.ts'
import type { RunState } from './run-state.ts'

/**
 * For `evaluateSplit`. Throws `Paused` once a pause was asked for: an evaluation is done again.
 * @param stage of `TimeLeft`, in batches
 * @param phase shown while it goes on; left out for an evaluation between steps
 */
export function evaluationProgress(
  { context, metrics, step }: RunState,
  stage: string,
  phase?: string,
): (done: number, total: number) => Promise<void> {
  let lastMs = context.now()
  return async (done, total) => {
    metrics.time.record(stage, 1, (context.now() - lastMs) / 1000)
    if (phase !== undefined) tellPhase(context, phase, done, total)
    metrics.sendWhenDue(step)
    await breatheOrPause(context)
    lastMs = context.now()
  }
}
