/** A whole NeRN experiment: permutation, reconstruction, distillation, evaluation. */
import { initialOptimizerState, optimizerInputsAt, type Optimizer } from '#engine/nern/optimizers/optimizer.ts'
import { KernelSampler } from '#engine/nern/kernel-sampling.ts'
import { objectiveWeightsAt } from '#engine/nern/losses/objective.ts'
import { cachePrefix } from '#engine/nern/programs/kernel-cache.ts'
import { objectiveInputs } from '#engine/nern/programs/objective-gradients.ts'
import { sampledStepProgram } from '#engine/nern/programs/sampled-step.ts'
import { initialScales, scaleName } from '#engine/quantization/fake-quantization.ts'
import { roundPredictor } from '#engine/nern/quantization/round-predictor.ts'
import { readBack, storedParameters } from '#engine/quantization/stored-parameters.ts'
import { initialParameters, meanSquaredWeight, type Representation } from '#engine/nern/representation.ts'
import { learningRateAt, type LearningRateSchedule } from '#engine/nern/schedule.ts'
import type { DeviceState, Executor } from '#engine/executors/executor.ts'
import { withRepresentedLayers } from '#networks/linear-layers.ts'
import { plannedSteps, segmentsOf, type PhaseName, type Segment } from '#shared/compress-phases.ts'
import type { CompressConfig, OptimizerConfig } from '#shared/experiment-config.ts'
import { int32Tensor, type HostTensor, type HostTensors } from '#shared/host-tensor.ts'
import { underPrefix, withoutPrefix, withPrefix } from '#shared/name-prefix.ts'
import { Random } from '#shared/random.ts'
import type { StoredTensors } from '#shared/stored-tensor.ts'
import type { TrainerJob } from '#shared/trainer-protocol.ts'
import { bestPrefix, readCheckpoint, writeCheckpoint } from '../checkpoint.ts'
import { compressProgressSchema } from '../compress/progress.ts'
import { finish } from '../compress/finish.ts'
import type { FullStepOptions } from '#engine/nern/programs/full-step.ts'
import { cacheState, FullSteps } from '../compress/full-steps.ts'
import { ReconstructedEvaluation } from '../compress/reconstructed-evaluation.ts'
import type { FoundPermutations } from '../compress/find-permutations.ts'
import { ImageInputs } from '../compress/image-inputs.ts'
import { areLogitsFixed } from '../compress/original-logits.ts'
import { isPrunedIn, prunedMatrices, prunedPredictor } from '../compress/pruning.ts'
import { setUp, startedInStoredForm, type CompressSetup } from '../compress/setup.ts'
import { startPredictor } from '../compress/start-predictor.ts'
import type { ImageSplit } from '../data/image-split.ts'
import { loadSplit } from '../data/open-dataset.ts'
import { finiteLoss } from '../finite-loss.ts'
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

/** Runs one prepared step (0 for the phase's first) and returns its losses by metric name. */
type Step = (phaseStep: number) => Promise<Readonly<Record<string, number>>>

