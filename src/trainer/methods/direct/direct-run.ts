/** Kernels that are stored themselves, under way: distilled where that was asked for, then compressed. */
import type { Executor } from '#engine/executors/executor.ts'
import { compressKernels, planCompression } from '#engine/methods/direct/compress-kernels.ts'
import type { CompressionPlan } from '#engine/methods/direct/kernel-method.ts'
import { evaluateProgram } from '#engine/network/evaluation.ts'
import type { BaselinePackage } from '#formats/baseline-package/kind.ts'
import { baselineLayerBytes, openBaselinePackage } from '#formats/baseline-package/reader.ts'
import { writeBaselinePackage } from '#formats/baseline-package/writer.ts'
import { unwrap } from '#shared/basics/result.ts'
import { compressionStage, directStages } from '#shared/methods/direct/stages.ts'
import type { SizeBreakdown } from '#shared/package/accounting.ts'
import type { PackageDescription } from '#shared/package/package-description.ts'
import { decompressed } from '#shared/tensors/compressed-tensor.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import { readCheckpoint, type Checkpoint } from '../../checkpoint.ts'
import { evaluateSplit, evaluationBatchOf, probeEvaluation } from '../../measure/evaluation.ts'
import { plannedImages } from '../../measure/measure-both.ts'
import { baselinePackageSizes } from '../../measure/package-sizes.ts'
import type { JobContext } from '../../process/job-context.ts'
import { sendPreview } from '../../steps/preview.ts'
import { KernelSnapshots } from '../../steps/kernel-snapshots.ts'
import { RunState } from '../../steps/run-state.ts'
import { timeLeftOf } from '../../steps/stage-times.ts'
import type { TimeLeft } from '../../steps/time-left.ts'
import {
  loadNetwork,
  packagedNetwork,
  representedAndKept,
  storedRemainderOf,
  type LoadedNetwork,
} from '../../weights/stored-network.ts'
import type {
  CommonResult,
  CompressionJob,
  CompressionResult,
  CompressionRun,
  DecodedNetwork,
  EndingSeconds,
  MeasureSplit,
  StartOptions,
} from '../method.ts'
import { distil } from './distillation.ts'
import { baselineProgressSchema, type BaselineProgress } from './progress.ts'

type BaselineJob = CompressionJob<'baseline'>

interface DirectParts {
  readonly job: BaselineJob
  readonly executor: Executor
  readonly original: LoadedNetwork
  readonly run: RunState
  readonly plan: CompressionPlan
  readonly resumed: Checkpoint<BaselineProgress> | undefined
}

export class DirectRun implements CompressionRun {
  readonly run: RunState
  readonly original: LoadedNetwork
  readonly storing = { phase: 'compressing the kernels', stage: compressionStage }
  readonly #parts: DirectParts
  /** Parameters that were trained, and scales; empty without a distillation. */
  #learned: HostTensors = {}
  #distillationSeconds = 0
  #content: BaselinePackage | undefined

  private constructor(parts: DirectParts) {
    this.#parts = parts
    this.run = parts.run
    this.original = parts.original
  }

  static async start({ job, context, executor, device }: StartOptions<'baseline'>): Promise<DirectRun> {
    const original = await loadNetwork(job.network)
    const { network } = original
    const resumed =
      context.checkpoint === undefined ? undefined : readCheckpoint(context.checkpoint, baselineProgressSchema)
    const time = timeLeftOf(job, directStages(job.config, await plannedImages(job, network)))
    const run = new RunState({
      context,
      time,
      seed: job.config.seed,
      keep: 'last',
      resumed,
      snapshots: new KernelSnapshots({ context, original: original.parameters }),
      probe: () => probe(job, original, context, executor, time),
    })
    context.send({ type: 'started', device, totalSteps: job.config.distillation.steps, step: run.step })
    const plan = planCompression(representedAndKept(original).represented, job.config)
    return new DirectRun({ job, executor, original, run, plan, resumed })
  }

  async fit(): Promise<'fitted' | 'paused'> {
    const { job, executor, original, run, plan, resumed } = this.#parts
    if (job.config.distillation.steps === 0) return 'fitted'
    const preview = (learned: HostTensors): void => {
      const { layers } = packageContent(job, original, plan, learned)
      sendPreview(run, original.parameters, decompressed(layers))
    }
    const learned = await distil({ job, run, resumed, executor, original, plan, preview })
    if (learned === 'paused') return 'paused'
    this.#learned = learned
    this.#distillationSeconds = run.metrics.elapsedMs / 1000
    return 'fitted'
  }

  store(accuracies: PackageDescription['accuracies']): Uint8Array<ArrayBuffer> {
    const { job, original, plan } = this.#parts
    // Compressing takes longer than writing: once for both packages.
    this.#content ??= packageContent(job, original, plan, this.#learned)
    return writeBaselinePackage({ ...this.#content, accuracies }, { allowsEntropy: job.config.storage.entropyCoding })
  }

  async evaluation({ weights, kept }: DecodedNetwork): Promise<MeasureSplit> {
    const { executor, original } = this.#parts
    const { network } = original
    const batch = evaluationBatchOf(network)
    const program = await executor.compile(
      evaluateProgram(network, { batch, parameters: kept, inState: 'represented' }),
    )
    const state = executor.createState(weights)
    return (data, onBatch) => evaluateSplit(program, state, network, data, onBatch)
  }

  comparedWeights({ weights }: DecodedNetwork): HostTensors {
    return weights
  }

  layerBytes(written: Uint8Array): ReadonlyMap<string, number> {
    return baselineLayerBytes(unwrap(openBaselinePackage(written, 'package')))
  }

  sizes(written: Uint8Array): SizeBreakdown {
    return baselinePackageSizes(written, this.original.network)
  }

  result(common: CommonResult, { storing, measuring }: EndingSeconds): CompressionResult<'baseline'> {
    const distillation = this.#distillationSeconds
    const total = distillation + storing + measuring
    return {
      kind: 'baseline',
      ...common,
      seconds: { compression: storing, distillation, evaluation: measuring, total },
    }
  }
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

/** The package of a network whose kernels are stored without any training. @param sha256 of the network's file */
export async function encodeKernels(
  original: LoadedNetwork,
  sha256: string,
  config: BaselineJob['config'],
): Promise<Uint8Array<ArrayBuffer>> {
  const plan = planCompression(representedAndKept(original).represented, config)
  const content = packageContent({ config, network: { sha256 } }, original, plan, {})
  return writeBaselinePackage(content, { allowsEntropy: config.storage.entropyCoding })
}

/**
 * Everything of the package but the accuracies, which are measured with it.
 * @param learned parameters that were trained, and scales; the original's are taken for the others
 */
function packageContent(
  { config, network: file }: Pick<BaselineJob, 'config'> & { readonly network: Pick<BaselineJob['network'], 'sha256'> },
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
