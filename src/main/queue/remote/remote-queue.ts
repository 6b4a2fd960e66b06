import type { ClusterConfig, Resources } from '#shared/cluster/cluster-config.ts'
import type { ClusterConnection } from '#shared/protocol/commands/clusters.ts'
import { groupBy } from '#shared/basics/group-by.ts'
import { AppException, type AppError } from '#shared/basics/result.ts'
import { newId } from '../../basics/new-id.ts'
import type { RemoteCluster } from '../../cluster/remote-cluster.ts'
import type { StudioContext } from '../../context/studio-context.ts'
import { continuesRun } from '../../store/continues-run.ts'
import { problemOf } from '../../store/json-column.ts'
import type { LiveRemoteRun } from '../../store/remote-runs.ts'
import type { WaitingForCluster } from '../../store/queue-order.ts'
import { cancelledTask } from '../../trainer-host/single-job.ts'
import { ClusterLink } from './cluster-link.ts'

/** Slurm's arrays hold 1001 tasks where nobody has changed it; one that is refused would be refused as a whole. */
const MOST_RUNS_OF_A_SUBMISSION = 500

export interface RemoteQueueParts {
  readonly takeStorageTrouble: (error: AppError) => boolean
  /** Experiments have ended, or were set aside. */
  readonly onChange: (ids: readonly string[]) => void
  /** A cluster was reached, lost, or is busy with something. */
  readonly onConnection: () => void
}

/** What is queued for clusters and runs there. A cluster is asked only while something of this studio is on it. */
export class RemoteQueue {
  readonly #context: StudioContext
  readonly #parts: RemoteQueueParts
  readonly #links = new Map<string, ClusterLink>()
  #isWatched = false
  #isClosed = false

  constructor(context: StudioContext, parts: RemoteQueueParts) {
    this.#context = context
    this.#parts = parts
  }

