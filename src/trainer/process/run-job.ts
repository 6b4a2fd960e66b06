import type { TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { Paused, type JobContext, type JobEnd } from './job-context.ts'
import { compress } from '../jobs/compress.ts'
import { compressFile } from '../jobs/compress-file.ts'
import { evaluate } from '../jobs/evaluate.ts'
import { exportNetwork } from '../jobs/export.ts'
import { importance } from '../jobs/importance.ts'
import { importDataset } from '../jobs/import-dataset.ts'
import { importNetwork } from '../jobs/import-network.ts'
import { inspectNetwork } from '../jobs/inspect-network.ts'
import { layerEffects } from '../jobs/layer-effects.ts'
import { listEngines } from '../jobs/list-engines.ts'
import { measurePackage } from '../jobs/measure-package.ts'
import { planDatasetImport } from '../jobs/plan-dataset.ts'
import { probe } from '../jobs/probe.ts'
import { readCodes } from '../jobs/read-codes.ts'
import { sketchSpectral } from '../jobs/sketch-spectral.ts'
import { train } from '../jobs/train.ts'
import { tryCompressions } from '../jobs/try-compressions.ts'
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
  const end = await jobOf(job)(job, watched).catch((thrown: unknown): JobEnd => {
    // Left in the middle of work that is done again.
    if (thrown instanceof Paused) return 'paused'
    throw thrown
  })
  if (end === 'paused') context.send({ type: 'paused', step })
  return end
}

type JobKind = TrainerJob['kind']
type RunJob<K extends JobKind> = (job: Extract<TrainerJob, { kind: K }>, context: JobContext) => Promise<JobEnd>

const jobs: { readonly [K in JobKind]: RunJob<K> } = {
  compress,
  baseline: compress,
  spectral: compress,
  train,
  evaluate,
  importance,
  'layer-effects': layerEffects,
  'read-codes': readCodes,
  'import-network': importNetwork,
  'inspect-network': inspectNetwork,
  'compress-file': compressFile,
  'sketch-spectral': sketchSpectral,
  'try-compressions': tryCompressions,
  'measure-package': measurePackage,
  'try-preprocessings': tryPreprocessings,
  'import-dataset': importDataset,
  'plan-dataset': planDatasetImport,
  export: exportNetwork,
  probe,
  'list-engines': (_job, context) => listEngines(context),
}

function jobOf<K extends JobKind>({ kind }: { readonly kind: K }): RunJob<K> {
  return jobs[kind]
}
