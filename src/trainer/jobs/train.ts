/** Trains an original network, from scratch or from stored weights: SGD with momentum, batch-norm in training mode, flips and crops. */
import { z } from 'zod'
import type { CompiledProgram, DeviceState, Executor } from '#engine/executors/executor.ts'
import { learningRateAt, type LearningRateSchedule } from '#engine/training/schedule.ts'
import { evaluateProgram } from '#engine/network/evaluation.ts'
import { dropoutMasks } from '#engine/network/dropout.ts'
import {
  initialTrainOriginalState,
  mixedLabelInputs,
  trainOriginalInputsAt,
  trainOriginalProgram,
  type TrainOriginalOptions,
} from '#engine/training/original-training.ts'
import { networkMetadata } from '#formats/network-metadata.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import { describeNetwork } from '#networks/network-description.ts'
import { networkStatistics } from '#networks/network-statistics.ts'
import type { Network } from '#networks/network.ts'
import { evaluationStage, type PlannedImages } from '#shared/experiment/stages.ts'
import { isEpochMeasured, stepsPerEpoch, trainingStage, trainingStages } from '#shared/training/stages.ts'
import { float32Tensor, int32Tensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { networkSmoothness } from '#shared/network/network-smoothness.ts'
import { preprocessingPresets } from '#shared/network/preprocessing.ts'
import { Random } from '#shared/basics/random.ts'
import { AppException } from '#shared/basics/result.ts'
import type { TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { batchSourceStateSchema, readCheckpoint, type Checkpoint } from '../checkpoint.ts'
import { BatchSource } from '../data/batch-source.ts'
import type { ImageSplit } from '../data/image-split.ts'
import { loadClassCount, loadImageCount, loadSplit } from '../data/open-dataset.ts'
import {
  evaluateSplit,
  evaluationBatches,
  evaluationBatchOf,
  probeEvaluation,
  type Evaluation,
} from '../measure/evaluation.ts'
import type { JobContext, JobEnd } from '../process/job-context.ts'
import type { MetricValues } from '../measure/metrics.ts'
import { loadNetwork, type LoadedNetwork } from '../weights/stored-network.ts'
import { openExecutor } from '../process/open-executor.ts'
import { evaluationProgress } from '../steps/evaluation-progress.ts'
import { RunState, runProgressFields, withoutBest } from '../steps/run-state.ts'
import { runSteps, type StepEvaluation, type StepOutcome } from '../steps/run-steps.ts'
import { sendStageTimes, timeLeftOf } from '../steps/stage-times.ts'

type TrainJob = Extract<TrainerJob, { kind: 'train' }>

const progressSchema = z.object({
  kind: z.literal('train'),
  ...runProgressFields,
  source: batchSourceStateSchema,
  /** Sums over the epoch so far, for its mean loss and accuracy. */
  epoch: z.object({ loss: z.number(), correct: z.number() }),
})

export async function train(job: TrainJob, context: JobContext): Promise<JobEnd> {
  const start = await startingPoint(job)
  const splits = {
    train: await loadSplit(job.dataset, 'train', start.network),
    validation: await loadSplit(job.dataset, 'validation', start.network),
    testImages: await loadImageCount(job.dataset, 'test'),
  }
  const { executor, device } = await openExecutor(context.executor)
  try {
    const run = await TrainRun.create(job, context, start, splits, executor)
    context.send({ type: 'started', device, totalSteps: run.totalSteps, step: run.step })
    const end = await run.toLastStep()
    if (end === 'finished') await run.finish()
    return end
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
  readonly testImages: number
}

function imagesOf({ train, validation, testImages }: Splits, network: Network): PlannedImages {
  const counts = { train: train.labels.length, validation: validation.labels.length, test: testImages }
  return { ...counts, batch: evaluationBatchOf(network), unmeasured: [] }
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
  readonly #run: RunState
  readonly #parameterNames: readonly string[]
  /** Of the weights it starts from; undefined where no kernels are neighbours. */
  readonly #smoothnessBefore: number | undefined
  #epoch: { loss: number; correct: number }

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
    this.#stepsPerEpoch = stepsPerEpoch(config, splits.train.labels.length)
    this.totalSteps = this.#stepsPerEpoch * config.epochs
    this.#schedule = {
      type: 'cosine',
      learningRate: config.learningRate,
      minLearningRate: config.minLearningRate,
      steps: this.totalSteps,
      warmupSteps: Math.round(config.warmupEpochs * this.#stepsPerEpoch),
    }
    const tensors = resumed?.tensors ?? initialTrainOriginalState(network, options, parameters)
    this.#state = executor.createState(withoutBest(tensors))
    this.#epoch = resumed?.progress.epoch ?? { loss: 0, correct: 0 }
    this.#run = new RunState({
      context,
      time: timeLeftOf(job, trainingStages(config, imagesOf(splits, network))),
      seed: config.seed,
      keep: config.keep,
      resumed,
      probe: () => this.#probe(),
    })
    this.#source = new BatchSource(
      {
        data: splits.train,
        shape: network.inputShape,
        batch: config.batchSize,
        augmentation: config,
        seed: config.seed,
      },
      this.#run.drawn(resumed?.progress.source),
    )
  }

  get step(): number {
    return this.#run.step
  }

  async toLastStep(): Promise<JobEnd> {
    const end = await runSteps(this.#run, {
      phase: trainingStage,
      first: 0,
      steps: this.totalSteps,
      before: 0,
      phaseSteps: this.totalSteps,
      stageOf: () => trainingStage,
      prepare: async () => (at) => this.#runStep(at),
      evaluation: {
        batches: evaluationBatches(this.#network, this.#splits.validation.labels.length),
        isDue: (done) => this.#isEvaluationDue(done),
        measure: () => this.#measureEpoch(),
      },
      isCheckpointDue: (step) => step % this.#stepsPerEpoch === 0,
      checkpoint: () => this.#checkpoint(),
    })
    if (end === 'paused') sendStageTimes(this.#context, this.#job, this.#run.metrics.time)
    return end
  }

  /** Measures what is kept on validation and test, and sends it. */
  async finish(): Promise<void> {
    if (this.#run.best !== undefined) this.#state.write(this.#run.best)
    const onValidation = await this.#measure(this.#splits.validation, 'evaluation on validation')
    const onTest = await this.#measure(await loadSplit(this.#job.dataset, 'test', this.#network), 'evaluation on test')
    const parameters = await this.#state.read(this.#parameterNames)
    const bytes = writeSafetensors(Object.entries(parameters), networkMetadata(this.#network))
    const before = this.#smoothnessBefore
    const description = describeNetwork(this.#network, parameters)
    const after = networkSmoothness(description.layers)
    const { metrics } = this.#run
    sendStageTimes(this.#context, this.#job, metrics.time)
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
        seconds: { total: metrics.elapsedMs / 1000 },
        ...(before === undefined || after === undefined ? {} : { smoothness: { before, after } }),
      },
    })
  }

  async #runStep(at: number): Promise<StepOutcome> {
    const { batchSize, seed } = this.#job.config
    const { channels, height, width } = this.#network.inputShape
    const { images, labels, mixed } = await this.#source.next()
    const learningRate = learningRateAt(this.#schedule, at)
    const outputs = await this.#program.run(
      {
        images: float32Tensor([batchSize, channels, height, width], images),
        labels: int32Tensor([batchSize], labels),
        ...(mixed === undefined ? {} : mixedLabelInputs(mixed.labels, mixed.share)),
        ...dropoutMasks(this.#network, batchSize, Random.fromSeed(seed, `dropout ${at}`)),
        ...trainOriginalInputsAt(this.#options, at + 1, learningRate),
      },
      this.#state,
    )
    const loss = outputs['loss']?.data[0] ?? Number.NaN
    // Without smoothness the loss is the cross entropy.
    const crossEntropy = outputs['crossEntropy']?.data[0] ?? loss
    const smoothnessTerm = outputs['smoothnessTerm']?.data[0]
    this.#epoch.loss += crossEntropy
    this.#epoch.correct += outputs['correct']?.data[0] ?? 0
    return {
      loss,
      values: {
        'loss.train': crossEntropy,
        ...(smoothnessTerm === undefined ? {} : { 'loss.smoothness': smoothnessTerm }),
        'learning-rate': learningRate,
      },
      ...((at + 1) % this.#stepsPerEpoch === 0 ? { always: this.#endEpoch() } : {}),
    }
  }

  /** The means of the epoch that ends; the next one begins. */
  #endEpoch(): MetricValues {
    const { loss, correct } = this.#epoch
    this.#epoch = { loss: 0, correct: 0 }
    return {
      'loss.epoch': loss / this.#stepsPerEpoch,
      'accuracy.train': correct / (this.#stepsPerEpoch * this.#job.config.batchSize),
    }
  }

  /** After whole epochs only. */
  #isEvaluationDue(done: number): boolean {
    return done % this.#stepsPerEpoch === 0 && isEpochMeasured(this.#job.config, done / this.#stepsPerEpoch)
  }

  async #measureEpoch(): Promise<StepEvaluation> {
    const { correct, total } = await this.#measure(this.#splits.validation)
    const tensors = await this.#state.read(this.#parameterNames)
    const smoothness = smoothnessOf(this.#network, tensors)
    return { correct, total, tensors, ...(smoothness === undefined ? {} : { values: { smoothness } }) }
  }

  #measure(data: ImageSplit, phase?: string): Promise<Evaluation> {
    const onBatch = evaluationProgress(this.#run, evaluationStage, phase)
    return evaluateSplit(this.#evaluation, this.#state, this.#network, data, onBatch)
  }

  #probe(): Promise<void> {
    return probeEvaluation(
      this.#job,
      this.#network,
      this.#run.metrics.time,
      (data, onBatch) => evaluateSplit(this.#evaluation, this.#state, this.#network, data, onBatch),
      this.#context,
    )
  }

  async #checkpoint(): Promise<Checkpoint<Readonly<Record<string, unknown>>>> {
    return {
      tensors: await this.#state.read(),
      progress: { kind: 'train', source: this.#source.state, epoch: { ...this.#epoch } },
    }
  }
}

function smoothnessOf(network: Network, parameters: HostTensors): number | undefined {
  return networkSmoothness(networkStatistics(network, parameters))
}
