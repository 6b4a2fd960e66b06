import type { RunSummary } from '#shared/experiment/experiment-summary.ts'
import type { KernelPreview, LogLine, RunRecord, RunResult } from '#shared/protocol/records.ts'
import type { AppError } from '#shared/basics/result.ts'
import { executorChoiceSchema, type ExecutorChoice } from '#shared/protocol/trainer-protocol.ts'
import { newId } from '../basics/new-id.ts'
import { notFound } from './errors.ts'
import { readColumn } from './json-column.ts'
import { listedRunColumns, runRecord, runSummary, selectRuns, type ListedRunRow, type RunRow } from './run-rows.ts'
import { rowChecksum } from './row-checksum.ts'
import type { Database } from './sqlite.ts'
import { refreshSummary } from './summary-columns.ts'

interface PreviewRow {
  readonly layer: string
  readonly step: number
  readonly relative_error: number
  readonly kernel_height: number
  readonly kernel_width: number
  readonly count: number
  readonly original: Uint8Array
  readonly reconstructed: Uint8Array
}

/** Where a running attempt is; absent fields stay as they are. */
export interface RunProgress {
  readonly device?: string | undefined
  readonly phase?: string | undefined
  readonly step?: number | undefined
  readonly totalSteps?: number | undefined
  readonly stepsPerSecond?: number | undefined
  readonly remainingSeconds?: number | undefined
  readonly progress?: number | undefined
}

export class RunsTable {
  readonly #db: Database
  readonly #now: () => string
  readonly #writtenResult: (runId: string) => string | undefined

  /** @param writtenResult text of a run's result as it stands beside its files; undefined where it does not */
  constructor(db: Database, now: () => string, writtenResult: (runId: string) => string | undefined = () => undefined) {
    this.#db = db
    this.#now = now
    this.#writtenResult = writtenResult
  }

  /** The next attempt of an experiment, running. */
  start(experimentId: string, executor: ExecutorChoice): RunRecord {
    const id = newId('run')
    this.#db.transaction(() => {
      this.#db
        .prepare(
          `INSERT INTO runs (id, experiment_id, attempt, status, executor, started_at)
           VALUES (?, ?, (SELECT count(*) + 1 FROM runs WHERE experiment_id = ?), 'running', ?, ?)`,
        )
        .run(id, experimentId, experimentId, JSON.stringify(executor), this.#now())
      this.#db.prepare('UPDATE experiments SET latest_run_id = ? WHERE id = ?').run(id, experimentId)
      refreshSummary(this.#db, experimentId)
    })()
    return this.get(id)
  }

  /** A paused or interrupted attempt runs again. */
  continue(id: string): RunRecord {
    this.#db.prepare(`UPDATE runs SET status = 'running', ended_at = NULL, error = NULL WHERE id = ?`).run(id)
    return this.get(id)
  }

  /** Throws `not-found`, `record-unreadable`. */
  get(id: string): RunRecord {
    const row = this.#db.prepare<[string], RunRow>(`${selectRuns} WHERE r.id = ?`).get(id)
    if (row === undefined) throw notFound('run', id)
    return this.#recordOf(row)
  }