class CompressRun {
  readonly #job: CompressJob
  readonly #context: JobContext
  readonly #original: LoadedNetwork
  readonly #setup: CompressSetup
  readonly #executor: Executor
  readonly #evaluation: ReconstructedEvaluation
  readonly #metrics: Metrics
  readonly #sampling: Random
  readonly #sampler: Readonly<Record<'reconstruction' | 'distillation', KernelSampler>>
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
    this.#evaluation = evaluation
    this.#step = resumed?.progress.step ?? 0
    this.#metrics = new Metrics(context, plannedSteps(config), this.#step, resumed?.progress.elapsedMs ?? 0)
    this.#sampling =
      resumed === undefined
        ? Random.fromSeed(config.seed, 'kernel sampling')
        : Random.fromState(resumed.progress.sampling)
    const sampler = ({ method, kernels }: CompressConfig['reconstruction']['sampling']): KernelSampler =>
      new KernelSampler(method, setup.targets.norms, kernels)
    this.#sampler = {
      reconstruction: sampler(config.reconstruction.sampling),
      distillation: sampler(config.distillation.sampling),
    }
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
    const { optimizer: optimizerConfig } = config[phase]
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
        const learningRate = learningRateAt(scheduleOf(optimizerConfig, steps), phaseStep)
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
    const kept = prunedPredictor(hasBest ? this.#best : await this.#readTrained(), config)
    await finish({
      job: this.#job,
      context: this.#context,
      original: this.#original,
      setup: this.#setup,
      executor: this.#executor,
      evaluation: this.#evaluation,
      predictor: this.#asStored(await this.#onGrid(this.#inStoredForm(kept))),
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
    return phase === 'reconstruction' ? this.#reconstructionStep(optimizer) : this.#imageStep(segment, optimizer)
  }

  #representationOf(phase: PhaseName): Representation {
    return phase === 'quantisation' ? this.#setup.stored.representation : this.#setup.representation
  }

  /** The predictor as a segment begins with it: where that changes it, what was best before is not comparable. */
  async #startOf({ phase, layer }: Segment): Promise<HostTensors> {
    const trained = await this.#readTrained()
    const { config } = this.#job
    const pruned = isPrunedIn(phase, config) && !this.#isRounded(trained) ? prunedPredictor(trained, config) : trained
    const start = phase === 'quantisation' ? await this.#onGrid(this.#inStoredForm(pruned), layer) : pruned
    if (start === trained) return trained
    this.#bestAt = { correct: -1, step: this.#step }
    this.#best = {}
    return start
  }

  /** Whether a layer has been rounded: then it has the form it is stored in, and what was to be pruned is. */
  #isRounded(predictor: HostTensors): boolean {
    return Object.keys(this.#setup.quantisation.plan).some((name) => scaleName(name) in predictor)
  }

  #inStoredForm(predictor: HostTensors): HostTensors {
    return this.#isRounded(predictor) ? predictor : this.#setup.stored.of(predictor)
  }

  /**
   * A predictor on the grid it is stored on, and the scales of that grid; layers that have scales stay as they are.
   * @param layer the last linear layer to be rounded; all when left out
   */
  async #onGrid(predictor: HostTensors, layer = Infinity): Promise<HostTensors> {
    const { seed, storage } = this.#job.config
    const { stored, quantisation } = this.#setup
    const due = Object.entries(quantisation.plan).filter(
      ([name], block) => block <= layer && !(scaleName(name) in predictor),
    )
    if (due.length === 0) return predictor
    const plan = Object.fromEntries(due)
    const scales = initialScales(plan, predictor, storage.codedBits)
    const rounded =
      storage.rounding === 'nearest'
        ? {
            ...predictor,
            ...readBack(storedParameters({ ...predictor, ...scales }, Object.keys(plan), plan, 'float32')),
          }
        : await roundPredictor({
            executor: this.#executor,
            representation: stored.representation,
            predictor,
            plan,
            scales,
            random: Random.fromSeed(seed, 'rounding'),
            pruned: prunedMatrices(this.#job.config),
          })
    return { ...rounded, ...scales }
  }

  /** @param trained layers without scales, which are not rounded yet, are floats */
  #asStored(trained: HostTensors): StoredTensors {
    const { stored, quantisation } = this.#setup
    const names = Object.keys(stored.representation.parameterSpecs)
    const plan = Object.fromEntries(Object.entries(quantisation.plan).filter(([name]) => scaleName(name) in trained))
    return storedParameters(
      trained,
      names,
      plan,
      this.#job.config.storage.predictor === 'float32' ? 'float32' : 'float16',
    )
  }

  /** How the steps of a segment round, and which layers they leave alone. */
  #roundingOf({ phase, layer }: Segment): Pick<FullStepOptions, 'quantisation' | 'frozen' | 'pruned'> {
    const { quantisation } = this.#setup
    const pruned = isPrunedIn(phase, this.#job.config) ? prunedMatrices(this.#job.config) : []
    if (phase !== 'quantisation') return { pruned }
    if (layer === undefined) return { quantisation, pruned }
    return { frozen: Object.keys(quantisation.plan).slice(0, layer + 1), pruned }
  }

  async #reconstructionStep(optimizer: Optimizer): Promise<Step> {
    const { representation, targets } = this.#setup
    const { steps, optimizer: config } = this.#job.config.reconstruction
    const sampler = this.#sampler.reconstruction
    const program = await this.#executor.compile(
      sampledStepProgram({ representation, targets, form: 'rmse', optimizer, sampledKernels: sampler.count }),
    )
    return async (phaseStep) => {
      const learningRate = learningRateAt(scheduleOf(config, steps), phaseStep)
      const kernels = int32Tensor([sampler.count], sampler.draw(this.#sampling))
      const { loss } = await program.run(
        { kernels, ...optimizerInputsAt(optimizer, phaseStep + 1, learningRate) },
        this.#state,
      )
      return { 'loss.total': finiteLoss(loss?.data[0], this.#step + 1), 'loss.reconstruction': loss?.data[0] ?? 0 }
    }
  }

  /** A step of the full objective; in the quantisation phase with the predictor as it is stored. */
  async #imageStep(segment: Segment, optimizer: Optimizer): Promise<Step> {
    const { phase, steps } = segment
    const { targets } = this.#setup
    const representation = this.#representationOf(phase)
    const { network, parameters } = this.#original
    const config = this.#job.config.distillation
    const { optimizer: optimizerConfig } = this.#job.config[phase]
    const { dataBatch } = config
    const sampler = this.#sampler.distillation
    const isAll = config.sampling.method === 'all'
    const program = new FullSteps(this.#executor, config, {
      representation,
      targets,
      form: 'rmse',
      optimizer,
      sampledKernels: isAll ? 'all' : sampler.count,
      ...this.#roundingOf(segment),
      distillation: {
        network,
        parameters,
        batch: dataBatch,
        featureMaps: config.featureMaps,
        form: config.distillationForm,
        temperature: config.temperature,
        hasOriginalLogits: areLogitsFixed(config),
      },
    })
    const schedule = {
      weights: {
        reconstruction: config.reconstructionWeight,
        featureMaps: config.featureMapWeight,
        distillation: config.distillationWeight,
      },
      // The predictor that is rounded has been distilled before: both terms are on from the start.
      warmupSteps: phase === 'distillation' ? config.warmupSteps : 0,
      rampSteps: phase === 'distillation' ? config.rampSteps : 0,
    }
    return async (phaseStep) => {
      const learningRate = learningRateAt(scheduleOf(optimizerConfig, steps), phaseStep)
      const weights = objectiveWeightsAt(schedule, phaseStep)
      const terms = { featureMaps: weights.featureMaps > 0, distillation: weights.distillation > 0 }
      const outputs = await program.run(
        phaseStep,
        terms,
        {
          ...(terms.featureMaps || terms.distillation ? await this.#images.next() : {}),
          ...objectiveInputs(weights),
          ...optimizerInputsAt(optimizer, phaseStep + 1, learningRate),
        },
        isAll ? undefined : sampler.draw(this.#sampling),
        this.#state,
      )
      return {
        'loss.total': finiteLoss(outputs['loss']?.data[0], this.#step + 1),
        'loss.reconstruction': outputs['reconstructionLoss']?.data[0] ?? 0,
        ...lossOf('loss.feature-maps', outputs['featureMapLoss']),
        ...lossOf('loss.distillation', outputs['distillationLoss']),
      }
    }
  }

  async #measure(phase: PhaseName, validation: ImageSplit): Promise<{ correct: number; total: number }> {
    const predictor = await this.#readTrained()
    await this.#evaluation.weights(phase === 'quantisation' ? readBack(this.#asStored(predictor)) : predictor)
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

/** A term that a step leaves out has no value. */
function lossOf(name: string, loss: HostTensor | undefined): Readonly<Record<string, number>> {
  return loss === undefined ? {} : { [name]: loss.data[0] ?? Number.NaN }
}

function scheduleOf(config: OptimizerConfig, steps: number): LearningRateSchedule {
  const { schedule: type, learningRate, minLearningRate, warmupSteps } = config
  return { type, learningRate, minLearningRate, warmupSteps, steps }
}
