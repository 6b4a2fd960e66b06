import type { ExperimentRecord, LogLine, MetricPoint, RunRecord } from '#shared/protocol/records.ts'
import { formatExactBytes, formatCount } from '#shared/basics/format.ts'
import { assertNever, toAppError, type AppError } from '#shared/basics/result.ts'
import { isStorageTrouble } from '#shared/basics/storage-errors.ts'
import { timestamp } from '../basics/clock.ts'
import type { StudioContext } from '../context/studio-context.ts'
import { removeUnfinished } from '../files/atomic-write.ts'
import { mainFamilyOf, storeResult } from '../families/table.ts'
import { RunCheckpoints, type LoadedCheckpoint } from '../trainer-host/run-checkpoints.ts'
import { RunKernels } from '../trainer-host/run-kernels.ts'
import { Supervisor, type JobOutcome, type TrainerEvent } from '../trainer-host/supervisor.ts'
import type { RunProgress } from '../store/runs.ts'
import { continuesRun } from '../store/continues-run.ts'
import { runPath } from '../store/layout.ts'
import { ResourceMeter } from './resource-meter.ts'
import type { StorageHold } from './storage-hold.ts'

const PHASE_INTERVAL_MS = 500

type ProgressMessage = TrainerEvent<'started' | 'heartbeat' | 'phase' | 'metrics' | 'preview' | 'log' | 'stage-times'>

/** One experiment while it runs: writes what its trainer says, then announces it, and ends in the right status. */
export class ActiveRun {
  readonly experimentId: string
  /** Starts the trainer: behind the transaction that this was made in, which a full disk may have undone. */
  readonly begin: () => void
  /** Resolves, never rejects, when the experiment has its new status and no process is left. */
  readonly done: Promise<void>
  readonly #context: StudioContext
  readonly #hold: StorageHold
  readonly #checkpoints: RunCheckpoints
  readonly #kernels: RunKernels
  #run: RunRecord
  #supervisor: Supervisor | undefined
  #wish: 'pause' | 'cancel' | undefined
  #isInterrupted = false
  #checkpointBytes = 0
  #phase = { name: '', text: 'starting', at: 0 }
  readonly #resources = new ResourceMeter()

