import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { toAppError, type AppError } from '#shared/basics/result.ts'
import { isStorageTrouble } from '#shared/basics/storage-errors.ts'
import type { Clock } from '../basics/clock.ts'
import { atomicWrite, type WriteBytes } from '../files/atomic-write.ts'
import type { Log } from '../log/log.ts'
import type { Store } from '../store/store.ts'

/** Between two looks at a disk that takes no writes. */
export interface DiskWaits {
  readonly firstMs: number
  /** Each wait is twice as long as the one before, up to this. */
  readonly longestMs: number
}

export const defaultDiskWaits: DiskWaits = { firstMs: 5_000, longestMs: 5 * 60_000 }

/** A disk that has room for this and for what was to be written has room. */
const ROOM_BYTES = 1_000_000

interface StorageHoldParts {
  readonly store: Pick<Store, 'layout' | 'settings'>
  readonly clock: Clock
  readonly log: Log
  readonly writeBytes: WriteBytes | undefined
  readonly waits: DiskWaits
  /** Told when the hold begins, changes and ends. */
  readonly onChange: () => void
}

/**
 * Holds the queue while the disk of the store takes no writes, and lets go when it does: the disk is tried now and then,
 * less and less often while it is of no use.
 */
export class StorageHold {
  readonly #parts: StorageHoldParts
  readonly #waiting = new Set<(isWell: boolean) => void>()
  #error: AppError | undefined
  #neededBytes = 0
  #waitMs: number
  #endedAt = -Infinity
  #isClosed = false
  #cancelLook: () => void = () => {}

  constructor(parts: StorageHoldParts) {
    this.#parts = parts
    this.#waitMs = parts.waits.firstMs
  }

  /** Why the queue is held; undefined while it is not. */
  get error(): AppError | undefined {
    return this.#error
  }

  /**
   * Begins to hold when the error is the disk's; false for any other.
   * @param neededBytes what was to be written: room for twice as much ends the hold
   */
  take(error: AppError, neededBytes = 0): boolean {
    if (!isStorageTrouble(error)) return false
    this.#neededBytes = Math.max(this.#neededBytes, neededBytes)
    if (this.#error !== undefined || this.#isClosed) return true
    const { clock, log, store, waits } = this.#parts
    // Soon after the last hold the looks stay rare: that one ended too hopefully.
    if (clock.now() - this.#endedAt > waits.longestMs) this.#waitMs = waits.firstMs
    this.#error = { ...error, where: error.where ?? store.layout.folder }
    log('queue', 'error', `The queue is held: ${error.message}`)
    this.#lookLater()
    this.#tellChange()
    return true
  }

  /** Resolves with true when the disk is well again, with false when the studio closes before. */
  ended(): Promise<boolean> {
    if (this.#isClosed) return Promise.resolve(false)
    if (this.#error === undefined) return Promise.resolve(true)
    return new Promise((resolve) => this.#waiting.add(resolve))
  }

  close(): void {
    this.#isClosed = true
    this.#cancelLook()
    this.#tellWaiting(false)
  }

  #lookLater(): void {
    this.#cancelLook = this.#parts.clock.after(this.#waitMs, () => void this.#look())
    this.#waitMs = Math.min(2 * this.#waitMs, this.#parts.waits.longestMs)
  }

  async #look(): Promise<void> {
    const problem = await this.#problem()
    if (this.#isClosed) return
    if (problem !== undefined) return this.#lookLater()
    const { clock, log } = this.#parts
    this.#error = undefined
    this.#neededBytes = 0
    this.#endedAt = clock.now()
    log('queue', 'info', 'The store can be written again; the queue goes on.')
    this.#tellWaiting(true)
    this.#tellChange()
  }

  /** Writes into the database and beside it, as runs do; undefined when both went well. */
  async #problem(): Promise<AppError | undefined> {
    const { store, writeBytes } = this.#parts
    const path = join(store.layout.temporary, 'room')
    try {
      await mkdir(store.layout.temporary, { recursive: true })
      await atomicWrite(path, new Uint8Array(Math.max(ROOM_BYTES, 2 * this.#neededBytes)), writeBytes)
      // While the file takes its room: there must be some for the database beside it.
      store.settings.set('queue.is-active', store.settings.get('queue.is-active'))
      return undefined
    } catch (thrown) {
      return toAppError(thrown)
    } finally {
      await rm(path, { force: true }).catch(() => undefined)
    }
  }

  #tellWaiting(isWell: boolean): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    waiting.forEach((resolve) => resolve(isWell))
  }

  /** What a listener meets, such as a database that cannot even be read, must not end the hold. */
  #tellChange(): void {
    try {
      this.#parts.onChange()
    } catch (thrown) {
      this.#parts.log('queue', 'error', `The state of the queue could not be told: ${toAppError(thrown).message}`)
    }
  }
}
