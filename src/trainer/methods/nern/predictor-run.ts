/** A predictor under way: permutation, reconstruction, distillation, rounding (method 2 to 5, 7.2). */
import type { DeviceState, Executor } from '#engine/executors/executor.ts'
import { initialOptimizerState, type Optimizer } from '#engine/training/optimizers/optimizer.ts'
import { cachePrefix } from '#engine/methods/nern/programs/kernel-cache.ts'
import { freshPredictor, meanSquaredWeight, type Representation } from '#engine/methods/nern/representation.ts'
import { readBack } from '#engine/quantisation/stored-parameters.ts'
import { writePackage, type NernPackage } from '#formats/nern-package/writer.ts'
import { withRepresentedLayers } from '#networks/linear-layers.ts'
import { evaluationStage } from '#shared/experiment/stages.ts'
import { isEvaluationDue, nernStages, packagingStage, roundingStage, stageOfStep } from '#shared/methods/nern/stages.ts'
import { keptConfig } from '#shared/methods/nern/kept-config.ts'
import { plannedSteps, segmentsOf, type PhaseName, type Segment } from '#shared/methods/nern/phases.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import { underPrefix, withoutPrefix, withPrefix } from '#shared/basics/name-prefix.ts'
import { Random } from '#shared/basics/random.ts'
import type { SizeBreakdown } from '#shared/package/accounting.ts'
import type { PackageDescription } from '#shared/package/package-description.ts'
import type { StoredTensors } from '#shared/tensors/stored-tensor.ts'
import { readCheckpoint, type Checkpoint } from '../../checkpoint.ts'
import type { FoundPermutations } from './find-permutations.ts'
import { cacheState } from './full-steps.ts'
import { ImageInputs } from './image-inputs.ts'
import { imageStep } from './image-step.ts'
import { kernelPlaces } from './kernel-places.ts'
import { permutedSmoothness } from './permuted-smoothness.ts'
import { probeImageSteps } from './probe.ts'
import { compressProgressSchema } from './progress.ts'
import { ReconstructedEvaluation } from './reconstructed-evaluation.ts'
import { reconstructionStep } from './reconstruction-step.ts'
import { setUp, startedInStoredForm, type CompressSetup } from './setup.ts'
import { startPredictor } from './start-predictor.ts'
import { learningRateOf, type Step, type StepOptions } from './step.ts'
import { StoredPredictor } from './stored-predictor.ts'
import type { ImageSplit } from '../../data/image-split.ts'
import { loadSplit } from '../../data/open-dataset.ts'
import { evaluationBatches, probeEvaluation } from '../../measure/evaluation.ts'
import { breatheOrPause, tellPhase, type JobContext, type JobEnd } from '../../process/job-context.ts'
import { plannedImages } from '../../measure/measure-both.ts'
import { packagedLayer } from './packaged-weights.ts'
import { packageSizes } from '../../measure/package-sizes.ts'
import { loadNetwork, packagedNetwork, storedRemainderOf, type LoadedNetwork } from '../../weights/stored-network.ts'
import { evaluationProgress } from '../../steps/evaluation-progress.ts'
import { sendPreview } from '../../steps/preview.ts'
import { KernelSnapshots } from '../../steps/kernel-snapshots.ts'
import { RunState, withoutBest } from '../../steps/run-state.ts'
import { runSteps, type StepEvaluation, type StepOutcome, type Stretch } from '../../steps/run-steps.ts'
import { timeLeftOf } from '../../steps/stage-times.ts'
import type { TimeLeft } from '../../steps/time-left.ts'
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

interface CompressParts {
  readonly job: CompressionJob<'compress'>
  readonly context: JobContext
  readonly original: LoadedNetwork
  readonly setup: CompressSetup
  readonly executor: Executor
  readonly evaluation: ReconstructedEvaluation
  /** Images that accuracy is measured with between steps. */
  readonly validation: ImageSplit
  readonly time: TimeLeft
  /** The first predictor, where it is not random. */
  readonly start: HostTensors | undefined
}

