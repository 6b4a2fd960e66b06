/** What the studio can ask of a Slurm cluster. Nothing here knows the store; `openCluster` opens the only implementation. */
import type { AttachedMessage, RemoteEvent } from '#shared/cluster/remote-events.ts'
import type { RemoteState } from '#shared/cluster/states.ts'
import type { Resources } from '#shared/cluster/cluster-config.ts'
import type { ExecutorChoice, FromTrainer, TimedJob } from '#shared/protocol/trainer-protocol.ts'
import type { CheckStep } from '#shared/cluster/check-step.ts'

export interface RemoteCluster {
  /** Login, system, Slurm, folder, a short test job. Never throws: a step that fails says what is wrong and what to do. */
  check(onStep: (step: CheckStep) => void): Promise<readonly CheckStep[]>
  /** Opens the connection and asks for what it needs: only when the user wants it. Throws a connection error. */
  connect(): Promise<void>
  /** Uploads what is missing and submits one array. Idempotent by `submission`: a lost reply never submits twice. */
  submit(batch: RemoteBatch, onProgress: (progress: SubmitProgress) => void): Promise<SubmittedBatch>
  /** One ssh call and one squeue for any number of runs. What it throws has changed nothing. */
  poll(runs: readonly RunCursor[]): Promise<PollAnswer>
  /** The whole message of an event whose bytes stayed there, or of a result. Throws `not-found` where it was replaced by a newer one. */
  read(runId: string, message: AttachedMessage): Promise<FromTrainer>
  /** Writes the wish beside the runs, then tells Slurm. A pause leaves a checkpoint. */
  stop(runs: readonly RemoteRunRef[], wish: 'pause' | 'cancel'): Promise<void>
  /** A running job keeps a checkpoint and goes on. */
  checkpoint(run: RemoteRunRef): Promise<void>
  /** What neither this studio nor another one needs any more. */
  previewClean(keep: RemoteKeep): Promise<CleanPreview>
  clean(preview: CleanPreview): Promise<void>
  /** Ends the shared connection. */
  close(): Promise<void>
}

export interface RemoteBatch {
  /** Made and stored before the call, so that a second call is known as such. */
  readonly submission: string
  /** For people, in the queue of the cluster. */
  readonly name: string
  readonly runs: readonly RemoteRunInput[]
  readonly resources: Resources
}

export interface RemoteRunInput {
  readonly runId: string
  /** With paths of this machine. */
  readonly job: TimedJob
  /** Threads become the processors of the job, so that the numbers are those of a local run with as many. */
  readonly executor: ExecutorChoice
  /** Where to go on. */
  readonly checkpoint?: { readonly step: number; readonly bytes: Uint8Array<ArrayBuffer> }
}

export interface SubmitProgress {
  readonly phase: string
  /** In bytes while files travel. */
  readonly done: number
  readonly total: number
}

export interface SubmittedBatch {
  readonly arrayJobId: number
  /** Index in the array, by run. */
  readonly tasks: ReadonlyMap<string, number>
}

export interface RemoteRunRef {
  readonly runId: string
  readonly arrayJobId: number
  readonly task: number
  readonly submission: string
}

/** How far the events of a run were read; attempt 0, offset 0 at the start. */
export interface RunCursor extends RemoteRunRef {
  readonly attempt: number
  readonly offset: number
}

export interface PollAnswer {
  /** By the clock of this machine, in milliseconds since 1970. */
  readonly at: number
  readonly runs: ReadonlyMap<string, PolledRun>
}

export interface PolledRun {
  readonly events: readonly RemoteEvent[]
  /** Where they end. */
  readonly cursor: { readonly attempt: number; readonly offset: number }
  /** There is more than one poll carries: poll again. */
  readonly hasMore: boolean
  readonly state: RemoteState
}

/** What a clean-up must leave. */
export interface RemoteKeep {
  readonly runIds: readonly string[]
}

export interface CleanPreview {
  /** Paths below the folder of the cluster. */
  readonly paths: readonly string[]
  readonly sizeBytes: number
}