  /** Goes on with what is on clusters already. */
  start(): void {
    for (const { name } of this.#clusters()) {
      if (this.#context.store.remoteRuns.live(name).length > 0) void this.#linkOf(name)?.wake()
    }
  }

  /** Whether somebody looks: news are fetched more often then. */
  watch(isWatched: boolean): void {
    const begins = isWatched && !this.#isWatched
    this.#isWatched = isWatched
    if (begins) this.start()
  }

  /** Submits what waits for clusters, of `only` when it is given: what belongs together goes as one array. */
  dispatch(only?: ReadonlySet<string>): void {
    this.#dispatch(({ id }) => only?.has(id) ?? true)
  }

  #dispatch(isWanted: (experiment: WaitingForCluster) => boolean): void {
    if (this.#isClosed) return
    const { store } = this.#context
    const waiting = store.experiments.queue.waitingForClusters().filter(isWanted)
    if (waiting.length === 0) return
    for (const [name, experiments] of groupBy(waiting, ({ cluster }) => cluster)) {
      const config = store.clusters.find(name)
      if (config === undefined) this.#setAside(experiments, `There is no cluster ${name}.`)
      else this.#prepare(config, experiments)
      void this.#linkOf(name)?.wake()
    }
    this.#parts.onChange(waiting.map(({ id }) => id))
  }

  /** Keeps what is wished of a run on a cluster, and sees to it. False where the experiment runs on none. */
  wish(experimentId: string, wish: 'pause' | 'cancel'): boolean {
    const { store } = this.#context
    const run = store.remoteRuns.liveOf(experimentId)
    if (run === undefined) return false
    // Who has cancelled it wants no pause any more.
    if (run.wish === 'cancel' || run.wish === wish) return true
    store.remoteRuns.change(run.runId, { wish })
    const link = this.#linkOf(run.cluster)
    link?.acknowledge(run, wish)
    void link?.wake()
    return true
  }

  /**
   * Gives up the job of an experiment that waits there, and submits it with other resources, together with those of its array that
   * will never start either. Their ids. Throws `conflict` where it waits for nothing.
   */
  submitAgain(experimentId: string, resources: Resources): readonly string[] {
    const { store } = this.#context
    const asked = store.remoteRuns.liveOf(experimentId)
    if (asked?.state !== 'waiting' && asked?.state !== 'prepared') throw waitsForNothing(experimentId)
    const live = store.remoteRuns.live(asked.cluster)
    const isAlong = (run: LiveRemoteRun): boolean =>
      run.submission === asked.submission && store.runs.get(run.runId).remote?.never !== undefined
    const runs = live.filter((run) => run.runId === asked.runId || isAlong(run))
    const submission = newId('sub')
    store.transaction(() => {
      for (const run of runs) {
        store.remoteRuns.prepareInstead(run, submission, resources)
        store.runs.changeThreads(run.runId, resources.cpus)
      }
    })
    const link = this.#linkOf(asked.cluster)
    link?.showPrepared(runs)
    void link?.wake()
    return runs.map((run) => run.experimentId)
  }

  /** Asks for a checkpoint; false where the experiment is on no cluster. Never throws: the connection says when it is lost. */
  saveCheckpoint(experimentId: string): boolean {
    const run = this.#context.store.remoteRuns.liveOf(experimentId)
    if (run === undefined) return false
    const { arrayJobId, task } = run
    if (arrayJobId === undefined || task === undefined) return true
    const link = this.#linkOf(run.cluster)
    void link
      ?.use((cluster) => cluster.checkpoint({ ...run, arrayJobId, task }))
      .then(() => link.wake())
      .catch(() => {
        // Whoever wants a checkpoint asks again.
      })
    return true
  }

  /** Submits, where the queue is on, and fetches now what there is; resolves when it was tried. Throws `not-found`. */
  async pull(name: string): Promise<void> {
    const { clusters, settings } = this.#context.store
    clusters.get(name)
    if (settings.get('queue.is-active')) this.#dispatch(({ cluster }) => cluster === name)
    await this.#linkOf(name)?.catchUp()
  }

  connectionOf(name: string): ClusterConnection {
    return this.#links.get(name)?.connection ?? { state: 'unknown' }
  }

  /** Behind what is being done there. Throws `not-found`, `cancelled` while the studio closes, and what the call throws. */
  async use<T>(
    name: string,
    call: (cluster: RemoteCluster) => Promise<T>,
    errorIn?: (answer: T) => AppError | undefined,
  ): Promise<T> {
    this.#context.store.clusters.get(name)
    const link = this.#linkOf(name)
    // A connection of its own would be closed by nobody.
    if (link === undefined) throw cancelledTask()
    return link.use(call, errorIn)
  }

  /** Its configuration was changed, or it is gone: what is done from now on goes by what it is now. */
  async changed(name: string): Promise<void> {
    const link = this.#links.get(name)
    this.#links.delete(name)
    await link?.close()
    if (this.#context.store.remoteRuns.live(name).length > 0) void this.#linkOf(name)?.wake()
  }

  /** What is being done is waited for; what runs there goes on. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#links.values()].map((link) => link.close()))
    this.#links.clear()
  }

  /** Everything of a submission is in the store before a cluster hears of it. */
  #prepare({ name, cpus }: ClusterConfig, experiments: readonly WaitingForCluster[]): void {
    const shapes = groupBy(experiments, ({ id, batchId }) => `${batchId ?? id} ${this.#threadsOf(id) ?? cpus}`)
    for (const group of shapes.values()) {
      for (let from = 0; from < group.length; from += MOST_RUNS_OF_A_SUBMISSION) {
        const submission = newId('sub')
        for (const experiment of group.slice(from, from + MOST_RUNS_OF_A_SUBMISSION)) {
          const problem = problemOf(() => this.#prepareOne(experiment.id, name, cpus, submission))
          if (problem !== undefined) this.#setAside([experiment], problem.message)
        }
      }
    }
  }

  #prepareOne(id: string, cluster: string, cpus: number, submission: string): void {
    const { store } = this.#context
    store.transaction(() => {
      store.experiments.transition(id, 'dispatch', 'queued')
      const { latestRun } = store.experiments.get(id)
      const run = continuesRun(latestRun)
        ? store.runs.continue(latestRun.id)
        : store.runs.start(id, { executor: 'onnxruntime', provider: 'cpu', threads: cpus })
      store.remoteRuns.prepare(run.id, cluster, submission)
    })
  }

  /** A run that goes on keeps its number of threads: its results depend on it, to the last bit. */
  #threadsOf(id: string): number | undefined {
    const { store } = this.#context
    let threads: number | undefined
    problemOf(() => {
      const { latestRun } = store.experiments.summary(id)
      if (continuesRun(latestRun)) threads = store.runs.executorOf(latestRun.id).threads
    })
    return threads
  }

  #setAside(experiments: readonly WaitingForCluster[], why: string): void {
    const { store, log } = this.#context
    for (const { id } of experiments) {
      store.experiments.transition(id, 'pause', 'queued')
      log('cluster', 'error', `${id} was set aside instead of submitted. ${why}`)
    }
  }

  #clusters(): readonly ClusterConfig[] {
    let clusters: readonly ClusterConfig[] = []
    const problem = problemOf(() => {
      clusters = this.#context.store.clusters.list()
    })
    if (problem !== undefined) this.#context.log('cluster', 'error', problem.message)
    return clusters
  }

  #linkOf(name: string): ClusterLink | undefined {
    const known = this.#links.get(name)
    if (known !== undefined || this.#isClosed) return known
    const config = this.#context.store.clusters.find(name)
    if (config === undefined) return undefined
    const { takeStorageTrouble, onChange, onConnection } = this.#parts
    const link = new ClusterLink(this.#context, config, this.#context.openCluster(config), {
      takeStorageTrouble,
      isWatched: () => this.#isWatched,
      onChange: onConnection,
      onEnded: () => onChange([]),
    })
    this.#links.set(name, link)
    return link
  }
}

function waitsForNothing(experimentId: string): AppException {
  return new AppException({
    code: 'conflict',
    message: 'The experiment does not wait in the queue of a cluster.',
    where: experimentId,
    remedy: 'Pause it first where it runs; resuming it asks for what the settings of the cluster say.',
  })
}