export class PredictorRun implements CompressionRun {
  readonly #parts: CompressParts
  readonly run: RunState
  readonly original: LoadedNetwork
  readonly storing = { phase: 'writing the package', stage: packagingStage }
  readonly #stored: StoredPredictor
  readonly #sampling: Random
  /** Root mean square of the original weights: what a reconstruction loss is relative to. */
  readonly #weightSize: number
  /** Over all attempts: a resumed one finds it kept. */
  readonly #permutation: { readonly seconds: number; readonly source: FoundPermutations['source'] }
  readonly #seconds: Record<PhaseName, number>
  #state: DeviceState
  /** At the precision it is stored at; empty until it is fitted. */
  #predictor: StoredTensors = {}
  /** Of the package, made once for the one that is measured and the one that says what was measured. */
  #content: NernPackage | undefined
  /** Of the state's tensors, those that a step trains. */
  #trainedNames: readonly string[]
  #step: Step | undefined
  /** Both phases with images draw from one sequence of batches: a checkpoint knows where it stands. */
  readonly #images: ImageInputs
  /** Tensors of the checkpoint this attempt goes on from, until the phase they belong to has taken them. */
  #resumed: HostTensors | undefined

  private constructor(parts: CompressParts) {
    const { job, context, original, setup, executor, start, time } = parts
    const { config } = job
    const resumed =
      context.checkpoint === undefined ? undefined : readCheckpoint(context.checkpoint, compressProgressSchema)
    this.#parts = parts
    this.original = original
    this.run = new RunState({
      context,
      time,
      seed: config.seed,
      keep: config.evaluation.keep,
      resumed,
      snapshots: new KernelSnapshots({
        context,
        original: original.parameters,
        placesOf: (layer) => kernelPlaces(setup, layer),
      }),
      probe: () => this.#probe(),
    })
    this.#stored = new StoredPredictor(config, setup, executor)
    const sampling = this.run.drawn(resumed?.progress.sampling)
    this.#sampling =
      sampling === undefined ? Random.fromSeed(config.seed, 'kernel sampling') : Random.fromState(sampling)
    this.#weightSize = Math.sqrt(meanSquaredWeight(setup.representation, setup.targets))
    const { seconds, source } = setup.permutation
    this.#permutation = resumed?.progress.permutation ?? { seconds, source }
    this.#seconds = resumed?.progress.seconds ?? {
      reconstruction: 0,
      distillation: 0,
      quantisation: 0,
    }
    this.#images = new ImageInputs(
      { executor, context, config, original, dataset: job.dataset },
      this.run.drawn(resumed?.progress.source),
    )
    this.#resumed = resumed?.tensors
    const trained =
      resumed === undefined
        ? (start ?? freshPredictor(setup.representation, Random.fromSeed(config.seed, 'initial predictor')))
        : ['optimizer.', cachePrefix].reduce(withoutPrefix, withoutBest(resumed.tensors))
    this.#trainedNames = Object.keys(trained)
    this.#state = executor.createState(trained)
  }

  static async start({ job, context, executor, device }: StartOptions<'compress'>): Promise<PredictorRun> {
    const { config } = job
    const loaded = await loadNetwork(job.network)
    const original = { ...loaded, network: withRepresentedLayers(loaded.network, config.representation) }
    const given = await setUp(config, original, job.permutationPath, context)
    const { network, parameters } = original
    const kept = readBack(storedRemainderOf(original, config.storage.remainder))
    const stored = { network, parameters: { ...parameters, ...kept } }
    const start = await startPredictor(job, given)
    const setup = start?.isStored === true ? startedInStoredForm(given) : given
    const evaluation = await ReconstructedEvaluation.create(executor, stored, setup.representation)
    const validation = await loadSplit(job.dataset, 'validation', network, config.evaluation.images)
    const time = timeLeftOf(job, nernStages(config, await plannedImages(job, network)))
    const parts = { job, context, original, setup, executor, evaluation, validation, time, start: start?.tensors }
    const run = new PredictorRun(parts)
    context.send({ type: 'started', device, totalSteps: plannedSteps(config), step: run.run.step })
    return run
  }

  async fit(): Promise<'fitted' | 'paused'> {
    const { job, context, time } = this.#parts
    for (const segment of segmentsOf(job.config)) {
      if ((await this.#runSegment(segment)) === 'paused') return 'paused'
    }
    tellPhase(context, 'rounding the predictor')
    await breatheOrPause(context)
    const startedMs = context.now()
    this.#predictor = await this.#stored.finished(this.run.best ?? (await this.#readTrained()))
    time.record(roundingStage, 1, (context.now() - startedMs) / 1000)
    return 'fitted'
  }

  store(accuracies: PackageDescription['accuracies']): Uint8Array<ArrayBuffer> {
    this.#content ??= this.#packageContent()
    return writePackage({ ...this.#content, accuracies })
  }

  async evaluation({ weights }: DecodedNetwork): Promise<MeasureSplit> {
    const { evaluation } = this.#parts
    evaluation.use(weights)
    return (data, onBatch) => evaluation.evaluate(data, onBatch)
  }

  comparedWeights({ weights }: DecodedNetwork): HostTensors {
    return weights
  }

  sizes(written: Uint8Array): SizeBreakdown {
    const { job, original } = this.#parts
    return packageSizes(written, original.network, job.config)
  }

  result(common: CommonResult, { storing, measuring }: EndingSeconds): CompressionResult<'compress'> {
    const { setup, original } = this.#parts
    const { seconds, source } = this.#permutation
    return {
      kind: 'compress',
      ...common,
      seconds: {
        permutation: seconds,
        ...this.#seconds,
        evaluation: storing + measuring,
        total: seconds + this.run.metrics.elapsedMs / 1000,
      },
      permutationSource: source,
      ...permutedSmoothness(original, setup),
    }
  }

  async #runSegment(segment: Segment): Promise<JobEnd> {
    const { config } = this.#parts.job
    const { phase, first, steps, before } = segment
    const stretch: Stretch = {
      phase,
      first,
      steps,
      before,
      phaseSteps: config[phase].steps,
      stageOf: (at) => stageOfStep(config, segment, at),
      prepare: () => this.#prepare(segment),
      evaluation: {
        batches: evaluationBatches(this.#parts.original.network, this.#parts.validation.labels.length),
        isDue: (done) => isEvaluationDue(config, segment, done),
        measure: () => this.#measure(phase),
      },
      isCheckpointDue: (step) => step % config.checkpointEverySteps === 0,
      checkpoint: () => this.#checkpoint(),
      preview: async () => {
        const weights = await this.#weights(phase)
        sendPreview(this.run, this.#parts.original.parameters, weights)
      },
    }
    return runSteps(this.run, stretch)
  }

  /** Everything of the package but the accuracies, which are measured with it. */
  #packageContent(): NernPackage {
    const { job, setup, original } = this.#parts
    const { network } = original
    const { representation, embedding } = setup.stored
    return {
      network: packagedNetwork(network, job.network.sha256),
      layers: network.representedLayers.map(packagedLayer),
      embedding,
      predictorShape: representation.predictor,
      predictor: this.#predictor,
      orders: setup.permutation.permutations,
      kept: storedRemainderOf(original, job.config.storage.remainder),
      config: keptConfig(job.config),
      accuracies: [],
    }
  }

  async #prepare(segment: Segment): Promise<(at: number) => Promise<StepOutcome>> {
    const { phase, first } = segment
    const { job, context, setup, executor, evaluation } = this.#parts
    await evaluation.predictWith(this.#representationOf(phase))
    const optimizer = setup.optimizer(job.config[phase].optimizer)
    const isFirst = this.run.step === first
    const trained = isFirst ? await this.#startOf(segment) : await this.#readTrained()
    // A segment starts with a fresh optimiser; a resumed one takes its moments from the checkpoint.
    const isResumedHere = Object.keys(this.#resumed ?? {}).some((name) => name.startsWith('optimizer.'))
    const moments =
      isResumedHere && !isFirst
        ? withPrefix(underPrefix(this.#resumed ?? {}, 'optimizer.'), 'optimizer.')
        : initialOptimizerState(optimizer, trained)
    const cache =
      phase === 'reconstruction'
        ? {}
        : cacheState(job.config.distillation, this.#representationOf(phase), this.#resumed ?? {})
    this.#resumed = undefined
    this.#state.dispose()
    this.#step?.dispose()
    this.#state = executor.createState({ ...trained, ...moments, ...cache })
    this.#trainedNames = Object.keys(trained)
    const step = await this.#stepOf(segment, optimizer)
    this.#step = step
    const startedMs = context.now()
    const earlierSeconds = this.#seconds[phase]
    return async (at) => {
      const losses = await step.run(at)
      this.#seconds[phase] = earlierSeconds + (context.now() - startedMs) / 1000
      return {
        loss: losses['loss.total'],
        values: {
          ...losses,
          'relative-error': (losses['loss.reconstruction'] ?? Number.NaN) / this.#weightSize,
          'learning-rate': learningRateOf(job.config, segment, at),
        },
      }
    }
  }

  async #stepOf(segment: Segment, optimizer: Optimizer): Promise<Step> {
    const { job, original, setup, executor } = this.#parts
    const options: StepOptions = {
      executor,
      config: job.config,
      setup,
      segment,
      optimizer,
      sampling: this.#sampling,
      state: this.#state,
    }
    if (segment.phase === 'reconstruction') return reconstructionStep(options)
    return imageStep({
      ...options,
      original,
      representation: this.#representationOf(segment.phase),
      rounding: this.#stored.roundingOf(segment),
      images: this.#images,
    })
  }

  #representationOf(phase: PhaseName): Representation {
    const { setup } = this.#parts
    return phase === 'quantisation' ? setup.stored.representation : setup.representation
  }

  /** The predictor as a segment begins with it: where that changes it, what was best before is not comparable. */
  async #startOf(segment: Segment): Promise<HostTensors> {
    const trained = await this.#readTrained()
    const start = await this.#stored.startOf(segment, trained)
    if (start === trained) return trained
    this.run.forgetBest()
    return start
  }

  /** The represented weights that the predictor gives by now, as measurements of a phase see it. */
  async #weights(phase: PhaseName, predictor?: HostTensors): Promise<HostTensors> {
    const { evaluation } = this.#parts
    return evaluation.weights(this.#stored.asMeasured(phase, predictor ?? (await this.#readTrained())))
  }

  async #measure(phase: PhaseName): Promise<StepEvaluation> {
    const { evaluation, validation, original } = this.#parts
    const predictor = await this.#readTrained()
    const weights = await this.#weights(phase, predictor)
    await this.run.previews.take(async () => sendPreview(this.run, original.parameters, weights))
    const { correct, total } = await evaluation.evaluate(validation, evaluationProgress(this.run, evaluationStage))
    return { correct, total, tensors: predictor }
  }

  /** The predictor's parameters and, from the quantisation phase on, their scales. */
  #readTrained(): Promise<HostTensors> {
    return this.#state.read(this.#trainedNames)
  }

  async #checkpoint(): Promise<Checkpoint<Readonly<Record<string, unknown>>>> {
    return {
      tensors: await this.#state.read(),
      progress: {
        kind: 'compress',
        sampling: this.#sampling.state,
        source: this.#images.state,
        permutation: this.#permutation,
        seconds: this.#seconds,
      },
    }
  }

  async #probe(): Promise<void> {
    const { job, context, original, setup, executor, evaluation, time } = this.#parts
    await probeImageSteps({ context, config: job.config, original, setup, executor, time })
    if (!time.unknown.includes(evaluationStage)) return
    await evaluation.weights(await this.#readTrained())
    await probeEvaluation(job, original.network, time, (data, onBatch) => evaluation.evaluate(data, onBatch), context)
  }
}
