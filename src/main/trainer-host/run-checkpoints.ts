import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppException } from '#shared/basics/result.ts'
import type { CheckpointRecord } from '#shared/protocol/records.ts'
import type { StoredFork } from '../store/forks.ts'
import type { Store } from '../store/store.ts'
import { removeCheckpoints } from '../store/care/old-checkpoints.ts'
import { checkpointFileName } from '../store/checkpoints.ts'
import { forkPath, runPath } from '../store/layout.ts'
import { atomicWrite, type WriteBytes } from '../files/atomic-write.ts'
import { makeFolder } from '../files/make-folder.ts'
import { readVerified } from '../files/verified-file.ts'
import type { TrainerEvent } from './supervisor.ts'

/** The newest, and the one before in case the newest is damaged. */
const KEPT_CHECKPOINTS = 2
/** The last of a phase is kept for forks, unless it takes more. */
const MOST_BYTES_OF_PHASE_END = 32 * 2 ** 20

export interface LoadedCheckpoint {
  readonly step: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Checkpoints of one run: file, then row. The last two are kept, and the last of every phase. */
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
    await makeFolder(this.#folder)
    await atomicWrite(join(this.#folder, checkpointFileName({ step, sha256 })), bytes, this.#write)
    const replaced = this.#store.checkpoints
      .list(this.#runId)
      .find((checkpoint) => checkpoint.step === step && checkpoint.sha256 !== sha256)
    this.#store.checkpoints.add({ runId: this.#runId, step, phase, sha256, sizeBytes: bytes.byteLength })
    if (replaced !== undefined) await rm(join(this.#folder, checkpointFileName(replaced)), { force: true })
    await this.#removeAllBut(KEPT_CHECKPOINTS)
  }

  /** The newest whose bytes are what was written; `onDamaged` hears of those that are not. */
  async loadNewest(onDamaged: (text: string) => void): Promise<LoadedCheckpoint | undefined> {
    for (const checkpoint of this.#store.checkpoints.list(this.#runId)) {
      const name = checkpointFileName(checkpoint)
      const file = await readVerified(join(this.#folder, name), checkpoint.sha256)
      if ('bytes' in file) return { step: checkpoint.step, bytes: file.bytes }
      onDamaged(`The checkpoint of step ${checkpoint.step} (${name}) ${file.problem}; the one before it is used.`)
    }
    return undefined
  }

  /** The bytes that a fork begins with. Throws `file-unreadable`, `file-corrupt`. */
  async loadFork({ sha256, step }: StoredFork): Promise<LoadedCheckpoint> {
    const path = forkPath(this.#store.layout, sha256)
    const file = await readVerified(path, sha256)
    if ('bytes' in file) return { step, bytes: file.bytes }
    throw new AppException({
      code: file.code,
      message: `The checkpoint of step ${step} that this fork begins with ${file.problem}.`,
      where: path,
      remedy: 'Fork the run again.',
    })
  }

  /** Of a run that has ended: forks may begin with the last of each phase. */
  async keepPhaseEnds(): Promise<void> {
    await this.#removeAllBut(0)
  }

  /** @param newest so many stay, beside the ends of phases */
  async #removeAllBut(newest: number): Promise<void> {
    const all = this.#store.checkpoints.list(this.#runId)
    const steps = new Set([...all.slice(0, newest), ...phaseEnds(all)].map(({ step }) => step))
    const { checkpoints, layout } = this.#store
    await removeCheckpoints(
      checkpoints,
      layout,
      all.filter(({ step }) => !steps.has(step)),
    )
  }
}

/** The last of every phase that is small enough. @param checkpoints newest first */
function phaseEnds(checkpoints: readonly CheckpointRecord[]): readonly CheckpointRecord[] {
  return checkpoints.filter(
    ({ phase, sizeBytes }, at) =>
      sizeBytes <= MOST_BYTES_OF_PHASE_END && checkpoints.findIndex((other) => other.phase === phase) === at,
  )
}
