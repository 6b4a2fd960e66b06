import {
  fromTrainerSchema,
  trainerProtocolVersion,
  type ExecutorChoice,
  type FromTrainer,
  type JobResult,
  type TrainerJob,
} from '#shared/protocol/trainer-protocol.ts'
import { appErrorCodes, AppException, assertNever, toAppError, type AppError } from '#shared/basics/result.ts'
import { isStorageTrouble } from '#shared/basics/storage-errors.ts'
import type { Clock } from '../basics/clock.ts'
import { sha256Of } from '../files/sha256.ts'
import { Deaths } from './deaths.ts'
import type { TrainerExit, TrainerHost, TrainerHostFactory } from './trainer-host.ts'

export type TrainerEvent<T extends FromTrainer['type']> = Extract<FromTrainer, { type: T }>

/** Into so many pieces a wait is cut, of which a sleep of the machine can take one. */
const AWAKE_PIECES = 10

/** How long what may take. */
export interface SupervisorLimits {
  readonly readyMs: number
  /** Silence after which the user is told. */
  readonly silenceShownMs: number
  /** Silence after which the process is killed. */
  readonly silenceKilledMs: number
  /** From a pause or cancellation to the end of a process that loses nothing by it. */
  readonly wishMs: number
  /** From the last message to the end of the process. */
  readonly farewellMs: number
  /** Waits before the first, second ... restart without progress; as many restarts as entries. */
  readonly restartDelaysMs: readonly number[]
}

export const defaultLimits: SupervisorLimits = {
  readyMs: 20_000,
  silenceShownMs: 30_000,
  silenceKilledMs: 120_000,
  wishMs: 3_000,
  farewellMs: 5_000,
  restartDelaysMs: [1_000, 4_000, 16_000],
}

/** Told of everything in the order of the messages; a returned promise is waited for before the next one. */
export interface JobListener {
  onMessage?(
    message: TrainerEvent<'started' | 'heartbeat' | 'phase' | 'metrics' | 'preview' | 'log' | 'stage-times'>,
  ): void | Promise<void>
  /** Bytes that agree with their digest. When it throws, the job ends with that error; trouble with a disk pauses it. */
  onCheckpoint?(checkpoint: TrainerEvent<'checkpoint'>): void | Promise<void>
  /** Bytes that agree with their digest. */
  onPermutation?(permutation: TrainerEvent<'permutation'>): void | Promise<void>
  /** What a run has made of some kernels, for those who look later. */
  onKernels?(snapshot: TrainerEvent<'kernel-snapshot'>): void | Promise<void>
  /** Something the user should know: silence, a death, a restart. */
  onNotice?(level: 'warning' | 'error', text: string): void
  /** The process says nothing, or speaks again. */
  onSilence?(isSilent: boolean): void
}

export interface SupervisedJob {
  readonly job: TrainerJob
  readonly executor: ExecutorChoice
  /** Names the process. */
  readonly label: string
  readonly listener: JobListener
  /** Where to go on; asked before every start. Its bytes are copied into the process. */
  readonly loadCheckpoint?: () => Promise<Uint8Array<ArrayBuffer> | undefined>
}

export type JobOutcome =
  | { readonly kind: 'result'; readonly result: JobResult }
  /** `error` says why when nobody asked for it. */
  | { readonly kind: 'paused'; readonly error?: AppError }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly error: AppError }

/**
 * Runs one job to its end in trainer processes: starts one, watches it, starts another from the newest checkpoint when
 * it dies. A job that dies twice at one step, or without progress more often than limits allow, has failed.
 */
export class Supervisor {
  /** Resolves, never rejects, when the outcome is known and no process is left. */
  readonly done: Promise<JobOutcome>
  readonly #createHost: TrainerHostFactory
  readonly #clock: Clock
  readonly #limits: SupervisorLimits
  readonly #work: SupervisedJob
  readonly #resolve: (outcome: JobOutcome) => void
  #host: TrainerHost | undefined
  #outcome: JobOutcome | undefined
  #wish: 'pause' | 'cancel' | undefined
  #isReady = false
  /** Nothing is lost when the process ends now. */
  #isRepeatable = true
  /** Messages are handled one after another; the exit of a process comes behind its last message. */
  #tail: Promise<void> = Promise.resolve()
  #cancelTimer: () => void = () => {}
  #cancelHurry: (() => void) | undefined
  #killReason: string | undefined
  readonly #deaths: Deaths
  #step = 0
  #phase: string | undefined
  /** Pieces of work kept since the last death. */
  #kept = 0
  #isSilent = false

