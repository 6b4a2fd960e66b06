/** A store as it is after years: thousands of invented experiments with the points of their metrics. */
import { statSync } from 'node:fs'
import { storeLayout } from '#main/store/layout.ts'
import { loadSqlite } from '#main/store/sqlite.ts'
import { inventExperiments } from '../../e2e/invented-experiments.ts'
import { storeFolderIn } from '../../e2e/launch.ts'

/** As many as a compression reports. */
const metricsOfRun = ['loss.total', 'loss.reconstruction', 'relative-error', 'learning-rate', 'memory.rss-bytes']

/** `2M` or `2000000` of a command line. */
export function pointCount(text: string): number {
  return Number(text.replace(/M$/, '000000'))
}

/** Fills a new store below `folder`; resolves to the bytes of its database. */
export async function makeLargeStore(folder: string, experiments: number, points: number): Promise<number> {
  await inventExperiments(folder, experiments)
  const { database } = storeLayout(storeFolderIn(folder))
  const sqlite = loadSqlite()
  const db = new sqlite(database)
  // What is made up again when it is lost need not be safe, and no store is made so.
  db.pragma('journal_mode = OFF')
  db.pragma('synchronous = OFF')
  db.transaction(() => {
    const insertSeries = db.prepare('INSERT INTO series (run_id, name) SELECT id, ? FROM runs ORDER BY rowid')
    for (const name of metricsOfRun) insertSeries.run(name)
    const count = db.prepare<[], number>('SELECT count(*) FROM series').pluck().get() ?? 0
    const pointsOfSeries = Math.ceil(points / Math.max(1, count))
    db.prepare(
      `WITH RECURSIVE steps (step) AS (SELECT 0 UNION ALL SELECT step + 1 FROM steps WHERE step < @last)
       INSERT INTO points SELECT series.id, 10 * step, 123.4 * step, 1.0 / (step + 1) + 1e-3 * (abs(random()) % 1000)
       FROM series, steps ORDER BY 1, 2`,
    ).run({ last: pointsOfSeries - 1 })
    db.exec(`
      UPDATE series SET (count, last_step, minimum, maximum) =
        (SELECT count(*), max(step), min(value), max(value) FROM points WHERE series_id = series.id);
      UPDATE series SET last = (SELECT value FROM points WHERE series_id = series.id AND step = last_step);
    `)
  })()
  db.pragma('journal_mode = WAL')
  db.close()
  return statSync(database).size
}
