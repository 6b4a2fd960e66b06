import type { ClusterConfig } from '#shared/cluster/cluster-config.ts'
import { resourcesOf } from '#shared/cluster/cluster-config.ts'
import { isConnectionError } from '#shared/cluster/connection-errors.ts'
import type { ClusterConnection } from '#shared/protocol/commands/clusters.ts'
import { groupBy } from '#shared/basics/group-by.ts'
import { toAppError, type AppError } from '#shared/basics/result.ts'
import { isStorageTrouble } from '#shared/basics/storage-errors.ts'
import { timestamp } from '../../basics/clock.ts'
import type { RemoteCluster, RemoteRunInput } from '../../cluster/remote-cluster.ts'
import type { StudioContext } from '../../context/studio-context.ts'
import type { LiveRemoteRun, RemoteRunChanges } from '../../store/remote-runs.ts'
import { ActiveRemoteRun } from './active-remote-run.ts'

const CLOSE_PATIENCE_MS = 5_000

export interface LinkParts {
  readonly isWatched: () => boolean
  /** Told of an error of the store's disk; true where the queue is held by it. */
  readonly takeStorageTrouble: (error: AppError) => boolean
  /** The connection, or what it is busy with, has changed. */
  readonly onChange: () => void
  /** Runs have ended: there may be other work to do. */
  readonly onEnded: () => void
}

/** Runs with a place in Slurm's queue. */
type SubmittedRun = LiveRemoteRun & { readonly arrayJobId: number; readonly task: number }

/**
 * One cluster and the runs on it. All that is done stands in the store: a turn submits what was prepared, carries out what was
 * wished, and brings in what is new. A turn that ends in the middle, by an error or a kill, is done again from the start.
 */
export class ClusterLink {
  readonly #context: StudioContext
  readonly #config: ClusterConfig
  readonly #cluster: RemoteCluster
  readonly #parts: LinkParts
  readonly #runs = new Map<string, ActiveRemoteRun>()
  #connection: ClusterConnection = { state: 'unknown' }
  #cancelTimer: () => void = () => {}
  /** Turns and other calls, one after the other. */
  #tail: Promise<void> = Promise.resolve()
  #isTurnQueued = false
  #failures = 0
  #hasMore = false
  #isClosed = false

  constructor(context: StudioContext, config: ClusterConfig, cluster: RemoteCluster, parts: LinkParts) {
    this.#context = context
    this.#config = config
    this.#cluster = cluster
    this.#parts = parts
  }

  get connection(): ClusterConnection {
    return this.#connection
  }

  /** Brings in all that is there now, however many turns it takes. Never rejects. */
  async catchUp(): Promise<void> {
    do await this.wake()
    while (this.#hasMore && !this.#isClosed)
  }

  /** Something is to be done; the promise resolves when it was tried. Never rejects. */
  wake(): Promise<void> {
    if (this.#isTurnQueued) return this.#tail
    this.#isTurnQueued = true
    return this.#enqueue(async () => {
      this.#isTurnQueued = false
      await this.#turn()
    })
  }

  /** Says at once what was asked for; the next turn does it. */
  acknowledge(run: LiveRemoteRun, wish: 'pause' | 'cancel'): void {
    this.#runOf(run)?.acknowledge(wish)
  }

  /** Says at once that they are to be submitted again. */
  showPrepared(runs: readonly LiveRemoteRun[]): void {
    for (const run of runs) this.#runOf(run)?.show({})
  }

