import type { RemoteEvent } from '#shared/cluster/remote-events.ts'
import { remotePhase, type RemoteRun } from '#shared/cluster/remote-run.ts'
import type { RemoteState } from '#shared/cluster/states.ts'
import { isConnectionError } from '#shared/cluster/connection-errors.ts'
import { AppException, assertNever, toAppError, type AppError } from '#shared/basics/result.ts'
import { isStorageTrouble } from '#shared/basics/storage-errors.ts'
import type { FromTrainer } from '#shared/protocol/trainer-protocol.ts'
import { Turn } from '../../basics/turn.ts'
import { newId } from '../../basics/new-id.ts'
import { timestamp } from '../../basics/clock.ts'
import type { PolledRun, RemoteCluster, RemoteRunInput } from '../../cluster/remote-cluster.ts'
import type { StudioContext } from '../../context/studio-context.ts'
import { mainFamilyOf } from '../../families/table.ts'
import type { LiveRemoteRun, RemoteRunChanges } from '../../store/remote-runs.ts'
import type { JobOutcome, TrainerEvent } from '../../trainer-host/supervisor.ts'
import { RunRecorder } from '../run-recorder.ts'

/** How often a run is submitted again that was interrupted without a newer checkpoint. */
const MOST_INTERRUPTIONS = 3

type Attached = Extract<RemoteEvent, { type: 'attached' }>

/** One run on a cluster: brings what it told into the store, and puts it into the status that it ended in. */
export class ActiveRemoteRun {
  readonly #context: StudioContext
  readonly #cluster: RemoteCluster
  readonly #recorder: RunRecorder
  readonly #runId: string
  readonly #experimentId: string
  /** Of pictures only the newest is worth a call. */
  #preview: Attached | undefined

  constructor(context: StudioContext, cluster: RemoteCluster, { runId, experimentId, wish }: LiveRemoteRun) {
    const { store } = context
    this.#context = context
    this.#cluster = cluster
    this.#runId = runId
    this.#experimentId = experimentId
    this.#recorder = new RunRecorder(context, store.experiments.get(experimentId), store.runs.get(runId), true)
    if (wish !== undefined) this.#recorder.acknowledge(wish === 'pause' ? 'pausing' : 'cancelling')
  }

