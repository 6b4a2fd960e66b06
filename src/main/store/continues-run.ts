import type { RunSummary } from '#shared/experiment/experiment-summary.ts'
import { storageErrorCodes } from '#shared/basics/storage-errors.ts'

/** Failures that say nothing about the numbers: the same run can go on from its checkpoint. */
const outsideFailures: ReadonlySet<string> = new Set(['trainer-gone', 'internal', ...storageErrorCodes])

/** Whether the next start of an experiment goes on with its latest run or makes a new attempt. */
export function continuesRun(latest: RunSummary | undefined): latest is RunSummary {
  if (latest === undefined) return false
  if (latest.status === 'paused' || latest.status === 'interrupted') return true
  return latest.status === 'failed' && latest.error !== undefined && outsideFailures.has(latest.error.code)
}
