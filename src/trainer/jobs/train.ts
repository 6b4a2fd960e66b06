/** Trains an original network, from scratch or from stored weights: SGD with momentum, batch-norm in training mode, flips and crops. */
import { z } from 'zod'
import type { CompiledProgram, DeviceState, Executor } from '#engine/executors/executor.ts'
import { learningRateAt, type LearningRateSchedule } from '#engine/nern/schedule.ts'
import { evaluateProgram } from '#engine/network-evaluation.ts'
import { dropoutMasks } from '#engine/network-dropout.ts'
import {
  initialTrainOriginalState,
  mixedLabelInputs,
  trainOriginalInputsAt,
  trainOriginalProgram,
  type TrainOriginalOptions,
} from '#engine/original-training.ts'
import { networkMetadata } from '#formats/network-metadata.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import { describeNetwork } from '#networks/network-description.ts'
import { networkStatistics } from '#networks/network-statistics.ts'
import type { Network } from '#networks/network.ts'
import { float32Tensor, int32Tensor, type HostTensors } from '#shared/host-tensor.ts'
import { networkSmoothness } from '#shared/network-smoothness.ts'
import { preprocessingPresets } from '#shared/preprocessing.ts'
import { underPrefix, withoutPrefix, withPrefix } from '#shared/name-prefix.ts'
import { Random } from '#shared/random.ts'
import { AppException } from '#shared/result.ts'
import type { TrainerJob } from '#shared/trainer-protocol.ts'
import { bestPrefix, randomStateSchema, readCheckpoint, writeCheckpoint } from '../checkpoint.ts'
import { BatchSource } from '../data/batch-source.ts'
import type { ImageSplit } from '../data/image-split.ts'
import { loadClassCount, loadSplit } from '../data/open-dataset.ts'
import { evaluateSplit, evaluationBatchOf, type Evaluation } from '../evaluation.ts'
import type { JobContext, JobEnd } from '../job-context.ts'
import { Metrics } from '../metrics.ts'
import { loadNetwork, type LoadedNetwork } from '../network-file.ts'
import { openExecutor } from '../open-executor.ts'
import { sha256Hex } from '../sha256.ts'

type TrainJob = Extract<TrainerJob, { kind: 'train' }>

const progressSchema = z.object({
  kind: z.literal('train'),
  step: z.int(),
  elapsedMs: z.number(),
  source: z.object({ orderAtEpochStart: randomStateSchema, augmentation: randomStateSchema, position: z.int() }),
  /** Sums over the epoch so far, for its mean loss and accuracy. */
  epoch: z.object({ loss: z.number(), correct: z.number() }),
  best: z.object({ correct: z.int(), step: z.int() }),
})

export async function train(job: TrainJob, context: JobContext): Promise<JobEnd> {
  const start = await startingPoint(job)
  const splits = {
    train: await loadSplit(job.dataset, 'train', start.network),
    validation: await loadSplit(job.dataset, 'validation', start.network),
  }
  const { executor, device } = await openExecutor(context.executor)
  try {
    const run = await TrainRun.create(job, context, start, splits, executor)
    context.send({ type: 'started', device, totalSteps: run.totalSteps, step: run.step })
    if ((await run.toLastStep()) === 'paused') return 'paused'
    await run.finish()
    return 'finished'
  } finally {
    executor.dispose()
  }
}

/** The network with the weights it starts from: stored ones where the job names them, else random ones of its seed. */
async function startingPoint({ config, network: stored, dataset }: TrainJob): Promise<LoadedNetwork> {
  if (stored !== undefined) return withPreprocessing(await loadNetwork(stored), config.preprocessing)
  const built = buildNetwork(config.architecture, await loadClassCount(dataset))
  if (!built.ok) throw new AppException(built.error)
  const parameters = initialParameters(built.value, config.seed)
  return withPreprocessing({ network: built.value, parameters }, config.preprocessing)
}

/** A preset says mean and deviation; the size of the images stays the network's. */
function withPreprocessing(
  { network, parameters }: LoadedNetwork,
  wanted: TrainJob['config']['preprocessing'],
): LoadedNetwork {
  if (wanted === 'default') return { network, parameters }
  const { mean, standardDeviation } = preprocessingPresets[wanted].preprocessing
  const { resize } = network.preprocessing
  return { network: { ...network, preprocessing: { mean, standardDeviation, resize } }, parameters }
}

interface Splits {
  readonly train: ImageSplit
  readonly validation: ImageSplit
}

