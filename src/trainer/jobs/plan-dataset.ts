/** Says what an import of a data set would give. */
import { planDataset } from '#formats/dataset/dataset.ts'
import { unwrap } from '#shared/basics/result.ts'
import type { TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { tellPhase, type JobContext, type JobEnd } from '../process/job-context.ts'

type PlanDatasetJob = Extract<TrainerJob, { kind: 'plan-dataset' }>

export async function planDatasetImport(job: PlanDatasetJob, context: JobContext): Promise<JobEnd> {
  tellPhase(context, 'looking at the data set', 0, 0)
  const plan = unwrap(await planDataset(job.sourcePath, job.split))
  context.send({ type: 'result', result: { kind: 'plan-dataset', plan } })
  return 'finished'
}
