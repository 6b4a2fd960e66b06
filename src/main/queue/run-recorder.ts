import type { ExperimentRecord, LogLine, MetricPoint, RunRecord } from '#shared/protocol/records.ts'
import { formatExactBytes, formatCount } from '#shared/basics/format.ts'
import { thinnedPoints } from '#shared/measures/thinning.ts'
import { assertNever, toAppError, type AppError } from '#shared/basics/result.ts'
import { timeText } from '../basics/clock.ts'
import { letOldCheckpointsGo } from '../context/old-checkpoints.ts'
import type { StudioContext } from '../context/studio-context.ts'
import { mainFamilyOf, storeResult } from '../families/table.ts'
import { RunCheckpoints, type LoadedCheckpoint } from '../trainer-host/run-checkpoints.ts'
import { RunKernels } from '../trainer-host/run-kernels.ts'
import type { JobOutcome, TrainerEvent } from '../trainer-host/supervisor.ts'
import type { RunProgress } from '../store/runs.ts'
import type { GraphicsReading } from './graphics-watch.ts'
import { ResourceMeter } from './resource-meter.ts'

const PHASE_INTERVAL_MS = 500
/** Of each metric in one message: windows draw no more, and must not stop for a trainer that tells thousands. */
const ANNOUNCED_POINTS = 100

/** What a trainer says that is written down as it comes. */
export type ProgressMessage = TrainerEvent<
  'started' | 'heartbeat' | 'phase' | 'metrics' | 'preview' | 'log' | 'stage-times'
>

/**
 * Writes what the trainer of one run says, wherever it runs, and announces it; puts run and experiment into the status
 * that they end in. Whoever owns the trainer decides what is asked of it.
 */
export class RunRecorder {
  readonly #context: StudioContext
  readonly #experiment: ExperimentRecord
  readonly #run: RunRecord
  readonly #isElsewhere: boolean
  readonly #checkpoints: RunCheckpoints
  readonly #kernels: RunKernels
  readonly #resources = new ResourceMeter()
  #checkpointBytes = 0
  #phase = { name: '', text: 'starting', at: 0 }
  /** An end was asked for: until the trainer has done it, the phase is that. */
  #isEnding = false

  /**
   * `experiment` has status `running` already, and `run` is its latest.
   * @param isElsewhere it runs on another machine: its pace says nothing of this computer
   */
  constructor(context: StudioContext, experiment: ExperimentRecord, run: RunRecord, isElsewhere = false) {
    const { store } = context
    this.#context = context
    this.#experiment = experiment
    this.#run = run
    this.#isElsewhere = isElsewhere
    this.#checkpoints = new RunCheckpoints(store, run.id, context.writeBytes)
    this.#kernels = new RunKernels(store.layout, run.id, context.writeBytes)
  }

  /** Of the newest checkpoint that arrived. */
  get checkpointBytes(): number {
    return this.#checkpointBytes
  }

  /** Goes to the metrics with the next heartbeat. */
  showGraphics(reading: GraphicsReading): void {
    this.#resources.graphics = reading
  }

  /** The newest checkpoint, to go on from; what was reported after it is taken back: it will be reported again. */
  async loadCheckpoint(): Promise<LoadedCheckpoint | undefined> {
    const checkpoint = await this.newestCheckpoint()
    await this.takeBackAfter(checkpoint?.step)
    if (checkpoint !== undefined) this.note('info', `Going on from the checkpoint of step ${checkpoint.step}.`)
    return checkpoint
  }

