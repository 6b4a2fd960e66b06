/**
 * A cluster in this process: what is submitted runs under a supervisor here, and is told in the words of a cluster. Tests say
 * when it can be reached, what waits, and what is interrupted.
 */
import { sha256Of } from '#main/files/sha256.ts'
import type {
  CleanPreview,
  PollAnswer,
  RemoteBatch,
  RemoteCluster,
  RemoteRunInput,
  RemoteRunRef,
  RunCursor,
  SubmittedBatch,
} from '#main/cluster/remote-cluster.ts'
import { systemClock } from '#main/basics/clock.ts'
import { Supervisor, type JobOutcome } from '#main/trainer-host/supervisor.ts'
import type { TrainerHostFactory } from '#main/trainer-host/trainer-host.ts'
import { AppException } from '#shared/basics/result.ts'
import type { AttachedMessage, RemoteEvent } from '#shared/cluster/remote-events.ts'
import type { RemoteState } from '#shared/cluster/states.ts'
import type { FromTrainer } from '#shared/protocol/trainer-protocol.ts'

type Untimed = RemoteEvent extends infer E ? (E extends RemoteEvent ? Omit<E, 'end' | 'at'> : never) : never

class LocalRun {
  readonly input: RemoteRunInput
  readonly events: RemoteEvent[] = []
  state: RemoteState = { kind: 'waiting', reason: 'Priority' }
  attempt = 0
  #checkpoint: Uint8Array<ArrayBuffer> | undefined
  #checkpointStep = 0
  #supervisor: Supervisor | undefined
  readonly #keep: (message: FromTrainer) => AttachedMessage

  constructor(input: RemoteRunInput, keep: (message: FromTrainer) => AttachedMessage) {
    this.input = input
    this.#keep = keep
    this.#checkpoint = input.checkpoint?.bytes
    this.#checkpointStep = input.checkpoint?.step ?? 0
  }

  begin(createHost: TrainerHostFactory, node: string, cpuModel: string): void {
    this.attempt++
    this.state = { kind: 'running', node }
    this.#tell({
      ...{ type: 'attempt', attempt: this.attempt, node, cpuModel, executorVersion: '1.0', jobId: '1_0' },
      fromStep: this.#checkpointStep,
    })
    const supervisor = new Supervisor(
      {
        job: this.input.job,
        executor: this.input.executor,
        label: `cluster ${this.input.runId}`,
        loadCheckpoint: async () => this.#checkpoint,
        listener: {
          onMessage: (message) => this.#tell({ type: 'message', message }),
          onCheckpoint: (message) => {
            this.#checkpoint = Uint8Array.from(message.bytes)
            this.#checkpointStep = message.step
            this.#tell({ type: 'attached', ...this.#keep(message) })
          },
          onKernels: (message) => this.#tell({ type: 'attached', ...this.#keep(message) }),
          onPermutation: (message) => this.#tell({ type: 'attached', ...this.#keep(message) }),
        },
      },
      createHost,
      systemClock,
    )
    this.#supervisor = supervisor
    void supervisor.done.then((outcome) => this.#ended(supervisor, outcome))
  }

  async interrupt(reason: string): Promise<void> {
    const supervisor = this.#supervisor
    this.#supervisor = undefined
    supervisor?.pause()
    await supervisor?.done
    this.state = { kind: 'interrupted', reason }
  }

  async stop(wish: 'pause' | 'cancel'): Promise<void> {
    const supervisor = this.#supervisor
    if (supervisor === undefined) this.state = { kind: wish === 'pause' ? 'paused' : 'cancelled' }
    else if (wish === 'pause') supervisor.pause()
    else supervisor.cancel()
    await supervisor?.done
  }

  /** As if its trainer had said so. */
  tell(message: FromTrainer): void {
    this.#tell({ type: 'message', message })
  }

  saveCheckpoint(): void {
    this.#supervisor?.saveCheckpoint()
  }

  #ended(supervisor: Supervisor, outcome: JobOutcome): void {
    if (this.#supervisor !== supervisor) return
    this.#supervisor = undefined
    if (outcome.kind === 'result') {
      this.state = { kind: 'completed', result: this.#keep({ type: 'result', result: outcome.result }) }
    } else if (outcome.kind === 'failed') this.state = { kind: 'failed', error: outcome.error }
    else this.state = { kind: outcome.kind }
  }

  #tell(event: Untimed): void {
    this.events.push({ ...event, at: Date.now(), end: { attempt: this.attempt, offset: this.events.length + 1 } })
  }
}

