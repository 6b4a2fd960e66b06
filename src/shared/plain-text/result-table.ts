import { familyOf } from '../experiment/families.ts'
import type { ExperimentRecord } from '../protocol/records.ts'

/** What a finished experiment achieved, for people. */
export function formatResult(experiment: ExperimentRecord): string {
  const { name, id, status, latestRun } = experiment
  const title = `${name} (${id}): ${status}${latestRun?.device === undefined ? '' : ` on ${latestRun.device}`}`
  const result = latestRun?.result
  if (result === undefined) return latestRun?.error === undefined ? title : `${title}\n${latestRun.error.message}`
  return [title, familyOf(result).describeResult(result)].join('\n\n')
}