  constructor(work: SupervisedJob, createHost: TrainerHostFactory, clock: Clock, limits = defaultLimits) {
    this.#work = work
    this.#createHost = createHost
    this.#clock = clock
    this.#limits = limits
    this.#deaths = new Deaths(limits.restartDelaysMs)
    let resolve: (outcome: JobOutcome) => void = () => {}
    this.done = new Promise((resolveDone) => {
      resolve = resolveDone
    })
    this.#resolve = resolve
    this.#enqueue(() => this.#start())
  }

  /** Process id of the trainer, while there is one. */
  get pid(): number | undefined {
    return this.#host?.pid
  }

  /** Asks for a checkpoint and the end; `done` resolves with `paused`. */
  pause(): void {
    if (this.#wish !== undefined) return
    this.#wish = 'pause'
    if (this.#isReady) this.#host?.send({ type: 'pause' })
    this.#hurry()
  }

  /** Asks for a checkpoint after the next step; the job goes on. */
  saveCheckpoint(): void {
    if (this.#isReady) this.#host?.send({ type: 'checkpoint' })
  }

  /** Asks for the end at the next step; `done` resolves with `cancelled`. */
  cancel(): void {
    if (this.#wish === 'cancel') return
    this.#wish = 'cancel'
    if (this.#isReady) this.#host?.send({ type: 'cancel' })
    this.#hurry()
  }

  /** Ends the process now; with a wish pending `done` resolves with that. */
  kill(reason: string): void {
    this.#killReason ??= reason
    this.#host?.kill()
  }

  async #start(): Promise<void> {
    // Nobody runs: what was asked for is true already.
    if (this.#finishWish()) return
    const checkpoint = await this.#work.loadCheckpoint?.()
    const host = this.#createHost(this.#work.label)
    this.#host = host
    this.#isReady = false
    this.#isRepeatable = true
    this.#phase = undefined
    this.#killReason = undefined
    host.onMessage((message) => {
      this.#watchSilence()
      this.#enqueue(() => this.#receive(message, host, checkpoint))
    })
    host.onExit((exit) => {
      this.#cancelTimer()
      this.#enqueue(() => this.#gone(exit))
    })
    this.#cancelTimer = this.#afterAwake(this.#limits.readyMs, () =>
      this.kill(`was not ready within ${this.#limits.readyMs / 1000} s`),
    )
    host.start()
  }

  async #receive(raw: unknown, host: TrainerHost, checkpoint: Uint8Array<ArrayBuffer> | undefined): Promise<void> {
    if (this.#outcome !== undefined) return
    const parsed = fromTrainerSchema.safeParse(raw)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      const where = issue === undefined ? '' : ` (${issue.path.join('.')}: ${issue.message})`
      throw new AppException({ code: 'internal', message: `The trainer sent an unknown message${where}.` })
    }
    const { listener } = this.#work
    const message = parsed.data
    switch (message.type) {
      case 'ready':
        this.#isReady = true
        host.send({
          type: 'start',
          version: trainerProtocolVersion,
          job: this.#work.job,
          executor: this.#work.executor,
          ...(checkpoint === undefined ? {} : { checkpoint }),
        })
        if (this.#wish !== undefined) host.send({ type: this.#wish })
        return
      case 'started':
      case 'heartbeat':
      case 'metrics':
        this.#step = message.step
        await listener.onMessage?.(message)
        return
      case 'phase':
        this.#isRepeatable = message.isRepeatable
        this.#phase = message.phase
        this.#hurry()
        await listener.onMessage?.(message)
        return
      case 'preview':
      case 'log':
      case 'stage-times':
        await listener.onMessage?.(message)
        return
      case 'checkpoint':
        await this.#receiveCheckpoint(message)
        return
      case 'kernel-snapshot':
        await listener.onKernels?.(message)
        return
      case 'permutation':
        await this.#receivePermutation(message)
        return
      case 'paused':
        return this.#end({ kind: 'paused' })
      case 'cancelled':
        return this.#end({ kind: 'cancelled' })
      case 'result':
        return this.#end({ kind: 'result', result: message.result })
      case 'failed':
        return this.#end({ kind: 'failed', error: toKnownError(message.error) })
      default:
        assertNever(message)
    }
  }

  async #receiveCheckpoint(message: TrainerEvent<'checkpoint'>): Promise<void> {
    if (sha256Of(message.bytes) !== message.sha256) {
      this.#work.listener.onNotice?.('error', `The checkpoint of step ${message.step} arrived damaged and was dropped.`)
      return
    }
    await this.#work.listener.onCheckpoint?.(message)
    this.#kept++
  }

  async #receivePermutation(message: TrainerEvent<'permutation'>): Promise<void> {
    if (sha256Of(message.bytes) !== message.sha256) {
      this.#work.listener.onNotice?.('warning', 'The permutation arrived damaged and is not kept.')
      return
    }
    await this.#work.listener.onPermutation?.(message)
    this.#kept++
  }

  /** The trainer has said its last word; it has a moment to end by itself. */
  #end(outcome: JobOutcome): void {
    this.#outcome = outcome
    this.#stopHurrying()
    this.#cancelTimer()
    this.#cancelTimer = this.#clock.after(this.#limits.farewellMs, () => this.kill('did not end by itself'))
  }

  #gone(exit: TrainerExit): void {
    this.#host = undefined
    this.#isReady = false
    this.#stopHurrying()
    if (this.#outcome !== undefined) return this.#resolve(this.#outcome)
    if (this.#finishWish()) return
    const verdict = this.#deaths.add({
      reason: this.#killReason ?? exit.reason,
      isOutOfMemory: this.#killReason === undefined && exit.isOutOfMemory === true,
      step: this.#step,
      phase: this.#phase,
      isInSteps: !this.#isRepeatable,
      kept: this.#kept,
    })
    this.#kept = 0
    const { listener } = this.#work
    if (verdict.kind === 'give-up') {
      listener.onNotice?.('error', verdict.error.message)
      return this.#resolve({ kind: 'failed', error: verdict.error })
    }
    listener.onNotice?.('warning', verdict.text)
    this.#cancelTimer = this.#clock.after(verdict.delayMs, () => this.#enqueue(() => this.#start()))
  }

