import type { CheckpointRecord } from '#shared/protocol/records.ts'
import type { Database } from './sqlite.ts'

/** Rows of checkpoints; their files lie in the run's folder under `checkpointFileName`. */
export class CheckpointsTable {
  readonly #db: Database
  readonly #now: () => string

  constructor(db: Database, now: () => string) {
    this.#db = db
    this.#now = now
  }

  add(checkpoint: Omit<CheckpointRecord, 'createdAt'>): CheckpointRecord {
    const record = { ...checkpoint, createdAt: this.#now() }
    this.#db
      .prepare(
        `INSERT OR REPLACE INTO checkpoints (run_id, step, phase, sha256, size_bytes, created_at)
         VALUES (@runId, @step, @phase, @sha256, @sizeBytes, @createdAt)`,
      )
      .run(record)
    return record
  }

  /** Newest first. */
  list(runId: string): readonly CheckpointRecord[] {
    return this.#db
      .prepare<[string], CheckpointRecord>(
        `SELECT run_id AS runId, step, phase, sha256, size_bytes AS sizeBytes, created_at AS createdAt
         FROM checkpoints WHERE run_id = ? ORDER BY step DESC`,
      )
      .all(runId)
  }

  /** Of runs that were completed or cancelled before a time, the oldest first. */
  ofFinishedRuns(before: string): readonly CheckpointRecord[] {
    return this.#db
      .prepare<[string], CheckpointRecord>(
        `SELECT c.run_id AS runId, c.step, c.phase, c.sha256, c.size_bytes AS sizeBytes, c.created_at AS createdAt
         FROM checkpoints c JOIN runs r ON r.id = c.run_id
         WHERE r.status IN ('completed', 'cancelled') AND r.ended_at <= ? ORDER BY r.ended_at, c.run_id, c.step`,
      )
      .all(before)
  }

  remove(runId: string, step: number): void {
    this.#db.prepare('DELETE FROM checkpoints WHERE run_id = ? AND step = ?').run(runId, step)
  }
}

/** The digest in the name keeps a checkpoint made twice at one step from overwriting the first before its row changes. */
export function checkpointFileName({ step, sha256 }: Pick<CheckpointRecord, 'step' | 'sha256'>): string {
  return `checkpoint-${String(step).padStart(8, '0')}-${sha256.slice(0, 8)}.safetensors`
}
