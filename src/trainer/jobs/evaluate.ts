/** Accuracy of a stored network on a split. */
import type { TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { loadSplit } from '../data/open-dataset.ts'
import { evaluateNetwork } from '../measure/evaluate-network.ts'
import { openExecutor } from '../process/open-executor.ts'
import { tellPhase, type JobContext, type JobEnd } from '../process/job-context.ts'
import { loadNetwork } from '../weights/stored-network.ts'

type EvaluateJob = Extract<TrainerJob, { kind: 'evaluate' }>

export async function evaluate(job: EvaluateJob, context: JobContext): Promise<JobEnd> {
  const loaded = await loadNetwork(job.network)
  const data = await loadSplit(job.dataset, job.split, loaded.network, job.limit)
  const { executor, device } = await openExecutor(context.executor)
  try {
    context.send({ type: 'started', device, totalSteps: 0, step: 0 })
    const evaluation = await evaluateNetwork(executor, loaded, data, async (done, total) => {
      tellPhase(context, 'evaluation', done, total)
      await context.breathe()
    })
    context.send({
      type: 'result',
      result: { kind: 'evaluate', evaluation: { of: 'original', split: job.split, ...evaluation } },
    })
  } finally {
    executor.dispose()
  }
  return 'finished'
}
