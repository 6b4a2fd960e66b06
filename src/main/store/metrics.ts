import type { MetricPoint } from '#shared/records.ts'
import type { Database } from './sqlite.ts'

interface Row {
  readonly name: string
  readonly step: number
  readonly elapsed_ms: number
  /** SQLite has no NaN: it is kept as NULL. */
  readonly value: number | null
}

export class Metrics {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** Adds a batch in one transaction; a point reported again replaces the old one. */
  add(runId: string, points: readonly MetricPoint[]): void {
    const insert = this.#db.prepare('INSERT OR REPLACE INTO metrics VALUES (?, ?, ?, ?, ?)')
    this.#db.transaction(() => {
      for (const { name, step, elapsedMs, value } of points) insert.run(runId, name, step, elapsedMs, value)
    })()
  }

  /** Forgets what came after `step`: a run that goes on from a checkpoint reports it again. */
  removeAfter(runId: string, step: number): void {
    this.#db.prepare('DELETE FROM metrics WHERE run_id = ? AND step > ?').run(runId, step)
  }

  /** Points after `afterStep`, by name and step, evenly thinned to at most `maxPoints` (at least 2) a name. */
  list(runId: string, afterStep: number, maxPoints: number): readonly MetricPoint[] {
    return this.#db
      .prepare<[object], Row>(
        // Point i of n is kept when it is the first to reach the next of maxPoints equal parts; first and last always are.
        // Numbers are bound as REAL: the division must be told that it is one of integers.
        `WITH parts AS (SELECT cast(@maxPoints - 1 AS INTEGER) AS m), numbered AS (
           SELECT name, step, elapsed_ms, value,
             row_number() OVER (PARTITION BY name ORDER BY step) - 1 AS i,
             count(*) OVER (PARTITION BY name) AS n
           FROM metrics WHERE run_id = @runId AND step > @afterStep
         )
         SELECT name, step, elapsed_ms, value FROM numbered, parts
         WHERE n <= @maxPoints OR i = 0 OR (i * m) / (n - 1) > ((i - 1) * m) / (n - 1)
         ORDER BY name, step`,
      )
      .all({ runId, afterStep, maxPoints })
      .map((row) => ({ name: row.name, step: row.step, elapsedMs: row.elapsed_ms, value: row.value ?? NaN }))
  }
}
