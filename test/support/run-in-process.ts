/** Jobs of the product's trainer in the process of a test, on one thread, with a clock that jumps a second a look. */
import type { FromTrainer, JobResult, TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import type { JobContext } from '#trainer/process/job-context.ts'
import { runJob } from '#trainer/process/run-job.ts'

export interface RunInProcessOptions {
  /** To go on from. */
  readonly checkpoint?: Uint8Array
  /** Asks for a pause once so many steps have been reported. */
  readonly pauseAfter?: number
  /** Never, by default: a probe compiles programs for seconds. */
  readonly probeAfterMs?: number
}

export async function runInProcess(
  job: TrainerJob,
  { checkpoint, pauseAfter = Infinity, probeAfterMs = Infinity }: RunInProcessOptions = {},
): Promise<readonly FromTrainer[]> {
  const messages: FromTrainer[] = []
  let milliseconds = 0
  const context: JobContext = {
    executor: { executor: 'onnxruntime', provider: 'cpu', threads: 1 },
    checkpoint,
    send: (message) => messages.push(message),
    now: () => (milliseconds += 1000),
    breathe: () => Promise.resolve(),
    isPauseRequested: () => metricOf(messages, 'learning-rate').length >= pauseAfter,
    takeCheckpointRequest: () => false,
    probeAfterMs,
  }
  await runJob(job, context)
  return messages
}

export function resultOf<K extends JobResult['kind']>(
  kind: K,
  messages: readonly FromTrainer[],
): Extract<JobResult, { kind: K }> {
  const found = messages.find((message) => message.type === 'result')
  if (found?.type !== 'result' || found.result.kind !== kind) throw new Error(`the run sent no result of ${kind}`)
  return found.result as Extract<JobResult, { kind: K }> // The kinds were just compared.
}

export function lastCheckpoint(messages: readonly FromTrainer[]): Uint8Array {
  const found = messages.findLast((message) => message.type === 'checkpoint')
  if (found?.type !== 'checkpoint') throw new Error('the run sent no checkpoint')
  return found.bytes
}

/** Values of one metric by step. */
export function metricOf(
  messages: readonly FromTrainer[],
  name: string,
): readonly (readonly [step: number, value: number])[] {
  const points = messages.flatMap((message) => (message.type === 'metrics' ? message.points : []))
  return points.filter((point) => point.name === name).map(({ step, value }) => [step, value])
}
