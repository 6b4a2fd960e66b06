import { basename, join } from 'node:path'
import { AppException, toAppError } from '#shared/basics/result.ts'
import {
  repairWays,
  type RepairOffer,
  type RepairOutcome,
  type RepairPreview,
  type RepairWay,
} from '#shared/protocol/commands/store-repair.ts'
import { timestamp, type Clock } from '../../basics/clock.ts'
import { listBackups } from '../backups.ts'
import { damageFound } from '../database-damage.ts'
import { findStore } from '../found-store.ts'
import { storeLayout, type StoreLayout } from '../layout.ts'
import { acquireStoreLock, type StoreLock } from '../lock.ts'
import { finishPutInPlace, putInPlace } from '../put-in-place.ts'
import { newMark, writeMark } from '../store-mark.ts'
import { loadSqlite, type Sqlite } from '../sqlite.ts'
import { makeCandidate, type RepairedDatabase } from './candidate.ts'

/** A store that is owned to be repaired, and not opened. */
export class StoreRepair {
  readonly #sqlite: Sqlite
  readonly #layout: StoreLayout
  readonly #lock: StoreLock
  readonly #clock: Clock
  readonly #damage: string | undefined
  #isRepaired = false
  /** What was made for the preview is what is put in place. */
  readonly #candidates = new Map<RepairWay, RepairedDatabase>()

  private constructor(sqlite: Sqlite, layout: StoreLayout, lock: StoreLock, clock: Clock) {
    this.#sqlite = sqlite
    this.#layout = layout
    this.#lock = lock
    this.#clock = clock
    finishPutInPlace(layout)
    // After damage was found, by whatever look: all of the file.
    this.#damage = damageFound(sqlite, layout, findStore(layout), true)
  }

  /** Errors: `not-found` without a store, `not-a-store`, `store-locked`, `store-newer`. */
  static open({ folder, program, clock }: RepairOptions): StoreRepair {
    const sqlite = loadSqlite()
    const layout = storeLayout(folder)
    if (findStore(layout).state === 'new') {
      const message = 'There is no store to repair.'
      throw new AppException({ code: 'not-found', message, where: folder, remedy: 'Name its folder (--store DIR).' })
    }
    const lock = acquireStoreLock(sqlite, layout, { pid: process.pid, program, since: timestamp(clock) })
    try {
      return new StoreRepair(sqlite, layout, lock, clock)
    } catch (cause) {
      lock.giveUp()
      throw cause
    }
  }

  /** Every way tried, beside the store. */
  preview(): RepairPreview {
    const offers = repairWays.map((way) => this.#offer(way))
    const best = bestOf(offers)
    return {
      folder: this.#layout.folder,
      ...(this.#damage === undefined ? {} : { damage: this.#damage }),
      offers,
      ...(best === undefined ? {} : { best }),
    }
  }

  /**
   * Makes what a way gives the database of the store; the one before is set aside, with its log.
   * @param backupName of the backup to restore; by default the newest good one
   * Errors: `store-corrupt` where the way is not possible, `not-found` for the backup.
   */
  apply(way: RepairWay, backupName?: string): RepairOutcome {
    const backup = backupName === undefined ? undefined : this.#backupPath(backupName)
    const known = backup === undefined && !this.#isRepaired ? this.#candidates.get(way) : undefined
    const { path, keeps, notes } = known ?? makeCandidate(this.#sqlite, this.#layout, way, backup)
    const setAside = putInPlace(this.#layout, path, timestamp(this.#clock))
    const found = findStore(this.#layout)
    writeMark(this.#layout, { ...(found.mark ?? newMark()), hasDatabase: true })
    this.#isRepaired = true
    return { way, keeps, notes, setAside }
  }

  close(): void {
    if (this.#isRepaired) this.#lock.release()
    else this.#lock.giveUp()
  }

  #offer(way: RepairWay): RepairOffer {
    try {
      const candidate = makeCandidate(this.#sqlite, this.#layout, way)
      this.#candidates.set(way, candidate)
      return { way, isPossible: true, keeps: candidate.keeps, notes: candidate.notes }
    } catch (thrown) {
      return { way, isPossible: false, reason: toAppError(thrown).message }
    }
  }

  #backupPath(name: string): string {
    const known = listBackups(this.#layout).map((backup) => backup.name)
    if (known.includes(basename(name))) return join(this.#layout.backups, basename(name))
    throw new AppException({
      code: 'not-found',
      message: `There is no backup ${name}.`,
      where: this.#layout.backups,
      remedy: known.length === 0 ? 'This store has none.' : `Name one of these: ${known.join(', ')}.`,
    })
  }
}

export interface RepairOptions {
  readonly folder: string
  /** Who asks, for the message another process gets. */
  readonly program: string
  readonly clock: Clock
}

/** The way that keeps most experiments, then most of the rest; of equals the first. */
function bestOf(offers: readonly RepairOffer[]): RepairWay | undefined {
  let best: Extract<RepairOffer, { isPossible: true }> | undefined
  for (const offer of offers) {
    if (!offer.isPossible || weightOf(offer) === 0) continue
    if (best === undefined || isMore(offer, best)) best = offer
  }
  return best?.way
}

type Possible = Extract<RepairOffer, { isPossible: true }>

function weightOf({ keeps }: Possible): number {
  return keeps.experiments + keeps.networks + keeps.datasets
}

function isMore({ keeps: a }: Possible, { keeps: b }: Possible): boolean {
  const differences = [
    a.completed - b.completed,
    a.experiments - b.experiments,
    a.networks + a.datasets - b.networks - b.datasets,
    a.evaluations - b.evaluations,
    a.points - b.points,
  ]
  return (differences.find((difference) => difference !== 0) ?? 0) > 0
}
