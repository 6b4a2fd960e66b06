/** What a job sees of its process: messages out, requests in, and the time. */
import { AppException } from '#shared/basics/result.ts'
import type { ExecutorChoice, FromTrainer } from '#shared/protocol/trainer-protocol.ts'

export interface JobContext {
  readonly executor: ExecutorChoice
  /** Bytes of the checkpoint to go on from. */
  readonly checkpoint: Uint8Array | undefined
  send(message: FromTrainer): void
  /** Milliseconds from any start, for rates and durations. */
  now(): number
  /** Lets messages in. Call between steps; throws `AppException` `cancelled` once the user has cancelled. */
  breathe(): Promise<void>
  /** True once a pause was asked for: send a checkpoint and return `paused`. */
  isPauseRequested(): boolean
  /** A run that lasts longer measures what the stages to come cost, where nobody knows. */
  readonly probeAfterMs: number
  /** True, once, after a checkpoint was asked for without a pause. */
  takeCheckpointRequest(): boolean
}

/** How a job ends: with a result, or paused with its checkpoint sent. */
export type JobEnd = 'finished' | 'paused'

/** Thrown to leave work that is done again after a pause. */
export class Paused extends Error {
  constructor() {
    super('The job was paused.')
    this.name = 'Paused'
  }
}

export function jobCancelled(): AppException {
  return new AppException({ code: 'cancelled', message: 'The job was cancelled.' })
}

/** Like `breathe`, in work that is done again after a pause: throws `Paused` once one was asked for. */
export async function breatheOrPause(context: JobContext): Promise<void> {
  await context.breathe()
  if (context.isPauseRequested()) throw new Paused()
}

/** A line in the log of the run. */
export function note(context: JobContext, text: string, level: 'info' | 'warning' = 'info'): void {
  context.send({ type: 'log', level, text })
}

/** What is being done, where a pause loses nothing: it is done again. `total` 0 = unknown. */
export function tellPhase(context: Pick<JobContext, 'send'>, phase: string, done = 0, total = 0): void {
  context.send({ type: 'phase', phase, done, total, isRepeatable: true })
}
