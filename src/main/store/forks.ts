import type { ForkRecord } from '#shared/protocol/records.ts'
import type { Database } from './sqlite.ts'

/** A fork, and the digest of the checkpoint it begins with, which names its file (`forkPath`). */
export interface StoredFork extends ForkRecord {
  readonly sha256: string
}

/** Rows of experiments that begin with a checkpoint of another's run. */
export class ForksTable {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  add(experimentId: string, { runId, step, phase, sha256 }: StoredFork): void {
    this.#db.prepare('INSERT INTO forks VALUES (?, ?, ?, ?, ?)').run(experimentId, runId, step, phase, sha256)
  }

  /** Undefined for an experiment that begins at its beginning. */
  of(experimentId: string): StoredFork | undefined {
    return this.#db
      .prepare<[string], StoredFork>('SELECT run_id AS runId, step, phase, sha256 FROM forks WHERE experiment_id = ?')
      .get(experimentId)
  }

  /** Whether an experiment begins with this checkpoint. */
  isUsed(sha256: string): boolean {
    return this.#db.prepare('SELECT 1 FROM forks WHERE sha256 = ? LIMIT 1').get(sha256) !== undefined
  }
}
