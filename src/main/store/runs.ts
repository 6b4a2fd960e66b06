import type { KernelPreview, LogLine, RunRecord, RunResult } from '#shared/records.ts'
import type { AppError } from '#shared/result.ts'
import { executorChoiceSchema, type ExecutorChoice } from '#shared/trainer-protocol.ts'
import { newId } from '../new-id.ts'
import { notFound } from './errors.ts'
import type { Database } from './sqlite.ts'

interface Row {
  readonly id: string
  readonly experiment_id: string
  readonly attempt: number
  readonly status: RunRecord['status']
  readonly executor: string
  readonly device: string | null
  readonly phase: string | null
  readonly step: number
  readonly total_steps: number
  readonly steps_per_second: number | null
  readonly remaining_seconds: number | null
  readonly progress: number | null
  readonly error: string | null
  readonly result: string | null
  readonly started_at: string
  readonly ended_at: string | null
}

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

export class Runs {
  readonly #db: Database
  readonly #now: () => string

  constructor(db: Database, now: () => string) {
    this.#db = db
    this.#now = now
  }

  /** The next attempt of an experiment, running. */
  start(experimentId: string, executor: ExecutorChoice): RunRecord {
    const id = newId('run')
    this.#db
      .prepare(
        `INSERT INTO runs (id, experiment_id, attempt, status, executor, started_at)
         VALUES (?, ?, (SELECT count(*) + 1 FROM runs WHERE experiment_id = ?), 'running', ?, ?)`,
      )
      .run(id, experimentId, experimentId, JSON.stringify(executor), this.#now())
    return this.get(id)
  }

  /** A paused or interrupted attempt runs again. */
  continue(id: string): RunRecord {
    this.#db.prepare(`UPDATE runs SET status = 'running', ended_at = NULL, error = NULL WHERE id = ?`).run(id)
    return this.get(id)
  }

  /** Throws `not-found`. */
  get(id: string): RunRecord {
    return toRecord(this.#row(id))
  }

  /** Attempts of an experiment, first to last. */
  list(experimentId: string): readonly RunRecord[] {
    return this.#db
      .prepare<[string], Row>('SELECT * FROM runs WHERE experiment_id = ? ORDER BY attempt')
      .all(experimentId)
      .map(toRecord)
  }

  latest(experimentId: string): RunRecord | undefined {
    return this.list(experimentId).at(-1)
  }

  latestByExperiment(): ReadonlyMap<string, RunRecord> {
    const rows = this.#db.prepare<[], Row>('SELECT * FROM runs ORDER BY attempt').all()
    return new Map(rows.map((row) => [row.experiment_id, toRecord(row)]))
  }

  /** What the attempt was started with: going on elsewhere would change its numbers. */
  executorOf(id: string): ExecutorChoice {
    return executorChoiceSchema.parse(JSON.parse(this.#row(id).executor))
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

  end(id: string, status: Exclude<RunRecord['status'], 'running'>, outcome: RunOutcome = {}): RunRecord {
    const { error, result } = outcome
    this.#db
      .prepare('UPDATE runs SET status = ?, error = ?, result = ?, remaining_seconds = NULL, ended_at = ? WHERE id = ?')
      .run(
        status,
        error === undefined ? null : JSON.stringify(error),
        result === undefined ? null : JSON.stringify(result),
        this.#now(),
        id,
      )
    return this.get(id)
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

  #row(id: string): Row {
    const row = this.#db.prepare<[string], Row>('SELECT * FROM runs WHERE id = ?').get(id)
    if (row === undefined) throw notFound('run', id)
    return row
  }
}

export interface RunOutcome {
  readonly error?: AppError
  readonly result?: RunResult
}

function toRecord(row: Row): RunRecord {
  return {
    id: row.id,
    experimentId: row.experiment_id,
    attempt: row.attempt,
    status: row.status,
    ...(row.device === null ? {} : { device: row.device }),
    ...(row.phase === null ? {} : { phase: row.phase }),
    step: row.step,
    totalSteps: row.total_steps,
    ...(row.steps_per_second === null ? {} : { stepsPerSecond: row.steps_per_second }),
    ...(row.remaining_seconds === null ? {} : { remainingSeconds: row.remaining_seconds }),
    ...(row.progress === null ? {} : { progress: row.progress }),
    // Both were written by `end` from values of these types.
    ...(row.error === null ? {} : { error: JSON.parse(row.error) as AppError }),
    ...(row.result === null ? {} : { result: JSON.parse(row.result) as RunResult }),
    startedAt: row.started_at,
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
  }
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}

/** A copy: a blob's bytes need not start where 32-bit numbers may. */
function floatsOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer)
}
