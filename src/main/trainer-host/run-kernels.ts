import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { atomicWrite, type WriteBytes } from '../files/atomic-write.ts'
import { makeFolder } from '../files/make-folder.ts'
import { kernelsPath, kernelSamplePath, kernelSnapshotName, snapshotStepOf, type StoreLayout } from '../store/layout.ts'
import type { TrainerEvent } from './supervisor.ts'

/** Of all snapshots of a run: a trainer stays far below it, whatever the network. */
const MOST_BYTES = 16 * 2 ** 20

/** Snapshots of one run's kernels: a file a step, so that one that is made twice takes the place of the first. */
export class RunKernels {
  readonly #layout: StoreLayout
  readonly #runId: string
  readonly #write: WriteBytes | undefined
  #writtenBytes = 0

  constructor(layout: StoreLayout, runId: string, write?: WriteBytes) {
    this.#layout = layout
    this.#runId = runId
    this.#write = write
  }

  /** False where the run has had its share of the disk. Errors: `disk-full`, `file-unreadable`. */
  async save({ step, bytes, sample }: TrainerEvent<'kernel-snapshot'>): Promise<boolean> {
    this.#writtenBytes += bytes.byteLength
    if (this.#writtenBytes > MOST_BYTES) return false
    const folder = kernelsPath(this.#layout, this.#runId)
    await makeFolder(folder)
    if (sample !== undefined) await atomicWrite(kernelSamplePath(this.#layout, this.#runId), sample, this.#write)
    await atomicWrite(join(folder, kernelSnapshotName(step)), bytes, this.#write)
    return true
  }

  /** What came after `step` is computed, and kept, again; -1 for all. */
  async removeAfter(step: number): Promise<void> {
    const folder = kernelsPath(this.#layout, this.#runId)
    const names = await readdir(folder).catch((): string[] => [])
    const later = names.filter((name) => (snapshotStepOf(name) ?? -1) > step)
    await Promise.all(later.map((name) => rm(join(folder, name), { force: true })))
  }
}
