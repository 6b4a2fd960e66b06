/** Many compressions of one network, without data and without keeping any: how small each is and what it does to the answers. */
import type { Executor } from '#engine/executors/executor.ts'
import { toAppError } from '#shared/basics/result.ts'
import type { TriedCompression, UntrainedConfig } from '#shared/forecast/tried-compression.ts'
import type { TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { distortionMeter, type DistortionMeter } from '../measure/distortion.ts'
import { originalBytes } from '../methods/spectral/encode.ts'
import { compressionMethodOf, encodeUntrained } from '../methods/table.ts'
import { openExecutor } from '../process/open-executor.ts'
import { tellPhase, type JobContext, type JobEnd } from '../process/job-context.ts'
import { prepareNetwork } from '../weights/prepared-network.ts'
import type { LoadedNetwork } from '../weights/stored-network.ts'

type TryCompressionsJob = Extract<TrainerJob, { kind: 'try-compressions' }>

interface Bench {
  readonly original: LoadedNetwork
  /** Of the network's file. */
  readonly sha256: string
  readonly executor: Executor
  readonly meter: DistortionMeter
  readonly context: JobContext
}

/** Sizes that the network cannot reach are left out. Throws `AppException` as `prepareNetwork` and the methods do. */
export async function tryCompressions(job: TryCompressionsJob, context: JobContext): Promise<JobEnd> {
  const { recognised, loaded: original } = await prepareNetwork(job, context)
  const { executor } = await openExecutor(context.executor)
  try {
    const startedMs = context.now()
    const meter = await distortionMeter(executor, original)
    const secondsPerPicture = (context.now() - startedMs) / 1000 / meter.pictures
    const bench = { original, sha256: recognised.sha256, executor, meter, context }
    const tried: TriedCompression[] = []
    for (const [at, config] of job.configs.entries()) {
      tellPhase(context, 'trying compressions', at, job.configs.length)
      await context.breathe()
      const found = await tryOne(bench, config)
      if (found !== undefined) tried.push(found)
    }
    meter.dispose()
    context.send({
      type: 'result',
      result: { kind: 'try-compressions', recognised, tried, secondsPerPicture },
    })
  } finally {
    executor.dispose()
  }
  return 'finished'
}

async function tryOne(
  { original, sha256, executor, meter, context }: Bench,
  config: UntrainedConfig,
): Promise<TriedCompression | undefined> {
  const startedMs = context.now()
  const written = await encodeUntrained(original, sha256, config).catch((thrown: unknown) => {
    if (toAppError(thrown).code === 'invalid-config') return undefined
    throw thrown
  })
  if (written === undefined) return undefined
  const { weights, kept } = await compressionMethodOf(config).decode(written, 'package', executor)
  const seconds = (context.now() - startedMs) / 1000
  const distortion = await meter.distortionOf({ ...kept, ...weights })
  const bytes = written.byteLength
  return {
    config,
    bytes,
    ratio: originalBytes(original) / bytes,
    ...(distortion === undefined ? {} : { distortion }),
    seconds,
  }
}
