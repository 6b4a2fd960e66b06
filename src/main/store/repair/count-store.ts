import type { StoreCounts } from '#shared/protocol/commands/store-repair.ts'
import type { Database } from '../sqlite.ts'

export function countStore(db: Database): StoreCounts {
  const count = (sql: string) => Number(db.prepare(sql).pluck().get() ?? 0)
  return {
    networks: count('SELECT count(*) FROM networks'),
    datasets: count('SELECT count(*) FROM datasets'),
    experiments: count('SELECT count(*) FROM experiments'),
    completed: count(`SELECT count(*) FROM experiments WHERE status = 'completed'`),
    runs: count('SELECT count(*) FROM runs'),
    points: count('SELECT count(*) FROM points'),
    evaluations: count('SELECT count(*) FROM evaluations'),
  }
}
