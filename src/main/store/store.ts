import { mkdirSync, rmSync } from 'node:fs'
import { timestamp, type Clock } from '../basics/clock.ts'
import { listBackups, makeBackup, removeUnfinishedBackups } from './backups.ts'
import { BatchesTable } from './batches.ts'
import { StoreCare } from './care/store-care.ts'
import { CheckpointsTable } from './checkpoints.ts'
import { ClustersTable } from './clusters.ts'
import { quickCheck } from './database-check.ts'
import { DatasetsTable } from './datasets.ts'
import { EvaluationsTable } from './evaluations.ts'
import { ExperimentsTable } from './experiments.ts'
import { findStore } from './found-store.ts'
import { ForksTable } from './forks.ts'
import { ImportanceTable } from './importance.ts'
import { LayerEffectsTable } from './layer-effects.ts'
import { storeLayout, type StoreLayout } from './layout.ts'
import { acquireStoreLock, type StoreLock } from './lock.ts'
import { MetricsTable } from './metrics.ts'
import { readVersion } from './migrate.ts'
import { NetworksTable } from './networks.ts'
import { openDatabase, openDatabaseForReading, type OpenedDatabase } from './open-database.ts'
import { Manifests, writtenResult } from './repair/manifests.ts'
import type { UnreadableRow } from './readable-rows.ts'
import { RemoteRunsTable } from './remote-runs.ts'
import { RunTimelinesTable } from './run-timelines.ts'
import { RunsTable } from './runs.ts'
import { SettingsTable } from './settings.ts'
import { StageTimesTable } from './stage-times.ts'
import { newMark, readMark, writeMark } from './store-mark.ts'
import { loadSqlite, type Database } from './sqlite.ts'
import { ViewsTable } from './views.ts'

export interface StoreOptions {
  readonly folder: string
  /** Who asks, for the message another process gets, e.g. `NeRN Studio`. */
  readonly program: string
  readonly clock: Clock
}

/** A backup at the end is worth its time when the last one is older than this. */
const BACKUP_INTERVAL_MS = 15 * 60_000

/** One open store, as its only owner or as one of many readers, with a repository for each kind of record. */
export class Store {
  readonly layout: StoreLayout
  readonly experiments: ExperimentsTable
  readonly batches: BatchesTable
  readonly runs: RunsTable
  readonly metrics: MetricsTable
  readonly timelines: RunTimelinesTable
  readonly checkpoints: CheckpointsTable
  readonly forks: ForksTable
  readonly clusters: ClustersTable
  readonly remoteRuns: RemoteRunsTable
  readonly networks: NetworksTable
  readonly datasets: DatasetsTable
  readonly evaluations: EvaluationsTable
  readonly importance: ImportanceTable
  readonly layerEffects: LayerEffectsTable
  readonly settings: SettingsTable
  readonly stageTimes: StageTimesTable
  readonly views: ViewsTable
  /** What keeps it small, whole and copied. */
  readonly care: StoreCare
  /** What is written beside the files of runs, networks and data sets. */
  readonly manifests: Manifests
  /** What the user must be told about opening it. */
  readonly notices: readonly string[]
  readonly #db: Database
  /** Undefined for a reader. */
  readonly #lock: StoreLock | undefined
  readonly #clock: Clock

  private constructor(layout: StoreLayout, { db, notices }: OpenedDatabase, lock: StoreLock | undefined, clock: Clock) {
    this.layout = layout
    this.#db = db
    this.#lock = lock
    this.#clock = clock
    const now = () => timestamp(clock)
    this.runs = new RunsTable(db, now, (runId) => writtenResult(layout, runId))
    this.experiments = new ExperimentsTable(db, this.runs, now)
    this.batches = new BatchesTable(db, now)
    this.metrics = new MetricsTable(db)
    this.timelines = new RunTimelinesTable(db)
    this.checkpoints = new CheckpointsTable(db, now)
    this.forks = new ForksTable(db)
    this.clusters = new ClustersTable(db, now)
    this.remoteRuns = new RemoteRunsTable(db)
    this.networks = new NetworksTable(db)
    this.datasets = new DatasetsTable(db)
    this.evaluations = new EvaluationsTable(db, now)
    this.importance = new ImportanceTable(db, now)
    this.layerEffects = new LayerEffectsTable(db, now)
    this.settings = new SettingsTable(db)
    this.stageTimes = new StageTimesTable(db, now)
    this.views = new ViewsTable(db, now)
    this.care = new StoreCare(db, layout, clock, this.checkpoints)
    this.manifests = new Manifests(db, layout)
    this.notices = [...notices, ...[...this.networks.unreadable(), ...this.datasets.unreadable()].map(unreadableNotice)]
  }

