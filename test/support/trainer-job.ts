import type { FromTrainer, JobResult, TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { jobCancelled, type JobContext } from '#trainer/process/job-context.ts'
import { runJob } from '#trainer/process/run-job.ts'

/** Runs a job of the product's trainer in this process; it is cancelled at its `stopAtBreath`-th breath. */
export async function messagesOf(job: TrainerJob, stopAtBreath = Infinity): Promise<readonly FromTrainer[]> {
  const messages: FromTrainer[] = []
  let breaths = 0
  const context: JobContext = {
    executor: { executor: 'onnxruntime', provider: 'cpu', threads: 1 },
    checkpoint: undefined,
    send: (message) => messages.push(message),
    now: () => 0,
    breathe: () => (++breaths >= stopAtBreath ? Promise.reject(jobCancelled()) : Promise.resolve()),
    isPauseRequested: () => false,
    takeCheckpointRequest: () => false,
    probeAfterMs: Infinity,
  }
  await runJob(job, context)
  return messages
}

/** What a job of the product's trainer ends with. */
export async function resultOf<K extends TrainerJob['kind']>(
  job: Extract<TrainerJob, { kind: K }>,
): Promise<Extract<JobResult, { kind: K }>> {
  const found = (await messagesOf(job)).find((message) => message.type === 'result')
  if (found?.type !== 'result' || found.result.kind !== job.kind) throw new Error(`${job.kind} sent no result`)
  // The kinds were just compared.
  return found.result as Extract<JobResult, { kind: K }>
}