class TrainRun {
  readonly totalSteps: number
  readonly #job: TrainJob
  readonly #context: JobContext
  readonly #network: Network
  readonly #splits: Splits
  readonly #options: TrainOriginalOptions
  readonly #schedule: LearningRateSchedule
  readonly #stepsPerEpoch: number
  readonly #program: CompiledProgram
  readonly #evaluation: CompiledProgram
  readonly #state: DeviceState
  readonly #source: BatchSource
  readonly #metrics: Metrics
  readonly #parameterNames: readonly string[]
  /** Of the weights it starts from; undefined where no kernels are neighbours. */
  readonly #smoothnessBefore: number | undefined
  #step: number
  #epoch: { loss: number; correct: number }
  #best: HostTensors
  #bestAt: { correct: number; step: number }

  static async create(
    job: TrainJob,
    context: JobContext,
    start: LoadedNetwork,
    splits: Splits,
    executor: Executor,
  ): Promise<TrainRun> {
    const { config } = job
    const { network } = start
    const options = { ...config, batch: config.batchSize, isMixed: config.mixup > 0 }
    const program = await executor.compile(trainOriginalProgram(network, options))
    const evaluation = await executor.compile(
      evaluateProgram(network, {
        batch: evaluationBatchOf(network),
        parameters: {},
        inState: 'all',
      }),
    )
    return new TrainRun(job, context, start, splits, executor, options, { program, evaluation })
  }

