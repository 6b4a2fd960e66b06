import type { QueueState } from '#shared/protocol/commands/queue.ts'
import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import type { RunRecord } from '#shared/protocol/records.ts'
import { AppException, toAppError } from '#shared/basics/result.ts'
import { nextStatus, type ExperimentAction } from '#shared/experiment/status-machine.ts'
import { providerNames, type ProviderName } from '#shared/execution/executors.ts'
import { placesOn } from '#shared/execution/places.ts'
import type { StudioContext } from '../context/studio-context.ts'
import { problemOf } from '../store/json-column.ts'
import type { FirstInLine } from '../store/queue-order.ts'
import { ActiveRun } from './active-run.ts'
import { experimentsToStart } from './decide.ts'
import { RemoteQueue } from './remote/remote-queue.ts'
import { StorageHold } from './storage-hold.ts'

/** How long a trainer may take for its last checkpoint when the studio closes. */
const CLOSE_PATIENCE_MS = 15_000

/** Starts waiting experiments, as many as there are places, and carries out what the user wants of them. */
export class Queue {
  /** What is on clusters. */
  readonly remote: RemoteQueue
  readonly #context: StudioContext
  readonly #hold: StorageHold
  readonly #active = new Map<string, { readonly run: ActiveRun; readonly device: ProviderName }>()
  #isDispatching = false
  #isClosed = false
  #only: ReadonlySet<string> | undefined

