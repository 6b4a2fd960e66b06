import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { toAppError } from '#shared/basics/result.ts'
import type { StoreLayout } from '../layout.ts'
import type { Database, Sqlite } from '../sqlite.ts'
import { ManifestDatabases, parseManifest } from './manifest.ts'
import { manifestPaths } from './manifests.ts'
import { mergeStore } from './merge-store.ts'

export interface Adopted {
  /** Records that the database did not have. */
  readonly networks: number
  readonly datasets: number
  readonly experiments: number
  readonly runs: number
  /** Manifests that are not what was written. */
  readonly unreadable: readonly string[]
}

/** Brings in what manifests know and a database of the present version does not. References are not looked at. Throws where it cannot be written. */
export function adoptManifests(sqlite: Sqlite, layout: StoreLayout, db: Database): Adopted {
  const total = { networks: 0, datasets: 0, experiments: 0, runs: 0 }
  const unreadable: string[] = []
  const databases = new ManifestDatabases(sqlite)
  for (const path of manifestPaths(layout)) {
    let own: Database
    try {
      own = databases.open(parseManifest(readFileSync(path, 'utf8'), path))
    } catch (thrown) {
      unreadable.push(`${relative(layout.folder, path)}: ${toAppError(thrown).message}`)
      continue
    }
    try {
      // What fails here is the disk's doing, not the manifest's: a repair must not end with less than there is.
      const { networks, datasets, experiments, runs } = db.transaction(() => mergeStore(own, db, 'manifest'))()
      total.networks += networks
      total.datasets += datasets
      total.experiments += experiments
      total.runs += runs
    } finally {
      own.close()
    }
  }
  return { ...total, unreadable }
}