  private constructor(
    job: TrainJob,
    context: JobContext,
    { network, parameters }: LoadedNetwork,
    splits: Splits,
    executor: Executor,
    options: TrainOriginalOptions,
    programs: { readonly program: CompiledProgram; readonly evaluation: CompiledProgram },
  ) {
    const { config } = job
    const resumed = context.checkpoint === undefined ? undefined : readCheckpoint(context.checkpoint, progressSchema)
    this.#job = job
    this.#context = context
    this.#network = network
    this.#splits = splits
    this.#options = options
    this.#program = programs.program
    this.#evaluation = programs.evaluation
    this.#parameterNames = network.parameters.map(({ name }) => name)
    this.#smoothnessBefore = smoothnessOf(network, parameters)
    this.#stepsPerEpoch = Math.floor(splits.train.labels.length / config.batchSize)
    this.totalSteps = this.#stepsPerEpoch * config.epochs
    this.#schedule = {
      type: 'cosine',
      learningRate: config.learningRate,
      minLearningRate: config.minLearningRate,
      steps: this.totalSteps,
      warmupSteps: Math.round(config.warmupEpochs * this.#stepsPerEpoch),
    }
    const tensors = resumed?.tensors ?? initialTrainOriginalState(network, options, parameters)
    this.#state = executor.createState(withoutPrefix(tensors, bestPrefix))
    this.#best = underPrefix(tensors, bestPrefix)
    this.#bestAt = resumed?.progress.best ?? { correct: -1, step: 0 }
    this.#step = resumed?.progress.step ?? 0
    this.#epoch = resumed?.progress.epoch ?? { loss: 0, correct: 0 }
    this.#metrics = new Metrics(context, this.totalSteps, this.#step, resumed?.progress.elapsedMs ?? 0)
    this.#source = new BatchSource(
      {
        data: splits.train,
        shape: network.inputShape,
        batch: config.batchSize,
        augmentation: config,
        seed: config.seed,
      },
      resumed?.progress.source,
    )
  }

  get step(): number {
    return this.#step
  }

  async toLastStep(): Promise<JobEnd> {
    while (this.#step < this.totalSteps) {
      await this.#runStep()
      const isEpochEnd = this.#step % this.#stepsPerEpoch === 0
      if (isEpochEnd) await this.#endEpoch()
      await this.#context.breathe()
      if (this.#context.isPauseRequested() && this.#step < this.totalSteps) {
        if (!isEpochEnd) await this.#sendCheckpoint()
        this.#context.send({ type: 'paused', step: this.#step })
        return 'paused'
      }
    }
    return 'finished'
  }

  /** Measures what is kept on validation and test, and sends it. */
  async finish(): Promise<void> {
    if (this.#job.config.keep === 'best-validation') this.#state.write(this.#best)
    const onValidation = await this.#measure(this.#splits.validation, 'evaluation on validation')
    const onTest = await this.#measure(await loadSplit(this.#job.dataset, 'test', this.#network), 'evaluation on test')
    const parameters = await this.#state.read(this.#parameterNames)
    const bytes = writeSafetensors(Object.entries(parameters), networkMetadata(this.#network))
    const before = this.#smoothnessBefore
    const description = describeNetwork(this.#network, parameters)
    const after = networkSmoothness(description.layers)
    this.#context.send({
      type: 'result',
      result: {
        kind: 'train',
        evaluations: [
          { of: 'original', split: 'validation', ...onValidation },
          { of: 'original', split: 'test', ...onTest },
        ],
        network: Uint8Array.from(bytes),
        description,
        seconds: { total: this.#metrics.elapsedMs / 1000 },
        ...(before === undefined || after === undefined ? {} : { smoothness: { before, after } }),
      },
    })
  }

  async #runStep(): Promise<void> {
    const { batchSize, seed } = this.#job.config
    const { channels, height, width } = this.#network.inputShape
    const { images, labels, mixed } = await this.#source.next()
    const learningRate = learningRateAt(this.#schedule, this.#step)
    const outputs = await this.#program.run(
      {
        images: float32Tensor([batchSize, channels, height, width], images),
        labels: int32Tensor([batchSize], labels),
        ...(mixed === undefined ? {} : mixedLabelInputs(mixed.labels, mixed.share)),
        ...dropoutMasks(this.#network, batchSize, Random.fromSeed(seed, `dropout ${this.#step}`)),
        ...trainOriginalInputsAt(this.#options, this.#step + 1, learningRate),
      },
      this.#state,
    )
    const loss = outputs['loss']?.data[0] ?? Number.NaN
    this.#step += 1
    if (!Number.isFinite(loss)) {
      throw new AppException({
        code: 'diverged',
        message: `The training loss became ${loss}.`,
        where: `step ${this.#step} of ${this.totalSteps}`,
        remedy: 'Lower the learning rate; the checkpoint before it is kept.',
      })
    }
    // Without smoothness the loss is the cross entropy.
    const crossEntropy = outputs['crossEntropy']?.data[0] ?? loss
    const smoothnessTerm = outputs['smoothnessTerm']?.data[0]
    this.#epoch.loss += crossEntropy
    this.#epoch.correct += outputs['correct']?.data[0] ?? 0
    if (!this.#metrics.isDue) return
    this.#metrics.add(this.#step, {
      'loss.train': crossEntropy,
      ...(smoothnessTerm === undefined ? {} : { 'loss.smoothness': smoothnessTerm }),
      'learning-rate': learningRate,
    })
    this.#metrics.send(this.#step)
    this.#context.send({ type: 'phase', phase: 'training', done: this.#step, total: this.totalSteps })
  }

  async #endEpoch(): Promise<void> {
    const { batchSize, evaluateEveryEpochs, keep } = this.#job.config
    this.#metrics.add(this.#step, {
      'loss.epoch': this.#epoch.loss / this.#stepsPerEpoch,
      'accuracy.train': this.#epoch.correct / (this.#stepsPerEpoch * batchSize),
    })
    this.#epoch = { loss: 0, correct: 0 }
    if ((this.#step / this.#stepsPerEpoch) % evaluateEveryEpochs === 0 || this.#step === this.totalSteps) {
      const { correct, total } = await this.#measure(this.#splits.validation)
      const parameters = await this.#state.read(this.#parameterNames)
      const smoothness = smoothnessOf(this.#network, parameters)
      this.#metrics.add(this.#step, {
        'accuracy.validation': correct / total,
        ...(smoothness === undefined ? {} : { smoothness }),
      })
      if (keep === 'best-validation' && correct > this.#bestAt.correct) {
        this.#bestAt = { correct, step: this.#step }
        this.#best = parameters
      }
    }
    this.#metrics.send(this.#step)
    await this.#sendCheckpoint()
  }

  #measure(data: ImageSplit, phase?: string): Promise<Evaluation> {
    return evaluateSplit(this.#evaluation, this.#state, this.#network, data, async (done, total) => {
      if (phase !== undefined) this.#context.send({ type: 'phase', phase, done, total })
      await this.#context.breathe()
    })
  }

  async #sendCheckpoint(): Promise<void> {
    const tensors = { ...(await this.#state.read()), ...withPrefix(this.#best, bestPrefix) }
    const progress = progressSchema.parse({
      kind: 'train',
      step: this.#step,
      elapsedMs: this.#metrics.elapsedMs,
      source: this.#source.state,
      epoch: this.#epoch,
      best: this.#bestAt,
    })
    const bytes = writeCheckpoint({ tensors, progress })
    this.#context.send({
      type: 'checkpoint',
      step: this.#step,
      phase: 'training',
      sha256: sha256Hex(bytes),
      bytes: Uint8Array.from(bytes),
    })
  }
}

function smoothnessOf(network: Network, parameters: HostTensors): number | undefined {
  return networkSmoothness(networkStatistics(network, parameters))
}
