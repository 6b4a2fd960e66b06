/** A baseline: the kernels themselves in fewer bytes, written, read back and measured like a compression. */
import { compressKernels, planCompression, type CompressionPlan } from '#engine/baseline/compress-kernels.ts'
import { evaluateProgram } from '#engine/network-evaluation.ts'
import { readBack } from '#engine/quantization/stored-parameters.ts'
import type { BaselinePackage } from '#formats/baseline-package/kind.ts'
import { readBaselinePackage } from '#formats/baseline-package/reader.ts'
import { writeBaselinePackage } from '#formats/baseline-package/writer.ts'
import { accuracyPairs } from '#shared/accuracy-pairs.ts'
import { decompressed } from '#shared/compressed-tensor.ts'
import type { HostTensors } from '#shared/host-tensor.ts'
import { AppException } from '#shared/result.ts'
import type { TrainerJob } from '#shared/trainer-protocol.ts'
import { distil } from '../baseline/distillation.ts'
import { reconstructionErrors } from '../compress/reconstructed-evaluation.ts'
import { evaluateSplit, evaluationBatchOf } from '../evaluation.ts'
import type { JobContext, JobEnd } from '../job-context.ts'
import { measureBoth } from '../measure-both.ts'
import {
  loadNetwork,
  packagedNetwork,
  reconstructedFile,
  representedAndKept,
  storedRemainderOf,
  type LoadedNetwork,
} from '../network-file.ts'
import { openExecutor } from '../open-executor.ts'

type BaselineJob = Extract<TrainerJob, { kind: 'baseline' }>

export async function baseline(job: BaselineJob, context: JobContext): Promise<JobEnd> {
  const original = await loadNetwork(job.network)
  const { network, parameters } = original
  const options = { allowsEntropy: job.config.storage.entropyCoding }
  const { executor, device } = await openExecutor(context.executor)
  try {
    const { steps } = job.config.distillation
    context.send({ type: 'started', device, totalSteps: steps, step: 0 })
    const plan = planCompression(representedAndKept(original).represented, job.config)
    const distilled = steps === 0 ? undefined : await distil(job, context, executor, original, plan)
    if (distilled === 'paused') return 'paused'
    const distillation = distilled?.seconds ?? 0
    context.send({ type: 'phase', phase: 'compressing the kernels', done: 0, total: 0 })
    await context.breathe()
    const beforeMs = context.now()
    const written = writeBaselinePackage(packageContent(job, original, plan, distilled?.learned ?? {}), options)
    // What is measured is what a reader of the package gets.
    const content = decoded(written)
    const weights = decompressed(content.layers)
    const kept = readBack(content.kept)
    const compression = (context.now() - beforeMs) / 1000
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
      context,
      original,
      dataset: job.dataset,
      reconstructed: (data, onBatch) => evaluateSplit(program, state, network, data, onBatch),
    })
    const evaluation = (context.now() - evaluatedMs) / 1000
    context.send({
      type: 'result',
      result: {
        kind: 'baseline',
        evaluations,
        ...reconstructionErrors(parameters, weights),
        seconds: { compression, distillation, evaluation, total: distillation + compression + evaluation },
        package: writeBaselinePackage({ ...content, accuracies: accuracyPairs(evaluations) }, options),
        reconstructed: reconstructedFile(network, { ...kept, ...weights }),
      },
    })
  } finally {
    executor.dispose()
  }
  return 'finished'
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
