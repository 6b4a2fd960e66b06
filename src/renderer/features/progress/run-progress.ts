import type { RunRecord } from '#shared/protocol/records.ts'

/**
 * Part of a run that is done, in [0, 1]: of its time while it goes on, of its steps when nothing else is known of one
 * that is over. `undefined` while nobody can say.
 */
export function runProgress(
  run: Pick<RunRecord, 'status' | 'progress' | 'step' | 'totalSteps'> | undefined,
): number | undefined {
  if (run === undefined) return undefined
  if (run.status === 'completed') return 1
  if (run.progress !== undefined) return run.progress
  // The steps of one phase cost a hundred times those of another: they say nothing about the time of a run that goes on.
  return run.status !== 'running' && run.totalSteps > 0 ? run.step / run.totalSteps : undefined
}
