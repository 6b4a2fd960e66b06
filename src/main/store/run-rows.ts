import type { Building } from '#shared/basics/building.ts'
import type { RunSummary } from '#shared/experiment/experiment-summary.ts'
import type { RunRecord, RunResult } from '#shared/protocol/records.ts'
import { remoteRunSchema } from '#shared/cluster/remote-run.ts'
import { appErrorSchema, runResultSchema } from '#shared/experiment/results.ts'
import { assertWholeCells, readColumn } from './json-column.ts'

/** The columns of `runs` that lists show, under these names. */
export interface ListedRunRow {
  readonly run_id: string
  readonly attempt: number
  readonly run_status: RunRecord['status']
  readonly device: string | null
  readonly phase: string | null
  readonly step: number
  readonly total_steps: number
  readonly steps_per_second: number | null
  readonly remaining_seconds: number | null
  readonly progress: number | null
  readonly error: string | null
  /** What is known of it where it ran on a cluster, as JSON. */
  readonly remote: string | null
}

/** All of them, and the result. */
export interface RunRow extends ListedRunRow {
  readonly experiment_id: string
  readonly started_at: string
  readonly ended_at: string | null
  readonly result: string | null
  readonly result_checksum: number | null
}

/** Of a table or alias `r`. */
export const listedRunColumns = `r.id AS run_id, r.attempt, r.status AS run_status, r.device, r.phase, r.step,
  r.total_steps, r.steps_per_second, r.remaining_seconds, r.progress, r.error,
  (SELECT json_patch('{}', json_object('cluster', cluster, 'state', state, 'arrayJobId', array_job, 'task', task, 'reason', reason,
     'startsAt', starts_at, 'never', never, 'node', node, 'cpuModel', cpu_model, 'executorVersion', executor_version,
     'heardAt', heard_at, 'resources', json(resources))) FROM remote_runs WHERE run_id = r.id) AS remote`

export const selectRuns = `SELECT ${listedRunColumns}, r.experiment_id, r.started_at, r.ended_at, o.result,
    o.checksum AS result_checksum
  FROM runs r LEFT JOIN run_results o ON o.run_id = r.id`

/** Throws `record-unreadable`. */
export function runSummary(row: ListedRunRow): RunSummary {
  const { attempt, step } = row
  const run: Building<RunSummary> = {
    id: row.run_id,
    attempt,
    status: row.run_status,
    step,
    totalSteps: row.total_steps,
  }
  if (row.device !== null) run.device = row.device
  if (row.phase !== null) run.phase = row.phase
  if (row.steps_per_second !== null) run.stepsPerSecond = row.steps_per_second
  if (row.remaining_seconds !== null) run.remainingSeconds = row.remaining_seconds
  if (row.progress !== null) run.progress = row.progress
  if (row.error !== null) run.error = readColumn(appErrorSchema, row.error, `The error of run ${attempt}`)
  if (row.remote !== null) run.remote = readColumn(remoteRunSchema, row.remote, `The cluster of run ${attempt}`)
  return run
}

/** Throws `record-unreadable`, also for a result that is not what was written. */
export function runRecord(row: RunRow): RunRecord {
  return {
    ...runSummary(row),
    experimentId: row.experiment_id,
    ...(row.result === null ? {} : { result: resultOf(row.result, row) }),
    startedAt: row.started_at,
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
  }
}

function resultOf(text: string, { attempt, result_checksum: checksum }: RunRow): RunResult {
  const what = `The result of run ${attempt}`
  assertWholeCells([text], checksum, what)
  return readColumn(runResultSchema, text, what)
}
