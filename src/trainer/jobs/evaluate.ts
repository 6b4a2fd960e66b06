/** Accuracy of a stored network on a split. */
import { evaluateProgram } from '#engine/network/evaluation.ts'
import type { TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { loadSplit } from '../data/open-dataset.ts'
import { evaluateSplit, evaluationBatchOf } from '../measure/evaluation.ts'
import { openExecutor } from '../process/open-executor.ts'
import { tellPhase, type JobContext, type JobEnd } from '../process/job-context.ts'
import { loadNetwork } from '../weights/stored-network.ts'

type EvaluateJob = Extract<TrainerJob, { kind: 'evaluate' }>

export async function evaluate(job: EvaluateJob, context: JobContext): Promise<JobEnd> {
  const { network, parameters } = await loadNetwork(job.network)
  const data = await loadSplit(job.dataset, job.split, network, job.limit)
  const { executor, device } = await openExecutor(context.executor)
  try {
    context.send({ type: 'started', device, totalSteps: 0, step: 0 })
    const program = await executor.compile(
      evaluateProgram(network, {
        batch: evaluationBatchOf(network),
        parameters,
        inState: 'none',
      }),
    )
    const state = executor.createState({})
    const evaluation = await evaluateSplit(program, state, network, data, async (done, total) => {
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