  /**
   * Behind what is being done. Throws what the call throws.
   * @param errorIn finds in an answer that the cluster was not reached
   */
  use<T>(
    call: (cluster: RemoteCluster) => Promise<T>,
    errorIn: (answer: T) => AppError | undefined = () => undefined,
  ): Promise<T> {
    const answer = this.#tail.then(() => call(this.#cluster))
    this.#tail = answer.then(
      (given) => {
        const error = errorIn(given)
        if (error === undefined) this.#isReached()
        else this.#isLost(error)
      },
      (thrown: unknown) => {
        const error = toAppError(thrown)
        if (isConnectionError(error)) this.#isLost(error)
      },
    )
    return answer
  }

  /** What is being done has a moment to end; what it did not do is done after the next start. Nothing there is stopped. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancelTimer()
    const patience = new Promise<void>((resolve) => this.#context.clock.after(CLOSE_PATIENCE_MS, resolve))
    await Promise.race([this.#tail, patience])
    await this.#cluster.close().catch((thrown: unknown) => this.#log('warning', thrown))
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    this.#tail = this.#tail
      .then(() => (this.#isClosed ? undefined : work()))
      .catch((thrown: unknown) => this.#log('error', thrown))
    return this.#tail
  }

  async #turn(): Promise<void> {
    this.#cancelTimer()
    let hasMore = false
    try {
      await this.#endUnsent()
      const isAsked = this.#live().length > 0
      await this.#cancelReplaced()
      await this.#submit()
      await this.#carryOutWishes()
      hasMore = await this.#poll()
      if (isAsked) this.#isReached()
    } catch (thrown) {
      this.#failed(thrown)
    }
    this.#hasMore = hasMore
    this.#schedule(hasMore)
  }

  #schedule(hasMore: boolean): void {
    if (this.#isClosed || this.#live().length === 0) return
    const { watchedMs, unwatchedMs, firstRetryMs } = this.#context.clusterWaits
    const usual = this.#parts.isWatched() ? watchedMs : unwatchedMs
    const retry = Math.min(unwatchedMs, firstRetryMs * 2 ** (this.#failures - 1))
    const next = this.#failures > 0 ? retry : usual
    this.#cancelTimer = this.#context.clock.after(hasMore ? 0 : next, () => void this.wake())
  }

  /** What was never sent needs no cluster to be paused or cancelled, unless a job of it waits there. */
  async #endUnsent(): Promise<void> {
    for (const run of this.#live()) {
      if (run.state !== 'prepared' || run.wish === undefined || run.replaced !== undefined) continue
      await this.#end(run, run.wish === 'pause' ? { kind: 'paused' } : { kind: 'cancelled' })
    }
  }

  /** Jobs whose place others take: they go first, so that none of them computes what the others do. */
  async #cancelReplaced(): Promise<void> {
    const runs = this.#live().flatMap(({ runId, replaced }) => (replaced === undefined ? [] : [{ runId, ...replaced }]))
    if (runs.length === 0) return
    await this.#cluster.stop(runs, 'cancel')
    const { store } = this.#context
    store.transaction(() => runs.forEach(({ runId }) => store.remoteRuns.change(runId, { replaced: null })))
    await this.#endUnsent()
  }

  /** One call for each submission; those that were sent and not answered are sent again under the same name. */
  async #submit(): Promise<void> {
    const groups = groupBy(
      this.#live().filter(({ arrayJobId }) => arrayJobId === undefined),
      ({ submission }) => submission,
    )
    for (const [submission, runs] of groups) await this.#submitBatch(submission, runs)
  }

  async #submitBatch(submission: string, runs: readonly LiveRemoteRun[]): Promise<void> {
    const inputs: RemoteRunInput[] = []
    for (const run of runs) {
      const input = await this.#inputOf(run)
      if (input !== undefined) inputs.push(input)
    }
    const [first] = inputs
    if (first === undefined) return
    this.#show(inputs, () => ({ state: 'sending' }))
    const asked = runs.find(({ resources }) => resources !== undefined)?.resources
    const resources = { ...(asked ?? resourcesOf(this.#config)), cpus: first.executor.threads }
    try {
      const name = this.#nameOf(runs)
      const { arrayJobId, tasks } = await this.#cluster.submit(
        { submission, name, runs: inputs, resources },
        (progress) => this.#isBusy(progress),
      )
      this.#show(inputs, ({ runId }) => ({ state: 'waiting', array_job: arrayJobId, task: tasks.get(runId) ?? null }))
    } catch (thrown) {
      const error = toAppError(thrown)
      if (isConnectionError(error) || isStorageTrouble(error)) throw thrown
      // Slurm, or the folder there, refused it: nothing runs, and trying again would not help.
      for (const run of runs) await this.#end(run, { kind: 'paused', error })
    }
  }

  /** All of them or none. */
  #show(inputs: readonly RemoteRunInput[], changesOf: (input: RemoteRunInput) => RemoteRunChanges): void {
    const { store } = this.#context
    store.transaction(() => inputs.forEach((input) => this.#runs.get(input.runId)?.show(changesOf(input))))
  }

  /** Undefined for one that ended because no job can be made of it. */
  async #inputOf(run: LiveRemoteRun): Promise<RemoteRunInput | undefined> {
    try {
      return await this.#runOf(run)?.input()
    } catch (thrown) {
      await this.#end(run, { kind: 'failed', error: toAppError(thrown) })
      return undefined
    }
  }

  async #carryOutWishes(): Promise<void> {
    for (const wish of ['pause', 'cancel'] as const) {
      const runs = this.#submitted().filter((run) => run.wish === wish)
      if (runs.length > 0) await this.#cluster.stop(runs, wish)
    }
  }

  /** Whether there is more than one poll carries. */
  async #poll(): Promise<boolean> {
    const runs = this.#submitted()
    if (runs.length === 0) return false
    const answer = await this.#cluster.poll(runs.map((run) => ({ ...run, ...run.cursor })))
    let hasMore = false
    let hasEnded = false
    for (const run of runs) {
      const polled = answer.runs.get(run.runId)
      const known = this.#runOf(run)
      if (polled === undefined || known === undefined) continue
      hasMore ||= polled.hasMore
      if (!(await known.take(polled))) continue
      this.#runs.delete(run.runId)
      hasEnded = true
    }
    if (hasEnded) this.#parts.onEnded()
    // What was interrupted is submitted again at once.
    return hasMore || this.#live().some(({ state }) => state === 'prepared')
  }

  async #end(run: LiveRemoteRun, outcome: Parameters<ActiveRemoteRun['end']>[0]): Promise<void> {
    await this.#runOf(run)?.end(outcome)
    this.#runs.delete(run.runId)
    this.#parts.onEnded()
  }

  /** Undefined for one whose experiment cannot be read; the log says so. */
  #runOf(run: LiveRemoteRun): ActiveRemoteRun | undefined {
    let known = this.#runs.get(run.runId)
    if (known !== undefined) return known
    try {
      known = new ActiveRemoteRun(this.#context, this.#cluster, run)
      this.#runs.set(run.runId, known)
    } catch (thrown) {
      this.#log('error', thrown)
    }
    return known
  }

  #live(): readonly LiveRemoteRun[] {
    return this.#context.store.remoteRuns.live(this.#config.name)
  }

  #submitted(): readonly SubmittedRun[] {
    return this.#live().flatMap((run) =>
      run.arrayJobId === undefined || run.task === undefined
        ? []
        : [{ ...run, arrayJobId: run.arrayJobId, task: run.task }],
    )
  }

  #nameOf([first]: readonly LiveRemoteRun[]): string {
    const { store } = this.#context
    if (first === undefined) return ''
    const { name, batchId } = store.experiments.summary(first.experimentId)
    return batchId === undefined ? name : store.batches.get(batchId).name
  }

  #failed(thrown: unknown): void {
    const error = toAppError(thrown)
    if (isConnectionError(error)) return this.#isLost(error)
    this.#failures++
    if (!this.#parts.takeStorageTrouble(error)) this.#log('error', thrown)
  }

  #isReached(): void {
    this.#failures = 0
    this.#tell({ state: 'connected', heardAt: timestamp(this.#context.clock) })
  }

  #isLost(error: AppError): void {
    this.#failures++
    const since = this.#connection.state === 'lost' ? this.#connection.since : timestamp(this.#context.clock)
    this.#tell({ state: 'lost', since, error })
  }

  #isBusy({ phase, done, total }: { readonly phase: string; readonly done: number; readonly total: number }): void {
    this.#tell({ state: 'busy', phase, done, total })
  }

  #tell(connection: ClusterConnection): void {
    this.#connection = connection
    this.#parts.onChange()
  }

  #log(level: 'warning' | 'error', thrown: unknown): void {
    const { message, code } = toAppError(thrown)
    const detail = code === 'internal' && thrown instanceof Error ? (thrown.stack ?? message) : message
    this.#context.log('cluster', level, `${this.#config.name}: ${detail}`)
  }
}
