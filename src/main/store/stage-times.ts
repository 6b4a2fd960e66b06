import type { ExecutorChoice } from '#shared/protocol/trainer-protocol.ts'
import type { Database } from './sqlite.ts'

/** What stages of earlier runs took on this machine, in seconds a unit, for the time left of those to come. */
export class StageTimesTable {
  readonly #db: Database
  readonly #now: () => string

  constructor(db: Database, now: () => string) {
    this.#db = db
    this.#now = now
  }

  /** Of stages whose name begins with `subject` and a slash (see shared/experiment/stage-times.ts). */
  of(executor: ExecutorChoice, subject: string): Readonly<Record<string, number>> {
    const rows = this.#db
      .prepare<[string, string, string], { stage: string; seconds: number }>(
        // The character behind the slash bounds the names that begin so: the primary key finds them.
        'SELECT stage, seconds FROM stage_times WHERE executor = ? AND stage >= ? AND stage < ?',
      )
      .all(keyOf(executor), `${subject}/`, `${subject}0`)
    return Object.fromEntries(rows.map(({ stage, seconds }) => [stage, seconds]))
  }

  /** A newer measurement of a stage takes the place of the older one. */
  save(executor: ExecutorChoice, seconds: Readonly<Record<string, number>>): void {
    const insert = this.#db.prepare('INSERT OR REPLACE INTO stage_times VALUES (?, ?, ?, ?)')
    this.#db.transaction(() => {
      for (const [stage, value] of Object.entries(seconds)) insert.run(keyOf(executor), stage, value, this.#now())
    })()
  }
}

function keyOf({ executor, provider, threads }: ExecutorChoice): string {
  return `${executor} ${provider} ${threads}`
}
