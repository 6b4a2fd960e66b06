import type { ExperimentRecord, RunRecord } from '#shared/protocol/records.ts'
import { toAppError } from '#shared/basics/result.ts'
import { isStorageTrouble } from '#shared/basics/storage-errors.ts'
import type { StudioContext } from '../context/studio-context.ts'
import { removeUnfinished } from '../files/atomic-write.ts'
import { mainFamilyOf } from '../families/table.ts'
import { Supervisor, type JobOutcome } from '../trainer-host/supervisor.ts'
import { continuesRun } from '../store/continues-run.ts'
import { runPath } from '../store/layout.ts'
import { watchGraphics, type GraphicsWatch } from './graphics-watch.ts'
import { RunRecorder } from './run-recorder.ts'
import type { StorageHold } from './storage-hold.ts'

/** One experiment while it runs on this computer: owns its trainer, and sees to it that it ends in the right status. */
export class ActiveRun {
  readonly experimentId: string
  /** Starts the trainer: behind the transaction that this was made in, which a full disk may have undone. */
  readonly begin: () => void
  /** Resolves, never rejects, when the experiment has its new status and no process is left. */
  readonly done: Promise<void>
  readonly #context: StudioContext
  readonly #hold: StorageHold
  readonly #recorder: RunRecorder
  readonly #run: RunRecord
  #supervisor: Supervisor | undefined
  #wish: 'pause' | 'cancel' | undefined
  #isInterrupted = false

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
    this.#recorder = new RunRecorder(context, experiment, this.#run)
    let begin: () => void = () => {}
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    this.begin = begin
    this.done = begun
      .then(() => this.#execute(experiment))
      .catch((thrown: unknown) => this.#recorder.logProblem('ended unexpectedly', thrown))
  }

  /** Process id of the trainer, while there is one. */
  get trainerPid(): number | undefined {
    return this.#supervisor?.pid
  }

  pause(): void {
    if (this.#wish !== undefined) return
    this.#wish = 'pause'
    this.#supervisor?.pause()
    this.#recorder.acknowledge('pausing')
  }

  cancel(): void {
    if (this.#wish === 'cancel') return
    this.#wish = 'cancel'
    this.#supervisor?.cancel()
    this.#recorder.acknowledge('cancelling')
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
      const onDamaged = (text: string): void => this.#recorder.note('warning', text)
      const job = await mainFamilyOf(config).job({ store, experiment, config, executor, onDamaged })
      const supervisor = new Supervisor(
        {
          job,
          executor,
          label: `trainer ${experiment.id}`,
          listener: {
            onMessage: (message) => this.#recorder.receive(message),
            onCheckpoint: (checkpoint) => this.#recorder.keepCheckpoint(checkpoint),
            onKernels: (snapshot) => this.#recorder.keepKernels(snapshot),
            onPermutation: (permutation) => this.#recorder.keepPermutation(permutation),
            onNotice: (level, text) => this.#recorder.note(level, text),
            onSilence: (isSilent) => this.#recorder.showSilence(isSilent),
          },
          loadCheckpoint: async () => (await this.#recorder.loadCheckpoint())?.bytes,
        },
        createHost,
        clock,
        limits,
      )
      this.#supervisor = supervisor
      if (this.#wish === 'cancel') supervisor.cancel()
      else if (this.#wish === 'pause') supervisor.pause()
      const graphics = executor.provider === 'cpu' ? undefined : this.#watchGraphics()
      outcome = await supervisor.done.finally(() => graphics?.stop())
    } catch (thrown) {
      outcome = { kind: 'failed', error: toAppError(thrown) }
    }
    await this.#finish(outcome)
  }

  #watchGraphics(): GraphicsWatch {
    return watchGraphics({
      onReading: (reading) => this.#recorder.showGraphics(reading),
      onNothing: (text) => this.#recorder.note('info', text),
    })
  }

  /**
   * Writes how it ended. While the disk of the store takes no writes it waits with what it has, a finished result too;
   * a studio that closes meanwhile finds the experiment running when it opens, and puts it back into the queue.
   */
  async #finish(outcome: JobOutcome): Promise<void> {
    let ended = outcome
    for (;;) {
      try {
        await this.#keep(ended)
        break
      } catch (thrown) {
        const error = toAppError(thrown)
        if (this.#hold.take(error)) {
          if (!(await this.#hold.ended())) return
        } else if (ended.kind === 'failed') {
          return this.#recorder.logProblem('could not be ended', thrown)
        } else {
          // The result could not be kept: the numbers are as good as their last checkpoint.
          ended = { kind: 'failed', error }
        }
      }
    }
    this.#recorder.announceExperiment()
  }

  async #keep(outcome: JobOutcome): Promise<void> {
    const isTrouble = outcome.kind === 'failed' && isStorageTrouble(outcome.error)
    const ended: JobOutcome = isTrouble ? { kind: 'paused', error: outcome.error } : outcome
    if (ended.kind !== 'paused' || ended.error === undefined) {
      return this.#recorder.end(ended, this.#isInterrupted ? 'interrupted' : 'paused')
    }
    this.#hold.take(ended.error, this.#recorder.checkpointBytes)
    // Nobody asked for it: it waits for the disk at the front of the queue.
    return this.#recorder.end(ended, this.#wish === undefined ? 'interrupted' : 'paused')
  }
}