export class LocalCluster implements RemoteCluster {
  isReachable = true
  /** The next submission arrives, its answer does not. */
  losesReply = false
  /** Refuses what is submitted, in these words. */
  refusal: string | undefined
  /** What is submitted waits until `begin`. */
  holds = false
  /** Of each node; runs go from one to the next. */
  processors: readonly string[] = ['EPYC']
  /** As many events a poll. */
  mostEvents = 10_000
  readonly submissions: RemoteBatch[] = []
  /** Jobs that were told to end. */
  readonly stopped: RemoteRunRef[] = []
  /** How often `submit` was called. */
  calls = 0
  polls = 0
  readonly runs = new Map<string, LocalRun>()
  readonly #arrays = new Map<string, SubmittedBatch>()
  readonly #files = new Map<string, FromTrainer>()
  readonly #createHost: TrainerHostFactory

  constructor(createHost: TrainerHostFactory) {
    this.#createHost = createHost
  }

  begin(runId: string): void {
    const run = this.#run(runId)
    const node = run.attempt % this.processors.length
    run.begin(this.#createHost, `n${node + 1}`, this.processors[node] ?? '')
  }

  async check(): Promise<[]> {
    return []
  }

  async connect(): Promise<void> {
    this.#reach()
  }

  async submit(batch: RemoteBatch): Promise<SubmittedBatch> {
    this.#reach()
    this.calls++
    if (this.refusal !== undefined) {
      throw new AppException({ code: 'cluster-refused', message: this.refusal, remedy: 'Change the cluster.' })
    }
    let answer = this.#arrays.get(batch.submission)
    if (answer === undefined) {
      answer = {
        arrayJobId: 100 + this.#arrays.size,
        tasks: new Map(batch.runs.map(({ runId }, task) => [runId, task])),
      }
      this.#arrays.set(batch.submission, answer)
      this.submissions.push(batch)
      for (const input of batch.runs) this.#take(input)
    }
    if (!this.losesReply) return answer
    this.losesReply = false
    throw unreachable()
  }

  async poll(cursors: readonly RunCursor[]): Promise<PollAnswer> {
    this.#reach()
    this.polls++
    const runs = cursors.map(({ runId, offset, attempt }) => {
      const run = this.#run(runId)
      const events = run.events.slice(offset, offset + this.mostEvents)
      const cursor = events.at(-1)?.end ?? { attempt, offset }
      return [runId, { events, cursor, hasMore: cursor.offset < run.events.length, state: run.state }] as const
    })
    return { at: Date.now(), runs: new Map(runs) }
  }

  async read(_runId: string, { file }: AttachedMessage): Promise<FromTrainer> {
    this.#reach()
    const message = this.#files.get(file.sha256)
    if (message === undefined) throw new AppException({ code: 'not-found', message: `There is no ${file.sha256}.` })
    return message
  }

  async stop(runs: readonly RemoteRunRef[], wish: 'pause' | 'cancel'): Promise<void> {
    this.#reach()
    this.stopped.push(...runs)
    await Promise.all(runs.map(({ runId }) => this.#run(runId).stop(wish)))
  }

  async checkpoint({ runId }: RemoteRunRef): Promise<void> {
    this.#reach()
    this.#run(runId).saveCheckpoint()
  }

  async previewClean(): Promise<CleanPreview> {
    return { paths: [], sizeBytes: 0 }
  }

  async clean(): Promise<void> {}

  async close(): Promise<void> {}

  /** A run that comes again goes on in its folder: its events stay. */
  #take(input: RemoteRunInput): void {
    const known = this.runs.get(input.runId)
    const run = new LocalRun(input, (message) => this.#keep(message))
    if (known !== undefined) {
      run.events.push(...known.events)
      run.attempt = known.attempt
    }
    this.runs.set(input.runId, run)
    if (!this.holds) this.begin(input.runId)
  }

  #keep(message: FromTrainer): AttachedMessage {
    const sha256 = sha256Of(new TextEncoder().encode(`${this.#files.size}`))
    this.#files.set(sha256, message)
    const file = { sha256, sizeBytes: 1 }
    const of =
      message.type === 'checkpoint' || message.type === 'kernel-snapshot' || message.type === 'permutation'
        ? message.type
        : 'result'
    return { of, file, packed: null }
  }

  #run(runId: string): LocalRun {
    const run = this.runs.get(runId)
    if (run === undefined) throw new AppException({ code: 'not-found', message: `There is no run ${runId}.` })
    return run
  }

  #reach(): void {
    if (!this.isReachable) throw unreachable()
  }
}

function unreachable(): AppException {
  return new AppException({ code: 'cluster-unreachable', message: 'The connection to login failed.', where: 'login' })
}
