import { clusterConfigSchema, type ClusterConfig } from '#shared/cluster/cluster-config.ts'
import { notFound } from './errors.ts'
import { readColumn } from './json-column.ts'
import type { Database } from './sqlite.ts'

interface ClusterRow {
  readonly name: string
  readonly config: string
}

/** Clusters that experiments can run on: what ssh and Slurm are asked with, and nothing secret. */
export class ClustersTable {
  readonly #db: Database
  readonly #now: () => string

  constructor(db: Database, now: () => string) {
    this.#db = db
    this.#now = now
  }

  /** By name. Throws `record-unreadable`. */
  list(): readonly ClusterConfig[] {
    return this.#db.prepare<[], ClusterRow>('SELECT name, config FROM clusters ORDER BY name').all().map(configOf)
  }

  /** Throws `record-unreadable`. */
  find(name: string): ClusterConfig | undefined {
    const row = this.#db.prepare<[string], ClusterRow>('SELECT name, config FROM clusters WHERE name = ?').get(name)
    return row === undefined ? undefined : configOf(row)
  }

  /** Throws `not-found`, `record-unreadable`. */
  get(name: string): ClusterConfig {
    const config = this.find(name)
    if (config === undefined) throw notFound('cluster', name)
    return config
  }

  /** A new one, or in the place of the one with its name. */
  save(config: ClusterConfig): void {
    this.#db
      .prepare(
        `INSERT INTO clusters VALUES (@name, @config, @now) ON CONFLICT (name) DO UPDATE SET config = excluded.config`,
      )
      .run({ name: config.name, config: JSON.stringify(config), now: this.#now() })
  }

  /** Throws `not-found`. Whether something still needs it is the caller's business (`namesOn`). */
  remove(name: string): void {
    if (this.#db.prepare('DELETE FROM clusters WHERE name = ?').run(name).changes === 0) throw notFound('cluster', name)
  }

  /** Names of experiments that wait, run or are paused there. */
  namesOn(name: string): readonly string[] {
    return this.#db
      .prepare<[string], string>(
        `SELECT name FROM experiments
         WHERE place = ? AND status IN ('queued', 'running', 'paused') ORDER BY number`,
      )
      .pluck()
      .all(name)
  }
}

function configOf({ name, config }: ClusterRow): ClusterConfig {
  return readColumn(clusterConfigSchema, config, `The cluster ${name}`)
}