  /** @param onConnection a cluster was reached, lost, or is busy with something */
  constructor(context: StudioContext, onConnection: () => void) {
    this.#context = context
    this.remote = new RemoteQueue(context, {
      takeStorageTrouble: (error) => this.#hold.take(error),
      onChange: (ids) => {
        if (!this.#isClosed) this.announce(ids)
      },
      onConnection,
    })
    const { store, clock, log, writeBytes, diskWaits } = context
    this.#hold = new StorageHold({
      ...{ store, clock, log, writeBytes },
      waits: diskWaits,
      onChange: () => {
        this.announce([])
        this.dispatch()
      },
    })
  }

  /**
   * Puts back what was running on this computer when the last owner of the store ended; what runs on a cluster goes on there.
   * Called once, before anything is started.
   */
  recover(): void {
    const { store, log } = this.#context
    for (const id of store.experiments.queue.runningHere().toReversed()) {
      const { name, latestRun } = store.experiments.summary(id)
      store.transaction(() => {
        if (latestRun?.status === 'running') store.runs.end(latestRun.id, 'interrupted')
        store.experiments.transition(id, 'recover', 'running')
      })
      log('queue', 'warning', `${name} was running when the studio ended; it waits in the queue again.`)
    }
  }

  /** From now on waiting experiments are started: all of them while the queue is active, or `only` these. */
  startDispatching(only?: readonly string[]): void {
    this.#only = only === undefined ? undefined : new Set(only)
    this.#isDispatching = true
    this.remote.start()
    this.dispatch()
  }

  state(): QueueState {
    const { store } = this.#context
    const { queue } = store.experiments
    return {
      isActive: store.settings.get('queue.is-active'),
      places: this.#context.places.count,
      running: queue.ids('running'),
      waiting: queue.ids('queued'),
      paused: queue.ids('paused'),
      ...(this.#hold.error === undefined ? {} : { held: this.#hold.error }),
    }
  }

  /** Whether something runs on this computer. */
  get isComputingHere(): boolean {
    return this.#active.size > 0
  }

  /** Process ids of the trainers that run now, by experiment. */
  trainerPids(): ReadonlyMap<string, number> {
    const pids = [...this.#active].flatMap(([id, { run }]) =>
      run.trainerPid === undefined ? [] : [[id, run.trainerPid] as const],
    )
    return new Map(pids)
  }

  /** Applies one action to all of them, or to none when one of them does not allow it (`conflict`). */
  apply(ids: readonly string[], action: Exclude<ExperimentAction, 'dispatch' | 'complete' | 'fail' | 'recover'>): void {
    const { store } = this.#context
    const experiments = ids.map((id) => store.experiments.summary(id))
    assertAllowed(experiments, action)
    store.transaction(() => {
      for (const { id, status } of experiments) {
        // The trainer must answer first; its answer changes the status.
        if (status !== 'running') store.experiments.transition(id, action, status)
      }
    })
    for (const { id, status } of experiments) {
      if (status !== 'running' || (action !== 'pause' && action !== 'cancel')) continue
      if (this.remote.wish(id, action)) continue
      const run = this.#active.get(id)?.run
      if (action === 'pause') run?.pause()
      else run?.cancel()
    }
    this.announce(ids)
    this.dispatch()
  }

  /** Asks the trainer of a running attempt for a checkpoint. Errors: `conflict` when it does not run. */
  saveCheckpoint({ experimentId, attempt, status }: RunRecord): void {
    const run = status === 'running' ? this.#active.get(experimentId)?.run : undefined
    if (run !== undefined) return run.saveCheckpoint()
    if (this.remote.saveCheckpoint(experimentId)) return
    throw new AppException({
      code: 'conflict',
      message: `Run ${attempt} is ${status}: only a running one can send a checkpoint.`,
      remedy: 'Resume it first.',
    })
  }

  move(id: string, position: number): void {
    this.#context.store.experiments.queue.move(id, position)
    this.announce([])
  }

  /** Takes everything that waits out of the queue, and gives it in its order, for `restore`. */
  clear(): readonly string[] {
    const ids = this.#context.store.experiments.queue.ids('queued')
    this.apply(ids, 'cancel')
    return ids
  }

  /** Puts back what `clear` has taken out, before what waits now; what was changed meanwhile stays as it is. */
  restore(ids: readonly string[]): void {
    const cleared = this.#context.store.experiments.queue.withStatus(ids, 'cancelled')
    // Each goes to the front: the last one first keeps their order.
    this.apply(cleared.toReversed(), 'put-back')
  }

  setActive(isActive: boolean): void {
    this.#context.store.settings.set('queue.is-active', isActive)
    this.announce([])
    this.dispatch()
  }

  /** There may be room for more now; where there is less, those that run go on. */
  placesChanged(): void {
    this.announce([])
    this.dispatch()
  }

  /** Tells windows of changed experiments, and who waits where now. */
  announce(ids: readonly string[]): void {
    const { store, events } = this.#context
    for (const id of ids) {
      const summary = store.experiments.summary(id)
      // Windows know nothing of what is in the trash.
      if (summary.trashedAt === undefined) events.emit('experiment-changed', summary)
    }
    events.emit('queue-changed', this.state())
  }

  /** Asks every trainer for a checkpoint, waits 15 s at most, and leaves what ran waiting in the queue. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#hold.close()
    const runs = [...this.#active.values()].map(({ run }) => run)
    runs.forEach((run) => run.interrupt())
    const cancelPatience = this.#context.clock.after(CLOSE_PATIENCE_MS, () =>
      runs.forEach((run) => run.kill('the studio closed')),
    )
    await Promise.all([...runs.map((run) => run.done), this.remote.close()])
    cancelPatience()
  }

  /**
   * Starts what can be started now; called after anything that may have made room or work. Only the first in line for each
   * device is looked at: it costs the same however many wait. Never throws: whoever made room has done its work.
   */
  dispatch(): void {
    if (!this.#isDispatching || this.#isClosed || this.#hold.error !== undefined) return
    this.#attempt(() => this.#startNext())
    if (this.#only !== undefined || this.#context.store.settings.get('queue.is-active')) {
      this.#attempt(() => this.remote.dispatch(this.#only))
    }
  }

  #startNext(): void {
    const { store } = this.#context
    const { queue } = store.experiments
    const first = this.#only === undefined ? queue.heads(providerNames) : queue.waitingAmong(this.#only)
    const devices = new Map(first.map((head) => [head.id, this.#deviceOf(head)]))
    const toStart = experimentsToStart({
      isActive: store.settings.get('queue.is-active'),
      ...(this.#only === undefined ? {} : { only: this.#only }),
      waiting: [...devices].map(([id, device]) => ({ id, device })),
      busy: [...this.#active.values()].map(({ device }) => device),
      placesOn: (device) => placesOn(device, this.#context.places.count),
    })
    for (const id of toStart) this.#start(id, devices.get(id) ?? 'cpu')
    // Another place may be free for the next in line; and behind one that was set aside, its own.
    if (toStart.length > 0 && this.#hold.error === undefined) this.#startNext()
  }

  /** An experiment that cannot be read is set aside, so that it holds up nobody. */
  #start(id: string, device: ProviderName): void {
    const { store, log } = this.#context
    let run: ActiveRun | undefined
    const problem = problemOf(() => {
      run = store.transaction(() => {
        store.experiments.transition(id, 'dispatch', 'queued')
        return new ActiveRun(this.#context, store.experiments.get(id), this.#hold)
      })
    })
    if (run === undefined) {
      store.experiments.transition(id, 'pause', 'queued')
      log(
        'queue',
        'error',
        `${id} was set aside instead of started. ${problem?.message ?? ''} ${problem?.remedy ?? ''}`,
      )
      this.announce([id])
      return
    }
    this.#active.set(id, { run, device })
    run.begin()
    this.announce([id])
    void run.done.then(() => {
      this.#active.delete(id)
      if (this.#isClosed) return
      this.#attempt(() => this.announce([]))
      this.dispatch()
    })
  }

  /** What nobody waits for must not throw: a disk that takes no writes holds the queue, anything else is noted. */
  #attempt(work: () => void): void {
    try {
      work()
    } catch (thrown) {
      const error = toAppError(thrown)
      if (this.#hold.take(error)) return
      const detail = thrown instanceof Error ? (thrown.stack ?? error.message) : error.message
      this.#context.log('queue', 'error', `The next experiment could not be started: ${detail}`)
    }
  }

  #deviceOf({ provider }: FirstInLine): ProviderName {
    return provider ?? this.#context.executor().provider
  }
}

/** Throws `conflict` for the first of them that the action is not possible for, `record-unreadable` where it would run. */
function assertAllowed(experiments: readonly ExperimentSummary[], action: ExperimentAction): void {
  const refused = experiments.find(({ status }) => nextStatus(status, action) === undefined)
  if (refused !== undefined) {
    throw new AppException({
      code: 'conflict',
      message: `${refused.name} is ${refused.status}: ${action} is not possible from there. Nothing was changed.`,
      remedy: 'Leave it out and try again.',
    })
  }
  const trashed = experiments.find(({ trashedAt }) => trashedAt !== undefined)
  if (trashed !== undefined) {
    throw new AppException({
      code: 'conflict',
      message: `${trashed.name} is in the trash: ${action} is not possible there. Nothing was changed.`,
      remedy: 'Restore it first.',
    })
  }
  const unreadable = experiments.find(
    ({ problem, status }) => problem !== undefined && nextStatus(status, action) === 'queued',
  )
  if (unreadable?.problem === undefined) return
  const { message } = unreadable.problem
  throw new AppException({
    ...unreadable.problem,
    message: `${unreadable.name} cannot be run. ${message} Nothing was changed.`,
  })
}
