/** How far a batch is, from what lists say of its experiments. */
import type { ExperimentSummary } from './experiment-summary.ts'
import { experimentStatuses, isEnded, type ExperimentStatus } from './status-machine.ts'

export interface BatchProgress {
  readonly total: number
  readonly counts: Readonly<Record<ExperimentStatus, number>>
  /** Of those that will not go on by themselves. */
  readonly ended: number
  /** Part of the members that is done, in [0, 1], running ones by how far they are. */
  readonly share: number
}

/** @param members all of one batch */
export function batchProgress(members: readonly ExperimentSummary[]): BatchProgress {
  const counts = Object.fromEntries(
    experimentStatuses.map((status) => [status, members.filter((member) => member.status === status).length]),
    // The keys are all statuses.
  ) as Record<ExperimentStatus, number>
  const ended = members.filter(({ status }) => isEnded(status)).length
  const total = members.length
  const running = members
    .filter(({ status }) => status === 'running' || status === 'paused')
    .reduce((sum, { latestRun }) => sum + (latestRun?.progress ?? 0), 0)
  return { total, counts, ended, share: total === 0 ? 0 : (ended + running) / total }
}

/**
 * The best of the completed: the most accurate one, and of equally accurate ones the smallest; undefined before there is
 * one with a measured accuracy.
 */
export function bestMember(members: readonly ExperimentSummary[]): ExperimentSummary | undefined {
  const measured = members.filter(({ status, outcome }) => status === 'completed' && outcome.accuracy !== undefined)
  const bytes = ({ outcome }: ExperimentSummary) => outcome.totalBytes ?? Infinity
  return measured.toSorted((a, b) => (b.outcome.accuracy ?? 0) - (a.outcome.accuracy ?? 0) || bytes(a) - bytes(b))[0]
}

/** In the order of their course, those that none is in left out: `3 completed, 1 running`. */
export function countsText({ counts }: BatchProgress): string {
  const parts = experimentStatuses.filter((status) => counts[status] > 0).map((status) => `${counts[status]} ${status}`)
  return parts.length === 0 ? 'empty' : parts.join(', ')
}
