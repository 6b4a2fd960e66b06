/** A whole NeRN experiment: permutation, reconstruction, distillation, evaluation. */
import type { DeviceState, Executor } from '#engine/executors/executor.ts'
import { initialOptimizerState, type Optimizer } from '#engine/nern/optimizers/optimizer.ts'
import { cachePrefix } from '#engine/nern/programs/kernel-cache.ts'
import { initialParameters, meanSquaredWeight, type Representation } from '#engine/nern/representation.ts'
import { readBack } from '#engine/quantization/stored-parameters.ts'
import { withRepresentedLayers } from '#networks/linear-layers.ts'
import { plannedSteps, segmentsOf, type PhaseName, type Segment } from '#shared/compress-phases.ts'
import type { HostTensors } from '#shared/host-tensor.ts'
import { underPrefix, withoutPrefix, withPrefix } from '#shared/name-prefix.ts'
import { Random } from '#shared/random.ts'
import type { TrainerJob } from '#shared/trainer-protocol.ts'
import { bestPrefix, readCheckpoint, writeCheckpoint } from '../checkpoint.ts'
import type { FoundPermutations } from '../compress/find-permutations.ts'
import { finish } from '../compress/finish.ts'
import { cacheState } from '../compress/full-steps.ts'
import { ImageInputs } from '../compress/image-inputs.ts'
import { imageStep } from '../compress/image-step.ts'
import { compressProgressSchema } from '../compress/progress.ts'
import { ReconstructedEvaluation } from '../compress/reconstructed-evaluation.ts'
import { reconstructionStep } from '../compress/reconstruction-step.ts'
import { setUp, startedInStoredForm, type CompressSetup } from '../compress/setup.ts'
import { startPredictor } from '../compress/start-predictor.ts'
import { learningRateOf, type Step, type StepOptions } from '../compress/step.ts'
import { StoredPredictor } from '../compress/stored-predictor.ts'
import type { ImageSplit } from '../data/image-split.ts'
import { loadSplit } from '../data/open-dataset.ts'
import type { JobContext, JobEnd } from '../job-context.ts'
import { Metrics } from '../metrics.ts'
import { loadNetwork, storedRemainderOf, type LoadedNetwork } from '../network-file.ts'
import { openExecutor } from '../open-executor.ts'
import { sha256Hex } from '../sha256.ts'

type CompressJob = Extract<TrainerJob, { kind: 'compress' }>

export async function compress(job: CompressJob, context: JobContext): Promise<JobEnd> {
  const { network, parameters } = await loadNetwork(job.network)
  const original = { network: withRepresentedLayers(network, job.config.representation), parameters }
  const setup = await setUp(job.config, original, job.permutationPath, context)
  const { executor, device } = await openExecutor(context.executor)
  try {
    const run = await CompressRun.start(job, context, original, setup, executor, device)
    for (const segment of segmentsOf(job.config)) {
      if ((await run.runSegment(segment)) === 'paused') return 'paused'
    }
    await run.finish()
    return 'finished'
  } finally {
    executor.dispose()
  }
}

class CompressRun {
  readonly #job: CompressJob
  readonly #context: JobContext
  readonly #original: LoadedNetwork
  readonly #setup: CompressSetup
  readonly #executor: Executor
  readonly #stored: StoredPredictor
  readonly #evaluation: ReconstructedEvaluation
  readonly #metrics: Metrics
  readonly #sampling: Random
  /** Root mean square of the original weights: what a reconstruction loss is relative to. */
  readonly #weightSize: number
  /** Over all attempts: a resumed one finds it kept. */
  readonly #permutation: { readonly seconds: number; readonly source: FoundPermutations['source'] }
  readonly #seconds: Record<PhaseName, number>
  #state: DeviceState
  /** Of the state's tensors, those that a step trains. */
  #trainedNames: readonly string[]
  /** Both phases with images draw from one sequence of batches: a checkpoint knows where it stands. */
  readonly #images: ImageInputs
  #step: number
  #best: HostTensors
  #bestAt: { correct: number; step: number }
  /** Tensors of the checkpoint this attempt goes on from, until the phase they belong to has taken them. */
  #resumed: HostTensors | undefined