  /** `experiment` has status `running` already. */
  constructor(context: StudioContext, experiment: ExperimentRecord, hold: StorageHold) {
    const { store } = context
    this.experimentId = experiment.id
    this.#context = context
    this.#hold = hold
    const { latestRun } = experiment
    this.#run = continuesRun(latestRun)
      ? store.runs.continue(latestRun.id)
      : store.runs.start(
          experiment.id,
          context.places.executorOfPlace(store.experiments.executorOf(experiment.id) ?? context.executor()),
        )
    this.#checkpoints = new RunCheckpoints(store, this.#run.id, context.writeBytes)
    this.#kernels = new RunKernels(store.layout, this.#run.id, context.writeBytes)
    let begin: () => void = () => {}
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    this.begin = begin
    this.done = begun
      .then(() => this.#execute(experiment))
      .catch((thrown: unknown) => this.#logProblem('ended unexpectedly', thrown))
  }

  /** Process id of the trainer, while there is one. */
  get trainerPid(): number | undefined {
    return this.#supervisor?.pid
  }

  pause(): void {
    if (this.#wish !== undefined) return
    this.#wish = 'pause'
    this.#supervisor?.pause()
    this.#acknowledge('pausing')
  }

  cancel(): void {
    if (this.#wish === 'cancel') return
    this.#wish = 'cancel'
    this.#supervisor?.cancel()
    this.#acknowledge('cancelling')
  }

  /** Asks for a checkpoint after the next step; the run goes on. */
  saveCheckpoint(): void {
    this.#supervisor?.saveCheckpoint()
  }

  /** The studio closes: like `pause`, but the experiment waits in the queue again. */
  interrupt(): void {
    this.#isInterrupted = true
    this.pause()
  }

  /** Ends the trainer without asking. */
  kill(reason: string): void {
    this.#supervisor?.kill(reason)
  }

  async #execute(experiment: ExperimentRecord): Promise<void> {
    const { store, createHost, clock, limits } = this.#context
    let outcome: JobOutcome
    try {
      await removeUnfinished(runPath(store.layout, this.#run.id))
      const executor = store.runs.executorOf(this.#run.id)
      const { config } = experiment
      const onDamaged = (text: string): void => this.#note('warning', text)
      const job = await mainFamilyOf(config).job({ store, experiment, config, executor, onDamaged })
      const supervisor = new Supervisor(
        {
          job,
          executor,
          label: `trainer ${experiment.id}`,
          listener: {
            onMessage: (message) => this.#receive(message),
            onCheckpoint: (checkpoint) => this.#keepCheckpoint(checkpoint),
            onKernels: (snapshot) => this.#keepKernels(snapshot),
            onPermutation: (permutation) => this.#keepPermutation(experiment, permutation),
            onNotice: (level, text) => this.#note(level, text),
            onSilence: (isSilent) => this.#showSilence(isSilent),
          },
          loadCheckpoint: () => this.#loadCheckpoint(),
        },
        createHost,
        clock,
        limits,
      )
      this.#supervisor = supervisor
      if (this.#wish === 'cancel') supervisor.cancel()
      else if (this.#wish === 'pause') supervisor.pause()
      outcome = await supervisor.done
    } catch (thrown) {
      outcome = { kind: 'failed', error: toAppError(thrown) }
    }
    await this.#finish(experiment, outcome)
  }

  async #loadCheckpoint(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { store } = this.#context
    const checkpoint =
      (await this.#checkpoints.loadNewest((text) => this.#note('warning', text))) ?? (await this.#loadFork())
    // What came after the checkpoint is computed, and reported, again.
    store.metrics.removeAfter(this.#run.id, checkpoint?.step ?? -1)
    await this.#kernels.removeAfter(checkpoint?.step ?? -1)
    store.runs.report(this.#run.id, { step: checkpoint?.step ?? 0 })
    if (checkpoint !== undefined) this.#note('info', `Going on from the checkpoint of step ${checkpoint.step}.`)
    return checkpoint?.bytes
  }

  /** What a fork begins with, as long as it has no checkpoint of its own. */
  async #loadFork(): Promise<LoadedCheckpoint | undefined> {
    const fork = this.#context.store.forks.of(this.experimentId)
    return fork === undefined ? undefined : this.#checkpoints.loadFork(fork)
  }

  async #keepCheckpoint(checkpoint: TrainerEvent<'checkpoint'>): Promise<void> {
    const { step, bytes } = checkpoint
    this.#checkpointBytes = bytes.byteLength
    await this.#checkpoints.save(checkpoint)
    this.#note('info', `Kept a checkpoint of step ${formatCount(step)} (${formatExactBytes(bytes.byteLength)}).`)
    this.#announceCheckpoints()
  }

  /** For those who look at the run; it is worth as much without, so no error ends it. */
  async #keepKernels(snapshot: TrainerEvent<'kernel-snapshot'>): Promise<void> {
    const { events } = this.#context
    try {
      const isKept = await this.#kernels.save(snapshot)
      if (isKept) events.emit('run-kernels', { runId: this.#run.id, step: snapshot.step })
    } catch (thrown) {
      this.#note('warning', `The kernels of step ${snapshot.step} were not kept: ${describe(toAppError(thrown))}`)
    }
  }

  /** For the next experiment on this network; without it that one takes longer, so no error ends this one. */
  async #keepPermutation({ config, networkId }: ExperimentRecord, file: TrainerEvent<'permutation'>): Promise<void> {
    if (networkId === undefined) return
    try {
      await mainFamilyOf(config).keepPermutation?.(this.#context, config, networkId, file)
    } catch (thrown) {
      this.#note('warning', `The permutation was not kept: ${describe(toAppError(thrown))}`)
    }
  }

  #receive(message: ProgressMessage): void {
    const { store, events } = this.#context
    const { id } = this.#run
    switch (message.type) {
      case 'started': {
        const { device, totalSteps, step } = message
        store.runs.report(id, { device, totalSteps, step })
        this.#note('info', `Runs on ${device}.`)
        return this.#announceExperiment()
      }
      case 'heartbeat':
        return this.#receivePoints(this.#resources.measure(message, this.#context.clock.now()))
      case 'phase':
        return this.#receivePhase(message)
      case 'metrics': {
        const { type: _type, points, ...progress } = message
        const elapsedMs = points.at(-1)?.elapsedMs
        this.#resources.elapsedMs = elapsedMs ?? this.#resources.elapsedMs
        if (elapsedMs !== undefined) this.#noteWallTime(elapsedMs)
        return this.#receivePoints(points, progress)
      }
      case 'preview': {
        const { step, layers } = message
        const previews = layers.map((layer) => ({ step, ...layer }))
        store.runs.savePreviews(id, previews)
        events.emit('run-preview', { runId: id, previews })
        return
      }
      case 'log':
        return this.#note(message.level, message.text)
      case 'stage-times':
        return store.stageTimes.save(store.runs.executorOf(id), message.seconds)
      default:
        assertNever(message)
    }
  }

  /** Says at once what was asked for: until the trainer has done it, the phase is that. */
  #acknowledge(phase: 'pausing' | 'cancelling'): void {
    const { store } = this.#context
    this.#note('info', phase === 'pausing' ? 'A pause was asked for.' : 'The end was asked for.')
    this.#attempt('could not say so', () => store.runs.report(this.#run.id, { phase }))
    this.#announceExperiment()
  }

  /** Where it stood, once it speaks again. */
  #showSilence(isSilent: boolean): void {
    const phase = isSilent ? 'not responding' : this.#phase.text
    this.#attempt('could not be shown as silent', () => this.#context.store.runs.report(this.#run.id, { phase }))
    this.#announceExperiment()
  }

  #receivePoints(points: readonly MetricPoint[], progress?: RunProgress): void {
    const { store, events } = this.#context
    const { id } = this.#run
    store.transaction(() => {
      store.metrics.add(id, points)
      if (progress !== undefined) store.runs.report(id, progress)
    })
    events.emit('run-metrics', { runId: id, run: store.runs.get(id), points })
  }

  #noteWallTime(elapsedMs: number): void {
    const { store, clock } = this.#context
    const wallMs = clock.now() - Date.parse(this.#run.startedAt)
    if (store.timelines.addWallTime(this.#run.id, elapsedMs, wallMs)) this.#announceTimeline()
  }

  #announceTimeline(): void {
    const { store, events } = this.#context
    const { id } = this.#run
    events.emit('run-timeline', { runId: id, timeline: store.timelines.of(id) })
  }

  /** A trainer may count every batch of images; people read a few lines a second. */
  #receivePhase({ phase, done, total, firstStep }: TrainerEvent<'phase'>): void {
    const { store, clock } = this.#context
    const now = clock.now()
    const isNew =
      firstStep !== undefined && store.timelines.addPhase(this.#run.id, { name: phase, firstStep, steps: total })
    if (isNew) this.#announceTimeline()
    if (this.#wish !== undefined) return
    if (phase === this.#phase.name && done < total && now - this.#phase.at < PHASE_INTERVAL_MS) return
    const text = total > 0 ? `${phase} ${Math.floor((100 * done) / total)} %` : phase
    this.#phase = { name: phase, text, at: now }
    store.runs.report(this.#run.id, { phase: text })
    this.#announceExperiment()
  }

  /**
   * Writes how it ended. While the disk of the store takes no writes it waits with what it has, a finished result too;
   * a studio that closes meanwhile finds the experiment running when it opens, and puts it back into the queue.
   */
  async #finish(experiment: ExperimentRecord, outcome: JobOutcome): Promise<void> {
    let ended = outcome
    for (;;) {
      try {
        await this.#keep(experiment, ended)
        break
      } catch (thrown) {
        const error = toAppError(thrown)
        if (this.#hold.take(error)) {
          if (!(await this.#hold.ended())) return
        } else if (ended.kind === 'failed') {
          return this.#logProblem('could not be ended', thrown)
        } else {
          // The result could not be kept: the numbers are as good as their last checkpoint.
          ended = { kind: 'failed', error }
        }
      }
    }
    this.#announceExperiment()
  }

  async #keep(experiment: ExperimentRecord, outcome: JobOutcome): Promise<void> {
    const { store } = this.#context
    // Where it stood when the end was asked for, instead of `pausing`.
    if (this.#wish !== undefined) store.runs.report(this.#run.id, { phase: this.#phase.text })
    switch (outcome.kind) {
      case 'result':
        await storeResult(this.#context, experiment, store.runs.get(this.#run.id), outcome.result)
        await this.#removeCheckpoints()
        return
      case 'paused':
        if (outcome.error === undefined) return this.#pauseAs(this.#isInterrupted ? 'interrupted' : 'paused')
        this.#note('error', describe(outcome.error))
        this.#hold.take(outcome.error, this.#checkpointBytes)
        // Nobody asked for it: it waits for the disk at the front of the queue.
        return this.#pauseAs(this.#wish === undefined ? 'interrupted' : 'paused', outcome.error)
      case 'cancelled':
        store.transaction(() => {
          store.runs.end(this.#run.id, 'cancelled')
          store.experiments.transition(experiment.id, 'cancel', 'running')
        })
        await this.#removeCheckpoints()
        return
      case 'failed':
        return isStorageTrouble(outcome.error)
          ? this.#keep(experiment, { kind: 'paused', error: outcome.error })
          : this.#fail(outcome.error)
      default:
        assertNever(outcome)
    }
  }

  #pauseAs(status: 'interrupted' | 'paused', error?: AppError): void {
    const { store } = this.#context
    store.transaction(() => {
      store.runs.end(this.#run.id, status, error === undefined ? {} : { error })
      store.experiments.transition(this.experimentId, status === 'interrupted' ? 'recover' : 'pause', 'running')
    })
  }

  #fail(error: AppError): void {
    const { store } = this.#context
    this.#note('error', describe(error))
    store.transaction(() => {
      store.runs.end(this.#run.id, 'failed', { error })
      if (store.experiments.summary(this.experimentId).status === 'running') {
        store.experiments.transition(this.experimentId, 'fail', 'running')
      }
    })
  }

  /** A run that has ended goes on no more; files that cannot be removed now are no reason to end it in another way. */
  async #removeCheckpoints(): Promise<void> {
    try {
      await this.#checkpoints.keepPhaseEnds()
      this.#announceCheckpoints()
    } catch (thrown) {
      this.#logProblem('kept checkpoints that it needs no more', thrown)
    }
  }

  #announceCheckpoints(): void {
    const { store, events } = this.#context
    const { id } = this.#run
    events.emit('run-checkpoints', { runId: id, checkpoints: store.checkpoints.list(id) })
  }

  #announceExperiment(): void {
    const { store, events } = this.#context
    this.#attempt('could not be announced', () =>
      events.emit('experiment-changed', store.experiments.summary(this.experimentId)),
    )
  }

  /** Never throws: what cannot be noted in the store stands in the log of the studio. */
  #note(level: LogLine['level'], text: string): void {
    const { store, events, log, clock } = this.#context
    const line = { at: timestamp(clock), level, text }
    if (level !== 'info') log('queue', level, `${this.#run.id}: ${text}`)
    this.#attempt(`could not note "${text}"`, () => {
      store.runs.addLogLine(this.#run.id, line)
      events.emit('run-log', { runId: this.#run.id, line })
    })
  }

  #attempt(what: string, work: () => void): void {
    try {
      work()
    } catch (thrown) {
      this.#logProblem(what, thrown)
    }
  }

  #logProblem(what: string, thrown: unknown): void {
    this.#context.log('queue', 'error', `${this.#run.id} ${what}: ${toAppError(thrown).message}`)
  }
}

function describe({ message, where, remedy }: AppError): string {
  return [message, where === undefined ? '' : `(${where})`, remedy ?? ''].filter((part) => part !== '').join(' ')
}
