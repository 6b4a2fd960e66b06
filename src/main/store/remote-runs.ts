import { z } from 'zod'
import { resourcesSchema, type Resources } from '#shared/cluster/cluster-config.ts'
import { attachedSchema, type AttachedMessage } from '#shared/cluster/remote-events.ts'
import type { RemoteRun } from '#shared/cluster/remote-run.ts'
import { readColumn } from './json-column.ts'
import type { Database } from './sqlite.ts'

/** A job as Slurm knows it. */
const jobSchema = z.strictObject({ submission: z.string(), arrayJobId: z.int(), task: z.int() })
type RemoteJob = z.infer<typeof jobSchema>

/** What a person wants of a run there, until it was done. */
export type RemoteWish = 'pause' | 'cancel'

/** A run whose experiment is running on a cluster. */
export interface LiveRemoteRun {
  readonly runId: string
  readonly experimentId: string
  readonly cluster: string
  /** Names one call of sbatch for good, answered or not. */
  readonly submission: string
  readonly state: RemoteRun['state']
  readonly arrayJobId?: number
  readonly task?: number
  /** How far its events are in the store. */
  readonly cursor: { readonly attempt: number; readonly offset: number }
  readonly wish?: RemoteWish
  /** A checkpoint that was told of and not fetched yet. */
  readonly awaited?: AttachedMessage
  readonly cpuModel?: string
  readonly step: number
  /** How often it was interrupted without a step more than `interruptedStep`. */
  readonly interruptions: number
  readonly interruptedStep: number
  /** Instead of what the settings of the cluster say. */
  readonly resources?: Resources
  /** To be cancelled before it is submitted: it will never start. */
  readonly replaced?: RemoteJob
}

/** What changes of one; absent fields stay, null takes away. */
export interface RemoteRunChanges {
  readonly state?: RemoteRun['state']
  readonly array_job?: number | null
  readonly task?: number | null
  readonly attempt?: number
  readonly offset?: number
  readonly wish?: RemoteWish | null
  readonly awaited?: string | null
  readonly reason?: string | null
  readonly starts_at?: string | null
  readonly never?: string | null
  readonly node?: string
  readonly cpu_model?: string
  readonly executor_version?: string
  readonly heard_at?: string
  readonly interruptions?: number
  readonly interrupted_step?: number
  readonly replaced?: null
}

interface LiveRow {
  readonly run_id: string
  readonly experiment_id: string
  readonly cluster: string
  readonly submission: string
  readonly state: RemoteRun['state']
  readonly array_job: number | null
  readonly task: number | null
  readonly attempt: number
  readonly offset: number
  readonly wish: RemoteWish | null
  readonly awaited: string | null
  readonly cpu_model: string | null
  readonly step: number
  readonly interruptions: number
  readonly interrupted_step: number
  readonly resources: string | null
  readonly replaced: string | null
}

const selectLive = `SELECT m.*, r.experiment_id, r.step FROM experiments e
  JOIN remote_runs m ON m.run_id = e.latest_run_id JOIN runs r ON r.id = m.run_id
  WHERE e.status = 'running' AND m.state <> 'ended'`

/** Runs on clusters: how Slurm knows them, and how far what they wrote is in the store. */
export class RemoteRunsTable {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** Before it is sent. What an earlier submission of the run had told stays told. */
  prepare(runId: string, cluster: string, submission: string): void {
    this.#db
      .prepare(
        `INSERT INTO remote_runs (run_id, cluster, submission, state) VALUES (@runId, @cluster, @submission, 'prepared')
         ON CONFLICT (run_id) DO UPDATE SET cluster = excluded.cluster, submission = excluded.submission,
           state = 'prepared', array_job = NULL, task = NULL, wish = NULL, reason = NULL, starts_at = NULL, never = NULL`,
      )
      .run({ runId, cluster, submission })
  }

  /** Again, and as another job: `run` waits in Slurm's queue with one that is to be cancelled. */
  prepareInstead({ runId, cluster, ...old }: LiveRemoteRun, submission: string, resources: Resources): void {
    const { arrayJobId, task } = old
    const replaced =
      arrayJobId === undefined || task === undefined ? old.replaced : { submission: old.submission, arrayJobId, task }
    this.prepare(runId, cluster, submission)
    this.#db.prepare('UPDATE remote_runs SET resources = @resources, replaced = @replaced WHERE run_id = @runId').run({
      runId,
      resources: JSON.stringify(resources),
      replaced: replaced === undefined ? null : JSON.stringify(replaced),
    })
  }

  /** The settings of a cluster were changed: what is submitted from now on asks for what they say. */
  forgetResources(cluster: string): void {
    this.#db.prepare(`UPDATE remote_runs SET resources = NULL WHERE cluster = ? AND state = 'ended'`).run(cluster)
  }

  /** In the order in which they were made. */
  live(cluster: string): readonly LiveRemoteRun[] {
    return this.#db
      .prepare<[string], LiveRow>(`${selectLive} AND m.cluster = ? ORDER BY m.rowid`)
      .all(cluster)
      .map(liveOf)
  }

  /** Of an experiment; undefined where it does not run on a cluster. */
  liveOf(experimentId: string): LiveRemoteRun | undefined {
    const row = this.#db.prepare<[string], LiveRow>(`${selectLive} AND e.id = ?`).get(experimentId)
    return row === undefined ? undefined : liveOf(row)
  }

  change(runId: string, changes: RemoteRunChanges): void {
    const columns = Object.keys(changes)
    if (columns.length === 0) return
    this.#db
      .prepare(
        `UPDATE remote_runs SET ${columns.map((column) => `${column} = @${column}`).join(', ')} WHERE run_id = @runId`,
      )
      .run({ ...changes, runId })
  }

  /** Ids of runs there whose files are still wanted: their experiments wait, run or are paused. */
  wanted(cluster: string): readonly string[] {
    return this.#db
      .prepare<[string], string>(
        `SELECT m.run_id FROM remote_runs m JOIN experiments e ON e.latest_run_id = m.run_id
         WHERE m.cluster = ? AND e.status IN ('queued', 'running', 'paused')`,
      )
      .pluck()
      .all(cluster)
  }
}

function liveOf(row: LiveRow): LiveRemoteRun {
  const { run_id: runId, array_job: arrayJobId, task, wish, awaited, cpu_model: cpuModel } = row
  return {
    runId,
    experimentId: row.experiment_id,
    cluster: row.cluster,
    submission: row.submission,
    state: row.state,
    cursor: { attempt: row.attempt, offset: row.offset },
    step: row.step,
    interruptions: row.interruptions,
    interruptedStep: row.interrupted_step,
    ...(arrayJobId === null || task === null ? {} : { arrayJobId, task }),
    ...(wish === null ? {} : { wish }),
    ...(awaited === null ? {} : { awaited: readColumn(attachedSchema, awaited, 'The awaited checkpoint') }),
    ...(cpuModel === null ? {} : { cpuModel }),
    ...(row.resources === null ? {} : { resources: readColumn(resourcesSchema, row.resources, 'What a run asks for') }),
    ...(row.replaced === null ? {} : { replaced: readColumn(jobSchema, row.replaced, 'The job that is replaced') }),
  }
}
