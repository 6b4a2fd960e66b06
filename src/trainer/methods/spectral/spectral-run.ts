/** Kernels coded as pictures are, under way: distilled where that was asked for, then rounded and coded (docs/method.md). */
import { unfolded } from '#engine/methods/spectral/unfolded.ts'
import type { CodedNetwork } from '#engine/methods/spectral/coded-layers.ts'
import { evaluateProgram } from '#engine/network/evaluation.ts'
import { openSpectralPackage, spectralLayerBytes } from '#formats/spectral-package/reader.ts'
import { tensorsOf } from '#formats/spectral-package/tensors.ts'
import { writeSpectralPackage } from '#formats/spectral-package/writer.ts'
import { unwrap } from '#shared/basics/result.ts'
import { codingStage, spectralStages } from '#shared/methods/spectral/stages.ts'
import type { SizeBreakdown } from '#shared/package/accounting.ts'
import type { PackageDescription } from '#shared/package/package-description.ts'
import type { SpectralPackage } from '#shared/package/spectral-package.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import { readCheckpoint, type Checkpoint } from '../../checkpoint.ts'
import { evaluateSplit, evaluationBatchOf, probeEvaluation } from '../../measure/evaluation.ts'
import { plannedImages } from '../../measure/measure-both.ts'
import { spectralPackageSizes } from '../../measure/package-sizes.ts'
import { breatheOrPause, tellPhase } from '../../process/job-context.ts'
import { sendPreview } from '../../steps/preview.ts'
import { KernelSnapshots } from '../../steps/kernel-snapshots.ts'
import { RunState } from '../../steps/run-state.ts'
import { timeLeftOf } from '../../steps/stage-times.ts'
import { loadNetwork, type LoadedNetwork } from '../../weights/stored-network.ts'
import type {
  CommonResult,
  CompressionResult,
  CompressionRun,
  DecodedNetwork,
  EndingSeconds,
  MeasureSplit,
  StartOptions,
} from '../method.ts'
import { packageContent, type ChosenCodes } from './content.ts'
import { corrected } from './correction.ts'
import { distilCodes } from './distillation.ts'
import { codedNetworkOf, codesOfSize, correctedCodesOfSize, leastBytes, wantedBytes } from './encode.ts'
import { spectralProgressSchema, type SpectralProgress } from './progress.ts'

interface SpectralParts extends StartOptions<'spectral'> {
  readonly original: LoadedNetwork
  readonly coded: CodedNetwork
  readonly run: RunState
  readonly resumed: Checkpoint<SpectralProgress> | undefined
}

export class SpectralRun implements CompressionRun {
  readonly run: RunState
  readonly original: LoadedNetwork
  readonly storing = { phase: 'coding the kernels', stage: codingStage }
  readonly #parts: SpectralParts
  #chosen: ChosenCodes | undefined
  #distillationSeconds = 0
  #content: SpectralPackage | undefined

  private constructor(parts: SpectralParts) {
    this.#parts = parts
    this.run = parts.run
    this.original = parts.original
  }

  static async start(options: StartOptions<'spectral'>): Promise<SpectralRun> {
    const { job, context, device } = options
    const original = await loadNetwork(job.network)
    const { network } = original
    const coded = codedNetworkOf(original, job.config)
    const resumed =
      context.checkpoint === undefined ? undefined : readCheckpoint(context.checkpoint, spectralProgressSchema)
    const time = timeLeftOf(job, spectralStages(job.config, await plannedImages(job, network)))
    const run = new RunState({
      context,
      time,
      seed: job.config.seed,
      keep: 'last',
      resumed,
      snapshots: new KernelSnapshots({ context, original: original.parameters }),
      probe: async () => {
        const measure = await evaluationOf(options, original, original.parameters)
        await probeEvaluation(job, network, time, measure, context)
      },
    })
    context.send({ type: 'started', device, totalSteps: job.config.distillation.steps, step: run.step })
    return new SpectralRun({ ...options, original, coded, run, resumed })
  }

  async fit(): Promise<'fitted' | 'paused'> {
    const { job, context, executor, coded, run, resumed, original } = this.#parts
    const contentOptions = this.#contentOptions
    if (job.config.distillation.steps === 0) {
      tellPhase(context, 'finding the quantisation step')
      await breatheOrPause(context)
      this.#chosen = await correctedCodesOfSize(contentOptions, (chosen) =>
        corrected(contentOptions, chosen, executor, job.dataset),
      )
      return 'fitted'
    }
    const wanted = wantedBytes(original, job.config)
    const preview = (chosen: ChosenCodes): void => {
      const { weights } = tensorsOf(packageContent(contentOptions, chosen))
      sendPreview(run, original.parameters, this.#compared(weights))
    }
    const chosen = await distilCodes({
      job,
      run,
      resumed,
      executor,
      coded,
      step: codesOfSize(contentOptions).step,
      wantedBytes: wanted === undefined ? undefined : wanted - leastBytes(contentOptions).around,
      preview,
    })
    if (chosen === 'paused') return 'paused'
    this.#chosen = chosen
    this.#distillationSeconds = run.metrics.elapsedMs / 1000
    return 'fitted'
  }

  store(accuracies: PackageDescription['accuracies']): Uint8Array<ArrayBuffer> {
    const options = this.#contentOptions
    this.#content ??= packageContent(options, this.#fitted)
    return writeSpectralPackage({ ...this.#content, accuracies })
  }

  evaluation({ weights, kept }: DecodedNetwork): Promise<MeasureSplit> {
    return evaluationOf(this.#parts, this.#parts.original, { ...kept, ...weights })
  }

  comparedWeights({ weights }: DecodedNetwork): HostTensors {
    return this.#compared(weights)
  }

  layerBytes(written: Uint8Array): ReadonlyMap<string, number> {
    return unwrap(spectralLayerBytes(unwrap(openSpectralPackage(written, 'package')), 'package'))
  }

  sizes(written: Uint8Array): SizeBreakdown {
    return spectralPackageSizes(written, this.#parts.original.network)
  }

  result(common: CommonResult, { storing, measuring }: EndingSeconds): CompressionResult<'spectral'> {
    const distillation = this.#distillationSeconds
    const total = distillation + storing + measuring
    return {
      kind: 'spectral',
      ...common,
      seconds: { compression: storing, distillation, evaluation: measuring, total },
    }
  }

  #compared(weights: HostTensors): HostTensors {
    const { coded, original } = this.#parts
    return unfolded(weights, coded.folded.folds, original.parameters)
  }

  get #fitted(): ChosenCodes {
    if (this.#chosen === undefined) throw new RangeError('nothing was fitted yet')
    return this.#chosen
  }

  get #contentOptions() {
    const { job, original, coded } = this.#parts
    return { original, sha256: job.network.sha256, coded, config: job.config }
  }
}

/** Measures the original's graph with these parameters. */
async function evaluationOf(
  { executor }: Pick<StartOptions<'spectral'>, 'executor'>,
  { network }: LoadedNetwork,
  parameters: HostTensors,
): Promise<MeasureSplit> {
  const batch = evaluationBatchOf(network)
  const program = await executor.compile(evaluateProgram(network, { batch, parameters, inState: 'none' }))
  const state = executor.createState({})
  return (data, onBatch) => evaluateSplit(program, state, network, data, onBatch)
}
