import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { RepairOutcome, RepairPreview, RepairWay } from '#shared/protocol/commands/store-repair.ts'
import { AppException, type Result } from '#shared/basics/result.ts'
import type { RepairOptions } from './store-repair.ts'

export type RepairWorkerData = Pick<RepairOptions, 'folder' | 'program'>

type RepairCall = { readonly call: 'open' | 'preview' | 'close' } | { readonly call: 'apply'; readonly way: RepairWay }
export type RepairRequest = RepairCall & { readonly id: number }
export interface RepairAnswer {
  readonly id: number
  readonly result: Result<unknown>
}

interface Waiting {
  readonly resolve: (result: Result<unknown>) => void
  readonly reject: (cause: unknown) => void
}

/**
 * `StoreRepair` in a thread of its own. To look through a store with years of runs takes minutes, in which windows can still be
 * moved, closed and answered.
 */
export class RepairThread {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  #previews = 0
  #gone: Error | undefined

  private constructor(worker: Worker) {
    this.#worker = worker
    worker.on('message', ({ id, result }: RepairAnswer) => {
      this.#waiting.get(id)?.resolve(result)
      this.#waiting.delete(id)
    })
    worker.on('error', (cause) => this.#fail(cause instanceof Error ? cause : new Error(String(cause))))
    worker.on('exit', () => this.#fail(new Error('The thread that repairs the store has ended.')))
  }

  /**
   * Owns the store until `close`.
   * @param entryFolder with `repair-worker.js`
   * Errors as those of `StoreRepair.open`.
   */
  static async open(entryFolder: string, { folder, program }: RepairWorkerData): Promise<RepairThread> {
    const workerData: RepairWorkerData = { folder, program }
    const thread = new RepairThread(new Worker(join(entryFolder, 'repair-worker.js'), { workerData }))
    try {
      await thread.#ask({ call: 'open' })
      return thread
    } catch (thrown) {
      await thread.#worker.terminate()
      throw thrown
    }
  }

  /** Every way tried, beside the store. */
  async preview(): Promise<RepairPreview> {
    this.#previews += 1
    try {
      return await this.#ask<RepairPreview>({ call: 'preview' })
    } finally {
      this.#previews -= 1
    }
  }

  /** Makes what a way gives the database of the store. Errors: `store-corrupt` where the way is not possible. */
  apply(way: RepairWay): Promise<RepairOutcome> {
    return this.#ask<RepairOutcome>({ call: 'apply', way })
  }

  /** Lets go of the store: after a repair that is being done, at once while ways are only tried. */
  async close(): Promise<void> {
    if (this.#previews === 0) await this.#ask({ call: 'close' })
    await this.#worker.terminate()
  }

  async #ask<T>(call: RepairCall): Promise<T> {
    if (this.#gone !== undefined) throw this.#gone
    const id = ++this.#lastId
    const result = await new Promise<Result<unknown>>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker.postMessage({ ...call, id } satisfies RepairRequest)
    })
    if (!result.ok) throw new AppException(result.error)
    // What the worker answers to this call.
    return result.value as T
  }

  #fail(cause: Error): void {
    this.#gone ??= cause
    for (const { reject } of this.#waiting.values()) reject(this.#gone)
    this.#waiting.clear()
  }
}
