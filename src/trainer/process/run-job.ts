import { assertNever } from '#shared/basics/result.ts'
import type { TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { Paused, type JobContext, type JobEnd } from './job-context.ts'
import { baseline } from '../jobs/baseline.ts'
import { compress } from '../jobs/compress.ts'
import { evaluate } from '../jobs/evaluate.ts'
import { exportNetwork } from '../jobs/export.ts'
import { importance } from '../jobs/importance.ts'
import { importDataset } from '../jobs/import-dataset.ts'
import { importNetwork } from '../jobs/import-network.ts'
import { inspectNetwork } from '../jobs/inspect-network.ts'
import { listEngines } from '../jobs/list-engines.ts'
import { planDatasetImport } from '../jobs/plan-dataset.ts'
import { probe } from '../jobs/probe.ts'
import { train } from '../jobs/train.ts'
import { tryPreprocessings } from '../jobs/try-preprocessings.ts'

/** Runs one job to its end and says so when that is a pause; throws `AppException` when it fails or is cancelled. */
export async function runJob(job: TrainerJob, context: JobContext): Promise<JobEnd> {
  let step = 0
  const watched: JobContext = {
    ...context,
    send(message) {
      if (message.type === 'metrics' || message.type === 'started') step = message.step
      context.send(message)
    },
  }
  const end = await start(job, watched).catch((thrown: unknown): JobEnd => {
    // Left in the middle of work that is done again.
    if (thrown instanceof Paused) return 'paused'
    throw thrown
  })
  if (end === 'paused') context.send({ type: 'paused', step })
  return end
}

function start(job: TrainerJob, context: JobContext): Promise<JobEnd> {
  switch (job.kind) {
    case 'compress':
      return compress(job, context)
    case 'train':
      return train(job, context)
    case 'baseline':
      return baseline(job, context)
    case 'evaluate':
      return evaluate(job, context)
    case 'importance':
      return importance(job, context)
    case 'import-network':
      return importNetwork(job, context)
    case 'inspect-network':
      return inspectNetwork(job, context)
    case 'try-preprocessings':
      return tryPreprocessings(job, context)
    case 'import-dataset':
      return importDataset(job, context)
    case 'plan-dataset':
      return planDatasetImport(job, context)
    case 'export':
      return exportNetwork(job, context)
    case 'probe':
      return probe(job, context)
    case 'list-engines':
      return listEngines(context)
    default:
      return assertNever(job)
  }
}