  /** Attempts of an experiment, first to last. Throws `record-unreadable`. */
  list(experimentId: string): readonly RunRecord[] {
    return this.#db
      .prepare<[string], RunRow>(`${selectRuns} WHERE r.experiment_id = ? ORDER BY r.attempt`)
      .all(experimentId)
      .map((row) => this.#recordOf(row))
  }

  /** Of every attempt of an experiment, readable or not. */
  ids(experimentId: string): readonly string[] {
    return this.#db
      .prepare<[string], { id: string }>('SELECT id FROM runs WHERE experiment_id = ? ORDER BY attempt')
      .all(experimentId)
      .map(({ id }) => id)
  }

  /** Without its result. Throws `record-unreadable`. */
  latest(experimentId: string): RunSummary | undefined {
    const row = this.#db
      .prepare<[string], ListedRunRow>(
        `SELECT ${listedRunColumns} FROM runs r WHERE r.experiment_id = ? ORDER BY r.attempt DESC LIMIT 1`,
      )
      .get(experimentId)
    return row === undefined ? undefined : runSummary(row)
  }

  /** What the attempt was started with: going on elsewhere would change its numbers. */
  executorOf(id: string): ExecutorChoice {
    const row = this.#db.prepare<[string], { executor: string }>('SELECT executor FROM runs WHERE id = ?').get(id)
    if (row === undefined) throw notFound('run', id)
    return readColumn(executorChoiceSchema, row.executor, `The executor of run ${id}`)
  }

  /** From now on it computes with so many threads. */
  changeThreads(id: string, threads: number): void {
    const executor: ExecutorChoice = { ...this.executorOf(id), threads }
    this.#db.prepare('UPDATE runs SET executor = ? WHERE id = ?').run(JSON.stringify(executor), id)
  }

  report(id: string, progress: RunProgress): void {
    this.#db
      .prepare(
        `UPDATE runs SET device = coalesce(@device, device), phase = coalesce(@phase, phase),
           step = coalesce(@step, step), total_steps = coalesce(@totalSteps, total_steps),
           steps_per_second = coalesce(@stepsPerSecond, steps_per_second),
           remaining_seconds = coalesce(@remainingSeconds, remaining_seconds),
           progress = coalesce(@progress, progress)
         WHERE id = @id`,
      )
      .run({
        id,
        device: progress.device ?? null,
        phase: progress.phase ?? null,
        step: progress.step ?? null,
        totalSteps: progress.totalSteps ?? null,
        stepsPerSecond: progress.stepsPerSecond ?? null,
        remainingSeconds: progress.remainingSeconds ?? null,
        progress: progress.progress ?? null,
      })
  }

  /** What was left of a run that may go on stays known: the queue plans with it. */
  end(id: string, status: Exclude<RunRecord['status'], 'running'>, outcome: RunOutcome = {}): RunRecord {
    const { error, result } = outcome
    this.#db.transaction(() => {
      this.#db
        .prepare(
          `UPDATE runs SET status = @status, error = @error, ended_at = @now,
             remaining_seconds = iif(@status IN ('completed', 'cancelled'), NULL, remaining_seconds)
           WHERE id = @id`,
        )
        .run({ id, status, error: error === undefined ? null : JSON.stringify(error), now: this.#now() })
      if (result === undefined) return
      this.#writeResult(id, JSON.stringify(result))
      refreshSummary(this.#db, this.get(id).experimentId)
    })()
    return this.get(id)
  }

  #recordOf(row: RunRow): RunRecord {
    if (row.result === null || rowChecksum([row.result]) === row.result_checksum) return runRecord(row)
    return runRecord(this.#mended(row))
  }

  /** A result of which the database lost a bit, from beside its files; as it is where that is not whole, either. */
  #mended(row: RunRow): RunRow {
    const result = this.#writtenResult(row.run_id)
    // The checksum may be what flipped; of another store's run the manifest names networks otherwise.
    if (result === undefined || (result !== row.result && rowChecksum([result]) !== row.result_checksum)) return row
    if (!this.#db.readonly) {
      this.#db.transaction(() => {
        this.#writeResult(row.run_id, result)
        refreshSummary(this.#db, row.experiment_id)
      })()
    }
    return { ...row, result, result_checksum: rowChecksum([result]) }
  }

  #writeResult(runId: string, text: string): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO run_results (run_id, result, checksum) VALUES (?, ?, ?)')
      .run(runId, text, rowChecksum([text]))
  }

  /** Takes the place of the previews before. */
  savePreviews(id: string, previews: readonly KernelPreview[]): void {
    const insert = this.#db.prepare('INSERT INTO previews VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
    this.#db.transaction(() => {
      this.#db.prepare('DELETE FROM previews WHERE run_id = ?').run(id)
      for (const { layer, step, relativeError, kernelShape, count, original, reconstructed } of previews) {
        const [height, width] = kernelShape
        insert.run(id, layer, step, relativeError, height, width, count, bytesOf(original), bytesOf(reconstructed))
      }
    })()
  }

  previews(id: string): readonly KernelPreview[] {
    return this.#db
      .prepare<[string], PreviewRow>('SELECT * FROM previews WHERE run_id = ? ORDER BY rowid')
      .all(id)
      .map((row) => ({
        layer: row.layer,
        step: row.step,
        relativeError: row.relative_error,
        kernelShape: [row.kernel_height, row.kernel_width],
        count: row.count,
        original: floatsOf(row.original),
        reconstructed: floatsOf(row.reconstructed),
      }))
  }

  addLogLine(id: string, line: LogLine): void {
    this.#db
      .prepare('INSERT INTO log_lines (run_id, at, level, text) VALUES (?, ?, ?, ?)')
      .run(id, line.at, line.level, line.text)
  }

  logLines(id: string): readonly LogLine[] {
    return this.#db
      .prepare<[string], LogLine>('SELECT at, level, text FROM log_lines WHERE run_id = ? ORDER BY id')
      .all(id)
  }
}

export interface RunOutcome {
  readonly error?: AppError
  readonly result?: RunResult
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}

/** A copy: a blob's bytes need not start where 32-bit numbers may. */
function floatsOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer)
}