  private constructor(
    job: CompressJob,
    context: JobContext,
    original: LoadedNetwork,
    setup: CompressSetup,
    executor: Executor,
    evaluation: ReconstructedEvaluation,
    start: HostTensors | undefined,
  ) {
    const { config } = job
    const resumed =
      context.checkpoint === undefined ? undefined : readCheckpoint(context.checkpoint, compressProgressSchema)
    this.#job = job
    this.#context = context
    this.#original = original
    this.#setup = setup
    this.#executor = executor
    this.#stored = new StoredPredictor(config, setup, executor)
    this.#evaluation = evaluation
    this.#step = resumed?.progress.step ?? 0
    this.#metrics = new Metrics(context, plannedSteps(config), this.#step, resumed?.progress.elapsedMs ?? 0)
    this.#sampling =
      resumed === undefined
        ? Random.fromSeed(config.seed, 'kernel sampling')
        : Random.fromState(resumed.progress.sampling)
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
      resumed?.progress.source,
    )
    this.#bestAt = resumed?.progress.best ?? { correct: -1, step: 0 }
    this.#best = underPrefix(resumed?.tensors ?? {}, bestPrefix)
    this.#resumed = resumed?.tensors
    const trained =
      resumed === undefined
        ? (start ?? initialParameters(setup.representation, Random.fromSeed(config.seed, 'initial predictor')))
        : [bestPrefix, 'optimizer.', cachePrefix].reduce(withoutPrefix, resumed.tensors)
    this.#trainedNames = Object.keys(trained)
    this.#state = executor.createState(trained)
  }

  static async start(
    job: CompressJob,
    context: JobContext,
    original: LoadedNetwork,
    given: CompressSetup,
    executor: Executor,
    device: string,
  ): Promise<CompressRun> {
    const { network, parameters } = original
    const kept = readBack(storedRemainderOf(original, job.config.storage.remainder))
    const stored = { network, parameters: { ...parameters, ...kept } }
    const start = await startPredictor(job, given)
    const setup = start?.isStored === true ? startedInStoredForm(given) : given
    const evaluation = await ReconstructedEvaluation.create(executor, stored, setup.representation)
    const run = new CompressRun(job, context, original, setup, executor, evaluation, start?.tensors)
    context.send({ type: 'started', device, totalSteps: plannedSteps(job.config), step: run.#step })
    return run
  }

  async runSegment(segment: Segment): Promise<JobEnd> {
    const { config } = this.#job
    const { phase, first, steps, before } = segment
    if (this.#step >= first + steps) return 'finished'
    const step = await this.#prepare(segment)
    const startedMs = this.#context.now()
    const earlierSeconds = this.#seconds[phase]
    const limit = config.evaluation.images
    const validation = await loadSplit(this.#job.dataset, 'validation', this.#original.network, limit)
    while (this.#step < first + steps) {
      const phaseStep = this.#step - first
      const losses = await step(phaseStep)
      this.#step += 1
      this.#seconds[phase] = earlierSeconds + (this.#context.now() - startedMs) / 1000
      if (this.#metrics.isDue || this.#step === first + steps) {
        const learningRate = learningRateOf(config, segment, phaseStep)
        const relativeError = (losses['loss.reconstruction'] ?? Number.NaN) / this.#weightSize
        this.#metrics.add(this.#step, { ...losses, 'relative-error': relativeError, 'learning-rate': learningRate })
        this.#metrics.send(this.#step)
        this.#context.send({ type: 'phase', phase, done: before + phaseStep + 1, total: config[phase].steps })
      }
      const every = config.evaluation.everySteps
      const isEvaluated = phase !== 'reconstruction' && every > 0 && (before + phaseStep + 1) % every === 0
      if (isEvaluated || this.#step === first + steps) {
        const { correct, total } = await this.#measure(phase, validation)
        this.#metrics.add(this.#step, { 'accuracy.validation': correct / total })
        this.#metrics.send(this.#step)
      }
      if (this.#step % config.checkpointEverySteps === 0) await this.#sendCheckpoint(phase)
      await this.#context.breathe()
      if (this.#context.isPauseRequested() && this.#step < plannedSteps(config)) {
        await this.#sendCheckpoint(phase)
        this.#context.send({ type: 'paused', step: this.#step })
        return 'paused'
      }
    }
    return 'finished'
  }

  async finish(): Promise<void> {
    const { config } = this.#job
    const hasBest = config.evaluation.keep === 'best-validation' && this.#bestAt.correct >= 0
    await finish({
      job: this.#job,
      context: this.#context,
      original: this.#original,
      setup: this.#setup,
      executor: this.#executor,
      evaluation: this.#evaluation,
      predictor: await this.#stored.finished(hasBest ? this.#best : await this.#readTrained()),
      permutation: this.#permutation,
      seconds: this.#seconds,
      elapsedMs: () => this.#metrics.elapsedMs,
    })
  }

  async #prepare(segment: Segment): Promise<Step> {
    const { phase } = segment
    await this.#evaluation.predictWith(this.#representationOf(phase))
    const optimizer = this.#setup.optimizer(this.#job.config[phase].optimizer)
    const isFirst = this.#step === segment.first
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
        : cacheState(this.#job.config.distillation, this.#representationOf(phase), this.#resumed ?? {})
    this.#resumed = undefined
    this.#state.dispose()
    this.#state = this.#executor.createState({ ...trained, ...moments, ...cache })
    this.#trainedNames = Object.keys(trained)
    return this.#stepOf(segment, optimizer)
  }

  async #stepOf(segment: Segment, optimizer: Optimizer): Promise<Step> {
    const options: StepOptions = {
      executor: this.#executor,
      config: this.#job.config,
      setup: this.#setup,
      segment,
      optimizer,
      sampling: this.#sampling,
      state: this.#state,
    }
    if (segment.phase === 'reconstruction') return reconstructionStep(options)
    return imageStep({
      ...options,
      original: this.#original,
      representation: this.#representationOf(segment.phase),
      rounding: this.#stored.roundingOf(segment),
      images: this.#images,
    })
  }

  #representationOf(phase: PhaseName): Representation {
    return phase === 'quantisation' ? this.#setup.stored.representation : this.#setup.representation
  }

  /** The predictor as a segment begins with it: where that changes it, what was best before is not comparable. */
  async #startOf(segment: Segment): Promise<HostTensors> {
    const trained = await this.#readTrained()
    const start = await this.#stored.startOf(segment, trained)
    if (start === trained) return trained
    this.#bestAt = { correct: -1, step: this.#step }
    this.#best = {}
    return start
  }

  async #measure(phase: PhaseName, validation: ImageSplit): Promise<{ correct: number; total: number }> {
    const predictor = await this.#readTrained()
    await this.#evaluation.weights(this.#stored.asMeasured(phase, predictor))
    const measured = await this.#evaluation.evaluate(validation, () => this.#context.breathe())
    if (this.#job.config.evaluation.keep === 'best-validation' && measured.correct > this.#bestAt.correct) {
      this.#bestAt = { correct: measured.correct, step: this.#step }
      this.#best = predictor
    }
    return measured
  }

  /** The predictor's parameters and, from the quantisation phase on, their scales. */
  #readTrained(): Promise<HostTensors> {
    return this.#state.read(this.#trainedNames)
  }

  async #sendCheckpoint(phase: PhaseName): Promise<void> {
    const tensors = { ...(await this.#state.read()), ...withPrefix(this.#best, bestPrefix) }
    const progress = compressProgressSchema.parse({
      kind: 'compress',
      step: this.#step,
      elapsedMs: this.#metrics.elapsedMs,
      sampling: this.#sampling.state,
      source: this.#images.state,
      best: this.#bestAt,
      permutation: this.#permutation,
      seconds: this.#seconds,
    })
    const bytes = writeCheckpoint({ tensors, progress })
    this.#context.send({
      type: 'checkpoint',
      step: this.#step,
      phase,
      sha256: sha256Hex(bytes),
      bytes: Uint8Array.from(bytes),
    })
  }
}
