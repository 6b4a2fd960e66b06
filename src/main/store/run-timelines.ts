import type { RunPhase, RunTimeline, WallOffset } from '#shared/measures/run-timeline.ts'
import type { Database } from './sqlite.ts'

/** Both clocks differ by less from message to message; a pause, or a trainer that starts, takes longer. */
const smallestJumpMs = 1000

/** Of every run: its phases, and how training time lies on the clock on the wall. */
export class RunTimelinesTable {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  of(runId: string): RunTimeline {
    const phases = this.#db
      .prepare<[string], RunPhase>(
        'SELECT name, first_step AS firstStep, steps FROM run_phases WHERE run_id = ? ORDER BY first_step',
      )
      .all(runId)
    const wallOffsets = this.#db
      .prepare<[string], WallOffset>(
        `SELECT elapsed_ms AS elapsedMs, offset_ms AS offsetMs FROM wall_offsets
         WHERE run_id = ? ORDER BY elapsed_ms`,
      )
      .all(runId)
    return { phases, wallOffsets }
  }

  /** False where it was known: a phase is begun again after a pause. */
  addPhase(runId: string, { name, firstStep, steps }: RunPhase): boolean {
    const { changes } = this.#db
      .prepare(
        `INSERT INTO run_phases VALUES (@runId, @firstStep, @name, @steps)
         ON CONFLICT DO UPDATE SET name = @name, steps = @steps WHERE name <> @name OR steps <> @steps`,
      )
      .run({ runId, firstStep, name, steps })
    return changes > 0
  }

  /**
   * Notes when, in milliseconds from the start of the run, a training time was reached; kept where the two clocks have
   * moved against each other. Training that is done again has its new times. False where there was nothing to keep.
   */
  addWallTime(runId: string, elapsedMs: number, wallMs: number): boolean {
    return this.#db.transaction(() => {
      const { changes } = this.#db
        .prepare('DELETE FROM wall_offsets WHERE run_id = ? AND elapsed_ms > ?')
        .run(runId, elapsedMs)
      const last = this.#db
        .prepare<[string], number>(
          'SELECT offset_ms FROM wall_offsets WHERE run_id = ? ORDER BY elapsed_ms DESC LIMIT 1',
        )
        .pluck()
        .get(runId)
      const offsetMs = wallMs - elapsedMs
      if (last !== undefined && Math.abs(offsetMs - last) < smallestJumpMs) return changes > 0
      this.#db.prepare('INSERT OR REPLACE INTO wall_offsets VALUES (?, ?, ?)').run(runId, elapsedMs, offsetMs)
      return true
    })()
  }
}
