import type { Database } from '../sqlite.ts'
import { tableShapes } from './table-rows.ts'

interface Reference {
  readonly table: string
  readonly column: string
  readonly parent: string
  readonly key: string
}

/**
 * Takes out what refers to rows that are gone. An experiment keeps its results without its network; what belongs to a
 * run, a data set or an experiment that is gone goes with it.
 */
export function mendReferences(db: Database): void {
  db.transaction(() => {
    db.prepare('UPDATE experiments SET network_id = NULL WHERE network_id NOT IN (SELECT id FROM networks)').run()
    db.prepare('UPDATE experiments SET batch_id = NULL WHERE batch_id NOT IN (SELECT id FROM batches)').run()
    db.prepare('DELETE FROM experiments WHERE id NOT IN (SELECT experiment_id FROM experiment_configs)').run()
    const references = referencesOf(db)
    // What goes may have been referred to itself.
    while (references.some((reference) => removeDangling(db, reference) > 0));
    db.prepare(
      `UPDATE experiments SET latest_run_id =
         (SELECT id FROM runs WHERE experiment_id = experiments.id ORDER BY attempt DESC LIMIT 1)`,
    ).run()
    // Nothing is derived twice: opening the store does it.
    db.prepare('UPDATE experiments SET summary_is_current = 0').run()
  })()
}

function referencesOf(db: Database): readonly Reference[] {
  return tableShapes(db).flatMap(({ name: table }) =>
    db
      .prepare<[string], { from: string; table: string; to: string }>(
        'SELECT "from", "table", "to" FROM pragma_foreign_key_list(?)',
      )
      .all(table)
      .map(({ from, table: parent, to }) => ({ table, column: from, parent, key: to })),
  )
}

function removeDangling(db: Database, { table, column, parent, key }: Reference): number {
  const dangling = `"${column}" IS NOT NULL AND "${column}" NOT IN (SELECT "${key}" FROM "${parent}")`
  return db.prepare(`DELETE FROM "${table}" WHERE ${dangling}`).run().changes
}
