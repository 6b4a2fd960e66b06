import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Store } from '../store/store.ts'
import { checkpointFileName } from '../store/checkpoints.ts'
import { runPath } from '../store/layout.ts'
import { atomicWrite, type WriteBytes } from '../files/atomic-write.ts'
import { sha256Of } from '../files/sha256.ts'
import type { TrainerEvent } from './supervisor.ts'

/** The newest, and the one before in case the newest is damaged. */
const KEPT_CHECKPOINTS = 2

export interface LoadedCheckpoint {
  readonly step: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Checkpoints of one run: file, then row; the last two are kept. */
export class RunCheckpoints {
  readonly #store: Store
  readonly #runId: string
  readonly #write: WriteBytes | undefined

  constructor(store: Store, runId: string, write?: WriteBytes) {
    this.#store = store
    this.#runId = runId
    this.#write = write
  }

  get #folder(): string {
    return runPath(this.#store.layout, this.#runId)
  }

  /** Errors: `disk-full`, `file-unreadable`; the checkpoints before it are then untouched. */
  async save({ step, phase, sha256, bytes }: TrainerEvent<'checkpoint'>): Promise<void> {
    await mkdir(this.#folder, { recursive: true })
    await atomicWrite(join(this.#folder, checkpointFileName({ step, sha256 })), bytes, this.#write)
    const replaced = this.#store.checkpoints
      .list(this.#runId)
      .find((checkpoint) => checkpoint.step === step && checkpoint.sha256 !== sha256)
    this.#store.checkpoints.add({ runId: this.#runId, step, phase, sha256, sizeBytes: bytes.byteLength })
    if (replaced !== undefined) await rm(join(this.#folder, checkpointFileName(replaced)), { force: true })
    await this.#removeFrom(KEPT_CHECKPOINTS)
  }

  /** The newest whose bytes are what was written; `onDamaged` hears of those that are not. */
  async loadNewest(onDamaged: (text: string) => void): Promise<LoadedCheckpoint | undefined> {
    for (const checkpoint of this.#store.checkpoints.list(this.#runId)) {
      const name = checkpointFileName(checkpoint)
      const bytes = await readFile(join(this.#folder, name)).catch(() => undefined)
      if (bytes !== undefined && sha256Of(bytes) === checkpoint.sha256) return { step: checkpoint.step, bytes }
      const problem = bytes === undefined ? 'cannot be read' : 'has changed since it was written'
      onDamaged(`The checkpoint of step ${checkpoint.step} (${name}) ${problem}; the one before it is used.`)
    }
    return undefined
  }

  /** A finished run needs none. */
  async removeAll(): Promise<void> {
    await this.#removeFrom(0)
  }

  async #removeFrom(index: number): Promise<void> {
    for (const checkpoint of this.#store.checkpoints.list(this.#runId).slice(index)) {
      this.#store.checkpoints.remove(this.#runId, checkpoint.step)
      await rm(join(this.#folder, checkpointFileName(checkpoint)), { force: true })
    }
  }
}
