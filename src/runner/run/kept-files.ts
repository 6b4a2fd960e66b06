/** Files of a run by their SHA-256, and its newest two checkpoints. */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { atomicWrite } from '#main/files/atomic-write.ts'
import { sha256Of } from '#main/files/sha256.ts'
import { readVerified } from '#main/files/verified-file.ts'
import { AppException } from '#shared/basics/result.ts'
import { remoteFileSchema, type RemoteFile } from '#shared/cluster/remote-events.ts'
import { CHECKPOINTS_FILE, FILES } from '../run-folder.ts'

const keptSchema = z.array(z.strictObject({ step: z.int().min(0), ...remoteFileSchema.shape }))
type Kept = z.infer<typeof keptSchema>[number]

const KEPT_CHECKPOINTS = 2

export class KeptFiles {
  readonly #folder: string
  #preview: RemoteFile | undefined

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Durable, and read again: a full disk may take a part of a file and say nothing. */
  async add(bytes: Uint8Array): Promise<RemoteFile> {
    const file = { sha256: sha256Of(bytes), sizeBytes: bytes.byteLength }
    if (await this.#isWhole(file.sha256)) return file
    await atomicWrite(this.#path(file.sha256), bytes)
    if (await this.#isWhole(file.sha256)) return file
    throw new AppException({
      code: 'disk-failing',
      message: 'A file is not what was written.',
      where: this.#path(file.sha256),
      remedy: 'Check the file system of the cluster and your quota there.',
    })
  }

  /** What was the newest but one goes only when the new one is known to be whole. */
  async addCheckpoint(step: number, bytes: Uint8Array): Promise<RemoteFile> {
    const before = this.#checkpoints()
    const file = await this.add(bytes)
    const others = before.filter(({ sha256 }) => sha256 !== file.sha256)
    const kept = [{ step, ...file }, ...others.slice(0, KEPT_CHECKPOINTS - 1)]
    await atomicWrite(join(this.#folder, CHECKPOINTS_FILE), Buffer.from(JSON.stringify(kept)))
    for (const { sha256 } of others.slice(KEPT_CHECKPOINTS - 1)) rmSync(this.#path(sha256), { force: true })
    return file
  }

  /** Only the newest preview is of interest. */
  async addPreview(bytes: Uint8Array): Promise<RemoteFile> {
    const file = await this.add(bytes)
    if (this.#preview !== undefined && this.#preview.sha256 !== file.sha256) {
      rmSync(this.#path(this.#preview.sha256), { force: true })
    }
    this.#preview = file
    return file
  }

  /** The newest whose bytes are what was written. */
  async newestCheckpoint(): Promise<{ readonly step: number; readonly bytes: Uint8Array<ArrayBuffer> } | undefined> {
    for (const { step, sha256 } of this.#checkpoints()) {
      const file = await readVerified(this.#path(sha256), sha256)
      if ('bytes' in file) return { step, bytes: file.bytes }
    }
    return undefined
  }

  #checkpoints(): readonly Kept[] {
    const path = join(this.#folder, CHECKPOINTS_FILE)
    if (!existsSync(path)) return []
    const parsed = keptSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')))
    return parsed.success ? parsed.data : []
  }

  async #isWhole(sha256: string): Promise<boolean> {
    return 'bytes' in (await readVerified(this.#path(sha256), sha256))
  }

  #path(sha256: string): string {
    return join(this.#folder, FILES, sha256)
  }
}
