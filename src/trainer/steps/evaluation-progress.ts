/** What happens between the batches of an evaluation: progress is told, requests are heard, the time is taken. */
import { breatheOrPause, tellPhase } from '../job-context.ts'
import type { RunState } from './run-state.ts'

/**
 * For `evaluateSplit`. Throws `Paused` once a pause was asked for: an evaluation is done again.
 * @param stage of `TimeLeft`, in images
 * @param phase shown while it goes on; left out for an evaluation between steps
 */
export function evaluationProgress(
  { context, metrics, step }: RunState,
  stage: string,
  phase?: string,
): (done: number, total: number) => Promise<void> {
  let last = { done: 0, atMs: context.now() }
  return async (done, total) => {
    const atMs = context.now()
    metrics.time.record(stage, done - last.done, (atMs - last.atMs) / 1000)
    if (phase !== undefined) tellPhase(context, phase, done, total)
    metrics.sendWhenDue(step)
    await breatheOrPause(context)
    last = { done, atMs: context.now() }
  }
}
