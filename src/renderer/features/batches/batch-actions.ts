/** What can be done with a batch as a whole. */
import { comparedAtMost } from '#shared/protocol/commands/comparisons.ts'
import type { BatchProgress } from '#shared/experiment/batch-progress.ts'
import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'

export interface BatchActions {
  readonly canPause: boolean
  readonly canResume: boolean
  readonly canCancel: boolean
  /** The ended ones that can be tried again: those that failed, or where none did those that were cancelled. */
  readonly retried: 'failed' | 'cancelled' | undefined
}

/** Only what would change something. */
export function batchActions({ counts }: BatchProgress): BatchActions {
  const retried = counts.failed > 0 ? 'failed' : 'cancelled'
  return {
    canPause: counts.running + counts.queued > 0,
    canResume: counts.paused + counts.draft > 0,
    canCancel: counts.running + counts.queued + counts.paused + counts.draft > 0,
    retried: counts[retried] > 0 ? retried : undefined,
  }
}

/** The completed ones, of more than can stand side by side the most accurate. */
export function comparedMembers(members: readonly ExperimentSummary[]): readonly string[] {
  return members
    .filter(({ status }) => status === 'completed')
    .toSorted((a, b) => (b.outcome.accuracy ?? 0) - (a.outcome.accuracy ?? 0))
    .slice(0, comparedAtMost)
    .map(({ id }) => id)
}
