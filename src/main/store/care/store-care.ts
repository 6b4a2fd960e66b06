import { statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type {
  CheckpointDisk,
  StoreBackup,
  StoreCareOutputs,
  StoreCheck,
  StoreOrphan,
  StoreUsage,
} from '#shared/protocol/commands/store-care.ts'
import type { CheckpointRecord } from '#shared/protocol/records.ts'
import type { Settings } from '#shared/protocol/settings.ts'
import { timestamp, type Clock } from '../../basics/clock.ts'
import { listBackups, makeBackup } from '../backups.ts'
import { databaseBytes } from '../database-files.ts'
import type { StoreLayout } from '../layout.ts'
import { loadSqlite, type Database } from '../sqlite.ts'
import type { CheckpointsTable } from '../checkpoints.ts'
import { checkStore } from './check-store.ts'
import { exportStore, importStore } from './exchange.ts'
import { measureStore } from './measure-store.ts'
import { oldCheckpoints, removeCheckpoints } from './old-checkpoints.ts'
import { findOrphans, removeOrphans } from './orphans.ts'

/** What keeps an open store small, whole and copied. */
export class StoreCare {
  readonly #db: Database
  readonly #layout: StoreLayout
  readonly #clock: Clock
  readonly #checkpoints: CheckpointsTable

  constructor(db: Database, layout: StoreLayout, clock: Clock, checkpoints: CheckpointsTable) {
    this.#db = db
    this.#layout = layout
    this.#clock = clock
    this.#checkpoints = checkpoints
  }

  usage(): Promise<StoreUsage> {
    return measureStore(this.#db, this.#layout)
  }

  /** @param onProgress throws to end it */
  check(hasFiles: boolean, onProgress: (what: string, done: number, total: number) => void): Promise<StoreCheck> {
    return checkStore(this.#opened, hasFiles, onProgress)
  }

  orphans(): Promise<readonly StoreOrphan[]> {
    return findOrphans(this.#db, this.#layout, this.#clock.now())
  }

  async sweep(): Promise<readonly StoreOrphan[]> {
    return removeOrphans(this.#layout, await this.orphans())
  }

  checkpointDisk(kept: Settings['checkpointsKept']): CheckpointDisk {
    const now = this.#clock.now()
    return {
      all: diskOf(oldCheckpoints(this.#checkpoints, 'until-finished', now)),
      old: diskOf(oldCheckpoints(this.#checkpoints, kept, now)),
    }
  }

  /** Removes those that the setting keeps no longer; returns the runs that they were of. */
  async removeOldCheckpoints(kept: Settings['checkpointsKept']): Promise<ReadonlySet<string>> {
    const old = oldCheckpoints(this.#checkpoints, kept, this.#clock.now())
    await removeCheckpoints(this.#checkpoints, this.#layout, old)
    return new Set(old.map(({ runId }) => runId))
  }

  /** Undefined where earlier backups have all there is. */
  async backUp(): Promise<StoreBackup | undefined> {
    const path = await makeBackup(this.#db, this.#layout, timestamp(this.#clock))
    if (path === undefined) return undefined
    const name = basename(path)
    const createdAt = listBackups(this.#layout).find((backup) => backup.name === name)?.createdAt ?? ''
    return { name, createdAt, sizeBytes: statSync(join(this.#layout.backups, name)).size }
  }

  /** Bytes that the database gave back to the disk. */
  vacuum(): number {
    const before = databaseBytes(this.#layout.database)
    this.#db.exec('VACUUM')
    this.#db.pragma('wal_checkpoint(TRUNCATE)')
    return Math.max(0, before - databaseBytes(this.#layout.database))
  }

  exportTo(folder: string): Promise<StoreCareOutputs['store.export']> {
    return exportStore(this.#opened, folder)
  }

  importFrom(folder: string): Promise<StoreCareOutputs['store.import']> {
    return importStore(this.#opened, folder)
  }

  get #opened() {
    return { sqlite: loadSqlite(), db: this.#db, layout: this.#layout }
  }
}

function diskOf(checkpoints: readonly CheckpointRecord[]): CheckpointDisk['all'] {
  return { files: checkpoints.length, sizeBytes: checkpoints.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) }
}