  /** Of this run, or the one that a fork begins with. */
  async newestCheckpoint(): Promise<LoadedCheckpoint | undefined> {
    return (await this.#checkpoints.loadNewest((text) => this.note('warning', text))) ?? (await this.#loadFork())
  }

  /** What was reported after the step of a checkpoint; all of it where there is none. */
  async takeBackAfter(step: number | undefined): Promise<void> {
    const { store } = this.#context
    store.metrics.removeAfter(this.#run.id, step ?? -1)
    await this.#kernels.removeAfter(step ?? -1)
    store.runs.report(this.#run.id, { step: step ?? 0 })
  }

  /** What a fork begins with, as long as it has no checkpoint of its own. */
  async #loadFork(): Promise<LoadedCheckpoint | undefined> {
    const fork = this.#context.store.forks.of(this.#experiment.id)
    return fork === undefined ? undefined : this.#checkpoints.loadFork(fork)
  }

  /** Throws where it cannot be kept: `disk-full`, `file-unreadable`. */
  async keepCheckpoint(checkpoint: TrainerEvent<'checkpoint'>): Promise<void> {
    const { step, bytes } = checkpoint
    this.#checkpointBytes = bytes.byteLength
    await this.#checkpoints.save(checkpoint)
    this.note('info', `Kept a checkpoint of step ${formatCount(step)} (${formatExactBytes(bytes.byteLength)}).`)
    this.#announceCheckpoints()
  }

  /** For those who look at the run; it is worth as much without, so no error ends it. */
  async keepKernels(snapshot: TrainerEvent<'kernel-snapshot'>): Promise<void> {
    const { events } = this.#context
    try {
      const isKept = await this.#kernels.save(snapshot)
      if (isKept) events.emit('run-kernels', { runId: this.#run.id, step: snapshot.step })
    } catch (thrown) {
      this.note('warning', `The kernels of step ${snapshot.step} were not kept: ${describe(toAppError(thrown))}`)
    }
  }

  /** For the next experiment on this network; without it that one takes longer, so no error ends this one. */
  async keepPermutation(file: TrainerEvent<'permutation'>): Promise<void> {
    const { config, networkId } = this.#experiment
    if (networkId === undefined) return
    try {
      await mainFamilyOf(config).keepPermutation?.(this.#context, config, networkId, file)
    } catch (thrown) {
      this.note('warning', `The permutation was not kept: ${describe(toAppError(thrown))}`)
    }
  }

  /** @param at when it was said, where that is not now */
  receive(message: ProgressMessage, at = this.#context.clock.now()): void {
    const { store, events } = this.#context
    const { id } = this.#run
    switch (message.type) {
      case 'started': {
        const { device, totalSteps, step } = message
        store.runs.report(id, { device, totalSteps, step })
        this.note('info', `Runs on ${device}.`)
        return this.announceExperiment()
      }
      case 'heartbeat':
        return this.#receivePoints(this.#resources.measure(message, at))
      case 'phase':
        return this.#receivePhase(message)
      case 'metrics': {
        const { type: _type, points, ...progress } = message
        const elapsedMs = points.at(-1)?.elapsedMs
        this.#resources.elapsedMs = elapsedMs ?? this.#resources.elapsedMs
        if (elapsedMs !== undefined) this.#noteWallTime(elapsedMs, at)
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
        return this.note(message.level, message.text, at)
      case 'stage-times':
        if (this.#isElsewhere) return
        return store.stageTimes.save(store.runs.executorOf(id), message.seconds)
      default:
        assertNever(message)
    }
  }

  /** Says at once what was asked for: until the trainer has done it, the phase is that. */
  acknowledge(phase: 'pausing' | 'cancelling'): void {
    const { store } = this.#context
    this.#isEnding = true
    this.note('info', phase === 'pausing' ? 'A pause was asked for.' : 'The end was asked for.')
    this.#attempt('could not say so', () => store.runs.report(this.#run.id, { phase }))
    this.announceExperiment()
  }

  /** Where it stood, once it speaks again. */
  showSilence(isSilent: boolean): void {
    const phase = isSilent ? 'not responding' : this.#phase.text
    this.#attempt('could not be shown as silent', () => this.#context.store.runs.report(this.#run.id, { phase }))
    this.announceExperiment()
  }

  #receivePoints(points: readonly MetricPoint[], progress?: RunProgress): void {
    const { store, events } = this.#context
    const { id } = this.#run
    store.transaction(() => {
      store.metrics.add(id, points)
      if (progress !== undefined) store.runs.report(id, progress)
    })
    events.emit('run-metrics', { runId: id, run: store.runs.get(id), points: thinnedPoints(points, ANNOUNCED_POINTS) })
  }

  #noteWallTime(elapsedMs: number, at: number): void {
    const { store } = this.#context
    const wallMs = at - Date.parse(this.#run.startedAt)
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
    if (this.#isEnding) return
    if (phase === this.#phase.name && done < total && now - this.#phase.at < PHASE_INTERVAL_MS) return
    const text = total > 0 ? `${phase} ${Math.floor((100 * done) / total)} %` : phase
    this.#phase = { name: phase, text, at: now }
    store.runs.report(this.#run.id, { phase: text })
    this.announceExperiment()
  }

  /** Writes how it ended. Throws what the store or the disk have against it; it can be tried again. */
  async end(outcome: JobOutcome, pause: 'paused' | 'interrupted'): Promise<void> {
    const { store } = this.#context
    // Where it stood when the end was asked for, instead of `pausing`.
    if (this.#isEnding) store.runs.report(this.#run.id, { phase: this.#phase.text })
    switch (outcome.kind) {
      case 'result':
        await storeResult(this.#context, this.#experiment, store.runs.get(this.#run.id), outcome.result)
        await this.#removeCheckpoints()
        return
      case 'paused':
        if (outcome.error !== undefined) this.note('error', describe(outcome.error))
        return this.#pauseAs(pause, outcome.error)
      case 'cancelled':
        store.transaction(() => {
          store.runs.end(this.#run.id, 'cancelled')
          store.experiments.transition(this.#experiment.id, 'cancel', 'running')
        })
        await this.#removeCheckpoints()
        return
      case 'failed':
        return this.#fail(outcome.error)
      default:
        assertNever(outcome)
    }
  }

  #pauseAs(status: 'interrupted' | 'paused', error?: AppError): void {
    const { store } = this.#context
    store.transaction(() => {
      store.runs.end(this.#run.id, status, error === undefined ? {} : { error })
      store.experiments.transition(this.#experiment.id, status === 'interrupted' ? 'recover' : 'pause', 'running')
    })
  }

  #fail(error: AppError): void {
    const { store } = this.#context
    this.note('error', describe(error))
    store.transaction(() => {
      store.runs.end(this.#run.id, 'failed', { error })
      if (store.experiments.summary(this.#experiment.id).status === 'running') {
        store.experiments.transition(this.#experiment.id, 'fail', 'running')
      }
    })
  }

  /** A run that has ended goes on no more; files that cannot be removed now are no reason to end it in another way. */
  async #removeCheckpoints(): Promise<void> {
    try {
      await this.#checkpoints.keepPhaseEnds()
      this.#announceCheckpoints()
      await letOldCheckpointsGo(this.#context)
    } catch (thrown) {
      this.logProblem('kept checkpoints that it needs no more', thrown)
    }
  }

  #announceCheckpoints(): void {
    const { store, events } = this.#context
    const { id } = this.#run
    events.emit('run-checkpoints', { runId: id, checkpoints: store.checkpoints.list(id) })
  }

  announceExperiment(): void {
    const { store, events } = this.#context
    this.#attempt('could not be announced', () =>
      events.emit('experiment-changed', store.experiments.summary(this.#experiment.id)),
    )
  }

  /** Never throws: what cannot be noted in the store stands in the log of the studio. */
  note(level: LogLine['level'], text: string, at = this.#context.clock.now()): void {
    const { store, events, log } = this.#context
    const line = { at: timeText(at), level, text }
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
      this.logProblem(what, thrown)
    }
  }

  /** For what cannot be written in the store. */
  logProblem(what: string, thrown: unknown): void {
    this.#context.log('queue', 'error', `${this.#run.id} ${what}: ${toAppError(thrown).message}`)
  }
}

function describe({ message, where, remedy }: AppError): string {
  return [message, where === undefined ? '' : `(${where})`, remedy ?? ''].filter((part) => part !== '').join(' ')
}
