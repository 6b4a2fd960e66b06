/** A bit of a cell that flipped: SQLite does not notice, whoever shows the number does. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runManifestPath, storeLayout } from '#main/store/layout.ts'
import { migrate } from '#main/store/migrate.ts'
import { migrations } from '#main/store/migrations.ts'
import { loadSqlite, type Database } from '#main/store/sqlite.ts'
import type { Store } from '#main/store/store.ts'
import { addCompleted, addNetworks, everythingOf } from '#test/support/filled-store.ts'
import { openStore } from '#test/support/store.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

/** As a disk does it: without the studio, and without the triggers of its tables. */
function changeCells(store: Store, sql: string): void {
  const sqlite = loadSqlite()
  const db = new sqlite(store.layout.database)
  for (const trigger of db.prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'trigger'`).pluck().all()) {
    db.exec(`DROP TRIGGER ${trigger}`)
  }
  db.exec(sql)
  db.close()
}

async function completed() {
  const store = await openStore()
  await addNetworks(store, 1)
  const [id = ''] = await addCompleted(store, 'net-1', 1)
  const [run = ''] = store.runs.ids(id)
  return { store, id, run, before: await everythingOf(store, id) }
}

const flipResult = `UPDATE run_results SET result = replace(result, '"correct":9173', '"correct":9175')`

it('a result is mended from beside its files, and never shown otherwise', async () => {
  const { store, id, run, before } = await completed()
  changeCells(store, flipResult)
  expect(await everythingOf(store, id)).toEqual(before)
  rmSync(runManifestPath(store.layout, run))
  // It was mended for good.
  expect(await everythingOf(store, id)).toEqual(before)
  changeCells(store, flipResult)
  const damaged = { code: 'record-unreadable', message: expect.stringContaining('is not what was written') as string }
  expect(() => store.experiments.get(id)).toThrow(expect.objectContaining(damaged) as Error)
  expect(() => store.runs.get(run)).toThrow(expect.objectContaining(damaged) as Error)
})

it('a reader shows what was written, and changes nothing', async () => {
  const { store, id } = await completed()
  const before = store.experiments.get(id)
  changeCells(store, flipResult)
  const { Store } = await import('#main/store/store.ts')
  const { systemClock } = await import('#main/basics/clock.ts')
  const reader = Store.openForReading({ folder: store.layout.folder, clock: systemClock })
  expect(reader.experiments.get(id)).toEqual(before)
  await reader.close()
  const sqlite = loadSqlite()
  const db = new sqlite(store.layout.database)
  expect(String(db.prepare('SELECT result FROM run_results').pluck().get())).toContain('"correct":9175')
  db.close()
})

it('a number of the table is derived again, and where the result is lost too its row says so', async () => {
  const { store, id, run } = await completed()
  const before = store.experiments.summary(id)
  changeCells(store, 'UPDATE experiments SET accuracy = accuracy + 0.25')
  expect(store.experiments.summary(id)).toEqual(before)
  changeCells(store, flipResult)
  rmSync(runManifestPath(store.layout, run))
  const { outcome, problem } = store.experiments.summary(id)
  expect(outcome).toEqual({})
  expect(problem).toMatchObject({ code: 'record-unreadable' })
})

it('predictions and counts of an evaluation are refused', async () => {
  const { store, run } = await completed()
  const subject = { runId: run }
  const evaluation = store.evaluations.best(subject, 'data-1', 'test')
  changeCells(store, 'UPDATE evaluations SET correct = correct + 2')
  const damaged = expect.objectContaining({ code: 'record-unreadable' }) as Error
  expect(() => store.evaluations.best(subject, 'data-1', 'test')).toThrow(damaged)
  changeCells(store, `UPDATE evaluations SET correct = correct - 2, predictions = zeroblob(length(predictions))`)
  expect(() => store.evaluations.predictions(evaluation?.id ?? '')).toThrow(damaged)
})

it('what an earlier studio stored gets its checksums from 19 to 20', async () => {
  expect(migrations[19]?.sql).toContain('row_checksum')
  const { store, id, before } = await completed()
  await store.close()
  const layout = storeLayout(store.layout.folder)
  const sqlite = loadSqlite()
  const old = new sqlite(join(temporaryFolder(), 'old.sqlite'))
  migrate(old, 19)
  copyRows(new sqlite(layout.database), old)
  await old.backup(layout.database)
  old.close()
  const opened = await openStore(layout.folder)
  expect(await everythingOf(opened, id)).toEqual(before)
  changeCells(opened, flipResult)
  expect(await everythingOf(opened, id)).toEqual(before)
})

/** Whatever tables and columns both have. */
function copyRows(from: Database, to: Database): void {
  to.pragma('foreign_keys = OFF')
  to.exec(`ATTACH '${from.name}' AS newer`)
  const tables = to
    .prepare<[], string>(`SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'`)
    .pluck()
    .all()
  for (const table of tables) {
    const columns = to.prepare<[string], string>(`SELECT name FROM pragma_table_info(?, 'main')`).pluck().all(table)
    to.exec(`INSERT OR REPLACE INTO main.${table} (${columns.join()}) SELECT ${columns.join()} FROM newer.${table}`)
  }
  from.close()
  to.exec('DETACH newer')
}
