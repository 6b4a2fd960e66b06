import type { Database } from '../sqlite.ts'

interface Violation {
  readonly table: string
  readonly rowid: number | null
  readonly parent: string
}

/**
 * Takes out what refers to rows that are gone. An experiment keeps its results without its network; what belongs to a
 * run, a data set or an experiment that is gone goes with it.
 */
export function mendReferences(db: Database): void {
  db.transaction(() => {
    db.prepare('UPDATE experiments SET network_id = NULL WHERE network_id NOT IN (SELECT id FROM networks)').run()
    db.prepare('UPDATE experiments SET batch_id = NULL WHERE batch_id NOT IN (SELECT id FROM batches)').run()
    db.prepare('DELETE FROM points WHERE series_id NOT IN (SELECT id FROM series)').run()
    db.prepare('DELETE FROM experiments WHERE id NOT IN (SELECT experiment_id FROM experiment_configs)').run()
    for (;;) {
      const [first, ...others] = db.pragma('foreign_key_check') as Violation[]
      if (first === undefined) break
      for (const { table, rowid } of [first, ...others]) db.prepare(`DELETE FROM "${table}" WHERE rowid = ?`).run(rowid)
      db.prepare('DELETE FROM points WHERE series_id NOT IN (SELECT id FROM series)').run()
    }
    db.prepare(
      `UPDATE experiments SET latest_run_id =
         (SELECT id FROM runs WHERE experiment_id = experiments.id ORDER BY attempt DESC LIMIT 1)`,
    ).run()
    // Nothing is derived twice: opening the store does it.
    db.prepare('UPDATE experiments SET summary_is_current = 0').run()
  })()
}
