/** A baseline: the kernels themselves in fewer bytes, written, read back and measured like a compression. */
import { compressKernels, planCompression, type CompressionPlan } from '#engine/methods/direct/compress-kernels.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { evaluateProgram } from '#engine/network/evaluation.ts'
import { readBack } from '#engine/quantisation/stored-parameters.ts'
import type { BaselinePackage } from '#formats/baseline-package/kind.ts'
import { readBaselinePackage } from '#formats/baseline-package/reader.ts'
import { writeBaselinePackage } from '#formats/baseline-package/writer.ts'
import { packagedAccuracies } from '#shared/measures/accuracy-pairs.ts'
import { decompressed } from '#shared/tensors/compressed-tensor.ts'
import type { Network } from '#networks/network.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import { formatExactBytes } from '#shared/basics/format.ts'
import { AppException } from '#shared/basics/result.ts'
import type { TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { distil, distillationPhase } from '../methods/direct/distillation.ts'
import { baselineProgressSchema } from '../methods/direct/progress.ts'
import { readCheckpoint } from '../checkpoint.ts'
import { reconstructionErrors } from '../methods/nern/reconstructed-evaluation.ts'
import { evaluateSplit, evaluationBatchOf, probeEvaluation } from '../measure/evaluation.ts'
import { breatheOrPause, note, tellPhase, type JobContext, type JobEnd } from '../process/job-context.ts'
import { batchesToMeasure, measureBoth } from '../measure/measure-both.ts'
import {
  loadNetwork,
  packagedNetwork,
  reconstructedFile,
  representedAndKept,
  storedRemainderOf,
  type LoadedNetwork,
} from '../weights/stored-network.ts'
import { openExecutor } from '../process/open-executor.ts'
import { sendPreview } from '../steps/preview.ts'
import { RunState } from '../steps/run-state.ts'
import { sendStageTimes, timeLeftOf } from '../steps/stage-times.ts'
import { evaluationStage, startOf, type Stage, type TimeLeft } from '../steps/time-left.ts'
import { baselinePackageSizes } from '../measure/package-sizes.ts'

type BaselineJob = Extract<TrainerJob, { kind: 'baseline' }>

export async function baseline(job: BaselineJob, context: JobContext): Promise<JobEnd> {
  const original = await loadNetwork(job.network)
  const { network, parameters } = original
  const options = { allowsEntropy: job.config.storage.entropyCoding }
  const resumed =
    context.checkpoint === undefined ? undefined : readCheckpoint(context.checkpoint, baselineProgressSchema)
  const time = timeLeftOf(job, await stagesOf(job, network))
  const { executor, device } = await openExecutor(context.executor)
  try {
    const { steps } = job.config.distillation
    const run = new RunState({
      context,
      time,
      keep: 'last',
      resumed,
      probe: () => probe(job, original, context, executor, time),
    })
    context.send({ type: 'started', device, totalSteps: steps, step: run.step })
    const plan = planCompression(representedAndKept(original).represented, job.config)
    const preview = (learned: HostTensors): void => {
      const { layers } = packageContent(job, original, plan, learned)
      sendPreview(run, parameters, decompressed(layers))
    }
    const learned = steps === 0 ? {} : await distil({ job, run, resumed, executor, original, plan, preview })
    if (learned === 'paused') {
      sendStageTimes(context, job, time)
      return 'paused'
    }
    const distillation = steps === 0 ? 0 : run.metrics.elapsedMs / 1000
    tellPhase(context, 'compressing the kernels')
    await breatheOrPause(context)
    const beforeMs = context.now()
    const written = writeBaselinePackage(packageContent(job, original, plan, learned), options)
    // What is measured is what a reader of the package gets.
    const content = decoded(written)
    const weights = decompressed(content.layers)
    const kept = readBack(content.kept)
    const compression = (context.now() - beforeMs) / 1000
    time.record(compressionStage, 1, compression)
    sendPreview(run, parameters, weights)
    const evaluatedMs = context.now()
    const program = await executor.compile(
      evaluateProgram(network, {
        batch: evaluationBatchOf(network),
        parameters: kept,
        inState: 'represented',
      }),
    )
    const state = executor.createState(weights)
    const evaluations = await measureBoth({
      executor,
      run,
      original,
      job,
      reconstructed: (data, onBatch) => evaluateSplit(program, state, network, data, onBatch),
    })
    const evaluation = (context.now() - evaluatedMs) / 1000
    sendStageTimes(context, job, time)
    const finished = writeBaselinePackage({ ...content, accuracies: packagedAccuracies(evaluations) }, options)
    note(context, `The package takes ${formatExactBytes(finished.byteLength)}.`)
    context.send({
      type: 'result',
      result: {
        kind: 'baseline',
        evaluations,
        sizes: baselinePackageSizes(finished, network),
        ...reconstructionErrors(parameters, weights),
        seconds: { compression, distillation, evaluation, total: distillation + compression + evaluation },
        package: finished,
        reconstructed: reconstructedFile(network, { ...kept, ...weights }),
      },
    })
  } finally {
    executor.dispose()
  }
  return 'finished'
}

const compressionStage = 'compression'

async function stagesOf(job: BaselineJob, network: Network): Promise<readonly Stage[]> {
  const { steps } = job.config.distillation
  return [
    { name: distillationPhase, units: steps },
    { name: startOf(distillationPhase), units: Math.min(1, steps), assumedSeconds: 1 },
    { name: compressionStage, units: 1, assumedSeconds: 0.3 },
    { name: evaluationStage, units: await batchesToMeasure(job, network) },
  ]
}

/** An image costs the same whatever weights the network has. */
async function probe(
  job: BaselineJob,
  { network, parameters }: LoadedNetwork,
  context: JobContext,
  executor: Executor,
  time: TimeLeft,
): Promise<void> {
  const program = await executor.compile(
    evaluateProgram(network, { batch: evaluationBatchOf(network), parameters, inState: 'none' }),
  )
  const state = executor.createState({})
  await probeEvaluation(
    job,
    network,
    time,
    (data, onBatch) => evaluateSplit(program, state, network, data, onBatch),
    context,
  )
  state.dispose()
  program.dispose()
}

/**
 * Everything of the package but the accuracies, which are measured with it.
 * @param learned parameters that were trained, and scales; the original's are taken for the others
 */
function packageContent(
  { config, network: file }: BaselineJob,
  { network, parameters }: LoadedNetwork,
  plan: CompressionPlan,
  learned: HostTensors,
): BaselinePackage {
  const own = Object.entries(parameters).map(([name, tensor]) => [name, learned[name] ?? tensor] as const)
  const trained = { network, parameters: Object.fromEntries(own) }
  const { represented } = representedAndKept(trained)
  return {
    network: packagedNetwork(network, file.sha256),
    layers: compressKernels(represented, config, plan, learned),
    kept: storedRemainderOf(trained, config.storage.remainder),
    config,
    accuracies: [],
  }
}

function decoded(bytes: Uint8Array): BaselinePackage {
  const content = readBaselinePackage(bytes, 'package')
  if (content.ok) return content.value
  throw new AppException({ ...content.error, code: 'internal' })
}