  /** What is sent of it. Errors: those of a job that cannot be made. */
  async input(): Promise<RemoteRunInput> {
    const { store } = this.#context
    const experiment = store.experiments.get(this.#experimentId)
    const { config } = experiment
    const executor = store.runs.executorOf(this.#runId)
    const onDamaged = (text: string): void => this.#recorder.note('warning', text)
    const job = await mainFamilyOf(config).job({ store, experiment, config, executor, onDamaged })
    const checkpoint = await this.#recorder.newestCheckpoint()
    return { runId: this.#runId, job, executor, ...(checkpoint === undefined ? {} : { checkpoint }) }
  }

  /** Says at once that a pause or the end was asked for. */
  acknowledge(wish: 'pause' | 'cancel'): void {
    this.#recorder.acknowledge(wish === 'pause' ? 'pausing' : 'cancelling')
  }

  /** Brings in what a poll brought. Returns whether the run has ended. Throws what keeps it from being taken in now. */
  async take({ events, hasMore, state }: PolledRun): Promise<boolean> {
    await this.#replay(events)
    if (hasMore) return false
    await this.#readPreview()
    if (state.kind !== 'cancelled' && state.kind !== 'completed') await this.#fetchCheckpoint()
    return this.#follow(state)
  }

  /** Ends it without Slurm: it was never sent, or cannot be. */
  async end(outcome: JobOutcome): Promise<void> {
    await this.#recorder.end(outcome, 'paused')
    this.#change({ state: 'ended' })
    this.#recorder.announceExperiment()
  }

  note(level: 'info' | 'warning' | 'error', text: string): void {
    this.#recorder.note(level, text)
  }

  /** Shows what changed of where it is. */
  show(changes: RemoteRunChanges): void {
    const { store } = this.#context
    const before = store.runs.get(this.#runId).remote
    this.#change(changes)
    const after = store.runs.get(this.#runId).remote
    if (after !== undefined) this.#reportPhase(before, after)
    this.#recorder.announceExperiment()
  }

  #reportPhase(before: RemoteRun | undefined, after: RemoteRun): void {
    const phase = remotePhase(after)
    if (phase !== undefined) return this.#context.store.runs.report(this.#runId, { phase })
    if (before?.state !== 'running' && after.state === 'running') {
      this.#context.store.runs.report(this.#runId, { phase: 'starting' })
    }
  }

  /** In slices, so that a window never waits for a studio that was away for days. */
  async #replay(events: readonly RemoteEvent[]): Promise<void> {
    const { store } = this.#context
    const turn = new Turn()
    for (let at = 0; at < events.length;) {
      store.transactionOfNews(() => {
        let event = events[at]
        let taken: RemoteEvent | undefined
        while (event !== undefined && !this.#needsMore(event)) {
          this.#takePlain(event)
          taken = event
          event = events[++at]
          if (turn.isLong) break
        }
        if (taken !== undefined) this.#change(taken.end)
      })
      const event = events[at]
      if (event !== undefined && this.#needsMore(event)) {
        await this.#takeSlow(event)
        this.#change(event.end)
        at++
      }
      await turn.end()
    }
  }

  /** Whether it takes more than the database: a slice ends before it. */
  #needsMore(event: RemoteEvent): boolean {
    if (event.type === 'attempt') return true
    return event.type === 'attached' && (event.of === 'kernel-snapshot' || event.of === 'permutation')
  }

  /** Belongs into a transaction. */
  #takePlain(event: RemoteEvent): void {
    if (event.type === 'note') this.#recorder.note(event.level, event.text, event.at)
    else if (event.type === 'message') this.#takeMessage(event.message, event.at)
    else if (event.type === 'attached') this.#takeAttached(event)
  }

  #takeAttached(event: Attached): void {
    const { type: _type, end: _end, at: _at, ...message } = event
    if (event.of === 'checkpoint') this.#change({ awaited: JSON.stringify(message) })
    if (event.of === 'preview') this.#preview = event
  }

