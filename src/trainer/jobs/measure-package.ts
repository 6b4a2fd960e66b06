/** Accuracy of the network that a package gives beside that of the original, on the same images. */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Executor } from '#engine/executors/executor.ts'
import { packagedGraph } from '#formats/network-graph.ts'
import type { SplitPredictions, TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { loadSplit } from '../data/open-dataset.ts'
import { evaluateNetwork } from '../measure/evaluate-network.ts'
import { networkOfPackage } from '../methods/packaged-network.ts'
import { openExecutor } from '../process/open-executor.ts'
import { tellPhase, type JobContext, type JobEnd } from '../process/job-context.ts'
import { prepareNetwork } from '../weights/prepared-network.ts'
import type { LoadedNetwork } from '../weights/stored-network.ts'

type MeasurePackageJob = Extract<TrainerJob, { kind: 'measure-package' }>

/** Throws `AppException` as the reader of the package, `prepareNetwork` and `loadSplit` do. */
export async function measurePackage(job: MeasurePackageJob, context: JobContext): Promise<JobEnd> {
  const { executor, device } = await openExecutor(context.executor)
  try {
    context.send({ type: 'started', device, totalSteps: 0, step: 0 })
    tellPhase(context, 'reading the compressed file')
    const name = basename(job.packagePath)
    const { network, tensors } = await networkOfPackage(executor, await readFile(job.packagePath), name)
    const decoded = { network: packagedGraph({ name }, network), parameters: tensors }
    const reconstructed = await measured(executor, decoded, 'reconstructed', job, context)
    const original = await measuredOriginal(executor, job, context)
    context.send({
      type: 'result',
      result: { kind: 'measure-package', reconstructed, ...(original === undefined ? {} : { original }) },
    })
  } finally {
    executor.dispose()
  }
  return 'finished'
}

async function measuredOriginal(
  executor: Executor,
  job: MeasurePackageJob,
  context: JobContext,
): Promise<SplitPredictions | undefined> {
  if (job.original === undefined) return undefined
  const { loaded } = await prepareNetwork(job.original, context)
  return measured(executor, loaded, 'original', job, context)
}

async function measured(
  executor: Executor,
  loaded: LoadedNetwork,
  of: SplitPredictions['of'],
  { dataset, split, limit }: Pick<MeasurePackageJob, 'dataset' | 'split' | 'limit'>,
  context: JobContext,
): Promise<SplitPredictions> {
  const data = await loadSplit(dataset, split, loaded.network, limit)
  const phase = of === 'original' ? 'measuring the original' : 'measuring the compressed file'
  const evaluation = await evaluateNetwork(executor, loaded, data, async (done, total) => {
    tellPhase(context, phase, done, total)
    await context.breathe()
  })
  return { of, split, ...evaluation }
}
