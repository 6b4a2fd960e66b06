/** An experiment that compresses a network, whatever the method: fit, store, decode, measure. */
import type { Executor } from '#engine/executors/executor.ts'
import { formatExactBytes } from '#shared/basics/format.ts'
import { AppException, toAppError } from '#shared/basics/result.ts'
import { packagedAccuracies } from '#shared/measures/accuracy-pairs.ts'
import { measureDistortion } from '../measure/distortion.ts'
import { reconstructionErrors } from '../measure/reconstruction-errors.ts'
import { measureBoth } from '../measure/measure-both.ts'
import type { CompressionJob, CompressionRun, DecodedNetwork } from '../methods/method.ts'
import { compressionMethodOf } from '../methods/table.ts'
import { openExecutor } from '../process/open-executor.ts'
import { breatheOrPause, note, tellPhase, type JobContext, type JobEnd } from '../process/job-context.ts'
import { sendPreview } from '../steps/preview.ts'
import { sendStageTimes } from '../steps/stage-times.ts'
import { reconstructedFile } from '../weights/stored-network.ts'

export async function compress(job: CompressionJob, context: JobContext): Promise<JobEnd> {
  const { executor, device } = await openExecutor(context.executor)
  try {
    const compression = await compressionMethodOf(job).start({ job, context, executor, device })
    const end = await compression.fit()
    if (end === 'fitted') await finish(job, compression, executor)
    // What a paused attempt measured, the next one knows.
    else sendStageTimes(context, job, compression.run.metrics.time)
    return end === 'fitted' ? 'finished' : 'paused'
  } finally {
    executor.dispose()
  }
}

/** Writes the package, decodes it, measures the original network and the one it gives, and sends the result. */
async function finish(job: CompressionJob, compression: CompressionRun, executor: Executor): Promise<void> {
  const { run, original, storing } = compression
  const { context, metrics } = run
  tellPhase(context, storing.phase)
  await breatheOrPause(context)
  const startedMs = context.now()
  // What is measured is what a reader of the package gets.
  const decoded = await decodedAgain(job, compression.store([]), executor)
  const storingSeconds = (context.now() - startedMs) / 1000
  metrics.time.record(storing.stage, 1, storingSeconds)
  await breatheOrPause(context)
  const compared = compression.comparedWeights(decoded)
  run.snapshots?.reach({ phase: storing.phase, done: 1, total: 1 })
  sendPreview(run, original.parameters, compared)
  const measuredMs = context.now()
  const parameters = { ...decoded.kept, ...decoded.weights }
  const distortion = await measureDistortion(executor, original, parameters)
  const reconstructed = await compression.evaluation(decoded)
  const evaluations = await measureBoth({ executor, run, original, job, reconstructed })
  const measuringSeconds = (context.now() - measuredMs) / 1000
  sendStageTimes(context, job, metrics.time)
  const written = compression.store(packagedAccuracies(evaluations))
  note(context, `The package takes ${formatExactBytes(written.byteLength)}.`)
  const common = {
    evaluations,
    sizes: compression.sizes(written),
    ...withBytes(reconstructionErrors(original.parameters, compared), compression.layerBytes?.(written)),
    ...(distortion === undefined ? {} : { distortion }),
    package: written,
    reconstructed: reconstructedFile(original.network, parameters),
  }
  const seconds = { storing: storingSeconds, measuring: measuringSeconds }
  context.send({ type: 'result', result: compression.result(common, seconds) })
}

/** Errors of the layers, with the bytes of those that have their own. */
function withBytes(
  { layers, relativeError }: ReturnType<typeof reconstructionErrors>,
  bytesOf: ReadonlyMap<string, number> = new Map(),
) {
  return {
    relativeError,
    layers: layers.map((layer) => {
      const bytes = bytesOf.get(layer.name)
      return bytes === undefined ? layer : { ...layer, bytes }
    }),
  }
}

/** A package that its own reader refuses is a defect, whatever the reader says of it. */
async function decodedAgain(job: CompressionJob, bytes: Uint8Array, executor: Executor): Promise<DecodedNetwork> {
  try {
    return await compressionMethodOf(job).decode(bytes, 'package', executor)
  } catch (thrown) {
    const error = toAppError(thrown)
    throw error.code.startsWith('file-') ? new AppException({ ...error, code: 'internal' }) : thrown
  }
}
