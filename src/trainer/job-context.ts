/** What a job sees of its process: messages out, requests in, and the time. */
import { AppException } from '#shared/result.ts'
import type { ExecutorChoice, FromTrainer } from '#shared/trainer-protocol.ts'

export interface JobContext {
  readonly executor: ExecutorChoice
  /** Bytes of the checkpoint to go on from. */
  readonly checkpoint: Uint8Array | undefined
  send(message: FromTrainer): void
  /** Milliseconds from any start, for rates and durations. */
  now(): number
  /** Lets messages in. Call between steps; throws `AppException` `cancelled` once the user has cancelled. */
  breathe(): Promise<void>
  /** True once a pause was asked for: send a checkpoint and `paused`, and return. */
  isPauseRequested(): boolean
}

/** How a job ends: with a result, or paused with its checkpoint sent. */
export type JobEnd = 'finished' | 'paused'

export function cancelled(): AppException {
  return new AppException({ code: 'cancelled', message: 'The job was cancelled.' })
}