  /**
   * Long computations hear nothing. Where ending loses nothing (everything, to somebody who cancels) the process has a
   * moment to answer and is ended then; while steps are being made their checkpoint is waited for.
   */
  #hurry(): void {
    const losesNothing = this.#wish === 'cancel' || (this.#wish === 'pause' && this.#isRepeatable)
    if (!losesNothing) return this.#stopHurrying()
    if (this.#outcome !== undefined || this.#host === undefined) return
    this.#cancelHurry ??= this.#clock.after(this.#limits.wishMs, () =>
      this.kill(`did not ${this.#wish ?? 'end'} by itself`),
    )
  }

  #stopHurrying(): void {
    this.#cancelHurry?.()
    this.#cancelHurry = undefined
  }

  /** True when no process runs and what was asked for needs none. */
  #finishWish(): boolean {
    if (this.#wish === undefined) return false
    this.#resolve(this.#wish === 'pause' ? { kind: 'paused' } : { kind: 'cancelled' })
    return true
  }

  #watchSilence(): void {
    if (this.#outcome !== undefined) return
    const { silenceShownMs, silenceKilledMs } = this.#limits
    this.#tellSilence(false)
    this.#cancelTimer()
    this.#cancelTimer = this.#afterAwake(silenceShownMs, () => {
      this.#work.listener.onNotice?.('warning', `The trainer has said nothing for ${silenceShownMs / 1000} s.`)
      this.#tellSilence(true)
      this.#cancelTimer = this.#afterAwake(silenceKilledMs - silenceShownMs, () =>
        this.kill(`said nothing for ${silenceKilledMs / 1000} s`),
      )
    })
  }

  #tellSilence(isSilent: boolean): void {
    if (this.#isSilent === isSilent) return
    this.#isSilent = isSilent
    this.#work.listener.onSilence?.(isSilent)
  }

  /**
   * Like `clock.after`, but counts only while this process runs, in short pieces: a machine that was asleep, or a process that
   * was stopped, finds no time passed, and what its trainer said meanwhile is heard first.
   */
  #afterAwake(delayMs: number, run: () => void): () => void {
    const piece = delayMs / AWAKE_PIECES
    let left = AWAKE_PIECES
    let cancel = (): void => {}
    const next = (): void => {
      cancel = this.#clock.after(piece, () => {
        left--
        if (left === 0) run()
        else next()
      })
    }
    next()
    return () => cancel()
  }

  #enqueue(step: () => void | Promise<void>): void {
    this.#tail = this.#tail.then(step).catch((thrown: unknown) => this.#fail(toAppError(thrown)))
  }

  /** Our own side cannot go on: a full disk, an unknown message. */
  #fail(error: AppError): void {
    if (this.#outcome === undefined) {
      this.#outcome = isStorageTrouble(error) ? { kind: 'paused', error } : { kind: 'failed', error }
    }
    this.#cancelTimer()
    if (this.#host === undefined) this.#resolve(this.#outcome)
    else this.kill(error.message)
  }
}

function toKnownError({ code, message, where, remedy }: TrainerEvent<'failed'>['error']): AppError {
  return {
    code: appErrorCodes.find((known) => known === code) ?? 'internal',
    message,
    ...(where === undefined ? {} : { where }),
    ...(remedy === undefined ? {} : { remedy }),
  }
}