  #takeMessage(message: FromTrainer, at: number): void {
    switch (message.type) {
      case 'started':
      case 'heartbeat':
      case 'phase':
      case 'metrics':
      case 'log':
      case 'stage-times':
      case 'preview':
        return this.#recorder.receive(message, at)
      case 'ready':
      case 'paused':
      case 'cancelled':
      case 'failed':
      case 'result':
      case 'checkpoint':
      case 'kernel-snapshot':
      case 'permutation':
        // How it ended, Slurm and its files say together; what has bytes comes as attached.
        return
      default:
        assertNever(message)
    }
  }

  async #takeSlow(event: RemoteEvent): Promise<void> {
    if (event.type === 'attempt') return this.#beginAttempt(event)
    if (event.type !== 'attached') return
    const message = await this.#readOrNote(event)
    if (message?.type === 'kernel-snapshot') await this.#recorder.keepKernels(message)
    if (message?.type === 'permutation') await this.#recorder.keepPermutation(message)
  }

  async #beginAttempt({
    node,
    cpuModel,
    executorVersion,
    fromStep,
    at,
  }: Extract<RemoteEvent, { type: 'attempt' }>): Promise<void> {
    const known = this.#context.store.runs.get(this.#runId).remote?.cpuModel
    await this.#recorder.takeBackAfter(fromStep === 0 ? undefined : fromStep)
    const from = fromStep === 0 ? '' : ` from the checkpoint of step ${fromStep}`
    this.#recorder.note('info', `Runs on ${node} (${cpuModel})${from}.`, at)
    if (known !== undefined && known !== cpuModel) {
      this.#recorder.note(
        'warning',
        `It began on another kind of processor (${known}): its numbers are right, but equal to the bit only to a run that changed in the same way.`,
        at,
      )
    }
    this.#change({ node, cpu_model: cpuModel, executor_version: executorVersion })
  }

  async #readPreview(): Promise<void> {
    const preview = this.#preview
    if (preview === undefined) return
    this.#preview = undefined
    const message = await this.#readOrNote(preview)
    if (message?.type === 'preview') this.#recorder.receive(message, preview.at)
  }

  async #fetchCheckpoint(): Promise<void> {
    const { awaited } = this.#live() ?? {}
    if (awaited === undefined) return
    const message = await this.#readOrNote(awaited)
    if (message?.type === 'checkpoint') await this.#recorder.keepCheckpoint(message)
    this.#change({ awaited: null })
  }

  /** Undefined where it is not there any more, or is not what was written. Throws where the cluster cannot be reached. */
  async #readOrNote(message: Parameters<RemoteCluster['read']>[1]): Promise<FromTrainer | undefined> {
    try {
      return await this.#cluster.read(this.#runId, message)
    } catch (thrown) {
      const error = toAppError(thrown)
      if (isConnectionError(error)) throw thrown
      // A newer one has taken its place.
      if (error.code !== 'not-found') this.#recorder.note('warning', `A ${message.of} was left out: ${error.message}`)
      return undefined
    }
  }

  async #follow(state: RemoteState): Promise<boolean> {
    const heardAt = timestamp(this.#context.clock)
    switch (state.kind) {
      case 'waiting': {
        const { startsAt, never } = state
        // Slurm's word while it has not looked at the job yet.
        const reason = state.reason === 'None' ? null : state.reason
        this.show({ state: 'waiting', reason, starts_at: startsAt ?? null, never: never ?? null, heard_at: heardAt })
        return false
      }
      case 'running': {
        const { node } = state
        const where = node === undefined ? {} : { node }
        this.show({ state: 'running', reason: null, starts_at: null, never: null, heard_at: heardAt, ...where })
        return false
      }
      case 'unknown':
        this.show({ heard_at: heardAt })
        return false
      case 'completed':
        this.#change({ heard_at: heardAt })
        await this.#complete(state.result)
        return true
      case 'failed':
        await this.end({ kind: 'failed', error: state.error })
        return true
      case 'interrupted':
        return this.#submitAgain(state.reason)
      case 'paused':
        if (state.notice !== undefined) this.#recorder.note('warning', state.notice)
        await this.end({ kind: 'paused' })
        return true
      case 'cancelled':
        await this.end({ kind: 'cancelled' })
        return true
      default:
        assertNever(state)
    }
  }

  async #complete(result: Parameters<RemoteCluster['read']>[1]): Promise<void> {
    let error: AppError
    try {
      const message = await this.#cluster.read(this.#runId, result)
      if (message.type !== 'result') throw notAResult(message)
      return await this.end({ kind: 'result', result: message.result })
    } catch (thrown) {
      error = toAppError(thrown)
      if (isConnectionError(error) || isStorageTrouble(error)) throw thrown
    }
    await this.end({ kind: 'failed', error })
  }

  async #submitAgain(reason: string): Promise<boolean> {
    const { store } = this.#context
    const live = this.#live()
    if (live === undefined) return true
    const step = store.checkpoints.list(this.#runId)[0]?.step ?? -1
    const interruptions = step > live.interruptedStep ? 1 : live.interruptions + 1
    if (interruptions > MOST_INTERRUPTIONS) {
      this.#recorder.note(
        'error',
        `${reason}, for the ${interruptions}th time without a newer checkpoint. It is paused: ask for more time, then resume it.`,
      )
      await this.end({ kind: 'paused' })
      return true
    }
    store.transaction(() => {
      store.remoteRuns.prepare(this.#runId, live.cluster, newId('sub'))
      this.#change({ interruptions, interrupted_step: step })
    })
    const from = step < 0 ? 'the beginning' : `the checkpoint of step ${step}`
    this.#recorder.note('warning', `${reason}; it is submitted again from ${from}.`)
    this.show({})
    return false
  }

  #live(): LiveRemoteRun | undefined {
    return this.#context.store.remoteRuns.liveOf(this.#experimentId)
  }

  #change(changes: RemoteRunChanges): void {
    this.#context.store.remoteRuns.change(this.#runId, changes)
  }
}

function notAResult({ type }: FromTrainer | TrainerEvent<'result'>): AppException {
  return new AppException({
    code: 'file-corrupt',
    message: `The result on the cluster holds a message of another kind (${type}).`,
    remedy: 'Retry the experiment.',
  })
}