  /** Errors: `not-a-store`, `store-locked`, `store-newer`, `store-corrupt`, `internal` (SQLite cannot be loaded). */
  static async open({ folder, program, clock }: StoreOptions): Promise<Store> {
    const sqlite = loadSqlite()
    const layout = storeLayout(folder)
    const now = timestamp(clock)
    // Before anything in the folder is touched: it may be somebody else's.
    findStore(layout)
    const lock = acquireStoreLock(sqlite, layout, { pid: process.pid, program, since: now })
    try {
      const found = findStore(layout)
      const mark = found.mark ?? newMark()
      if (found.state === 'new') writeMark(layout, mark)
      const { isAfterUncleanEnd } = lock
      const opened = await openDatabase(sqlite, layout, { found, isAfterUncleanEnd, now })
      if (!mark.hasDatabase) writeMark(layout, { ...mark, hasDatabase: true })
      // Whatever was being made when the last owner ended was never finished. In a new store nobody has made anything.
      if (found.state !== 'new') rmSync(layout.temporary, { recursive: true, force: true })
      removeUnfinishedBackups(layout)
      for (const path of [layout.networks, layout.datasets, layout.runs, layout.temporary]) {
        mkdirSync(path, { recursive: true })
      }
      const store = new Store(layout, opened, lock, clock)
      store.experiments.refresh()
      return store
    } catch (cause) {
      lock.giveUp()
      throw cause
    }
  }

  /**
   * Opens a store for reading, whoever owns it: nothing in its folder is changed but what SQLite keeps of its readers
   * beside the database. Writing throws. Errors: `store-older`, `store-newer`, `store-corrupt`, `file-unreadable`,
   * `internal` (SQLite cannot be loaded).
   */
  static openForReading({ folder, clock }: Omit<StoreOptions, 'program'>): Store {
    const layout = storeLayout(folder)
    return new Store(layout, openDatabaseForReading(loadSqlite(), layout), undefined, clock)
  }

  /** Of its mark: no other store has it. */
  get id(): string {
    return readMark(this.layout)?.id ?? ''
  }

  get isReadOnly(): boolean {
    return this.#lock === undefined
  }

  get schemaVersion(): number {
    return readVersion(this.#db)
  }

  get sqliteVersion(): string {
    return String(this.#db.prepare('SELECT sqlite_version()').pluck().get())
  }

  /** Several writes that belong together: all or none. `write` must not wait for anything. */
  transaction<T>(write: () => T): T {
    return this.#db.transaction(write).immediate()
  }

  /**
   * A transaction that does not wait for the disk: when the power fails it may be lost, as a whole and only where nothing durable
   * came after it. For what can be fetched again, together with the place from which on.
   */
  transactionOfNews<T>(write: () => T): T {
    this.#db.pragma('synchronous = NORMAL')
    try {
      return this.transaction(write)
    } finally {
      this.#db.pragma('synchronous = FULL')
    }
  }

  /** What SQLite finds wrong, or undefined. Reads the whole file. */
  check(): string | undefined {
    return quickCheck(this.#db)
  }

  /** Path of a new backup; undefined where there is nothing that earlier ones do not have. */
  backup(): Promise<string | undefined> {
    return makeBackup(this.#db, this.layout, timestamp(this.#clock))
  }

  /** An owner backs up when something was written and the last backup is old. Then lets go of the store. */
  async close(): Promise<void> {
    if (!this.#db.open) return
    try {
      if (this.isReadOnly) return
      if (this.#isBackupDue()) await this.backup()
      this.#db.pragma('optimize')
    } finally {
      this.#db.close()
      this.#lock?.release()
    }
  }

  #isBackupDue(): boolean {
    const changes = Number(this.#db.prepare('SELECT total_changes()').pluck().get())
    if (changes === 0) return false
    const [newest] = listBackups(this.layout)
    if (newest === undefined) return true
    const age = this.#clock.now() - Date.parse(newest.createdAt)
    // One of the future was made while the clock was wrong: how old it is, nobody knows.
    return age < 0 || age >= BACKUP_INTERVAL_MS
  }
}

function unreadableNotice({ name, problem }: UnreadableRow): string {
  return `${name} is left out of the library. ${problem.message} ${problem.remedy ?? ''}`.trim()
}
