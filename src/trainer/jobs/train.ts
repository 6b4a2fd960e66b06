/** Trains an original network from scratch: SGD with momentum, batch-norm in training mode, flips and crops. */
import { z } from 'zod'
import { imagenetNormalisation } from '#engine/network-images.ts'
import { evaluateProgram } from '#engine/network-evaluation.ts'
import {
  initialTrainOriginalState,
  trainOriginalInputsAt,
  trainOriginalProgram,
  type TrainOriginalOptions,
} from '#engine/original-training.ts'
import { learningRateAt } from '#engine/nern/schedule.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import { float32Tensor, int32Tensor, type HostTensors } from '#shared/host-tensor.ts'
import { AppException } from '#shared/result.ts'
import type { TrainConfig } from '#shared/experiment-config.ts'
import type { TrainerJob } from '#shared/trainer-protocol.ts'
import { randomStateSchema, readCheckpoint, writeCheckpoint } from '../checkpoint.ts'
import { BatchSource } from '../data/batch-source.ts'
import { loadSplit } from '../data/open-dataset.ts'
import { evaluateSplit, evaluationBatch } from '../evaluation.ts'
import type { JobContext, JobEnd } from '../job-context.ts'
import { Metrics } from '../metrics.ts'
import { openExecutor } from '../open-executor.ts'
import { sha256Hex } from '../sha256.ts'

type TrainJob = Extract<TrainerJob, { kind: 'train' }>

const progressSchema = z.object({
  kind: z.literal('train'),
  step: z.int(),
  elapsedMs: z.number(),
  source: z.object({ orderAtEpochStart: randomStateSchema, augmentation: randomStateSchema, position: z.int() }),
  best: z.object({ correct: z.int(), step: z.int() }),
})
type Progress = z.infer<typeof progressSchema>

/** Tensors of the best network so far lie in the checkpoint under this prefix. */
const bestPrefix = 'best/'

export async function train(job: TrainJob, context: JobContext): Promise<JobEnd> {
  const { config } = job
  const training = await loadSplit(job.dataset, 'train')
  const validation = await loadSplit(job.dataset, 'validation')
  const classes = Math.max(...training.labels) + 1
  const built = buildNetwork(config.architecture, classes)
  if (!built.ok) throw new AppException(built.error)
  const network = built.value
  const options: TrainOriginalOptions = { ...config, batch: config.batchSize, normalisation: imagenetNormalisation }
  const stepsPerEpoch = Math.floor(training.labels.length / config.batchSize)
  const totalSteps = stepsPerEpoch * config.epochs
  const resumed = context.checkpoint === undefined ? undefined : readCheckpoint(context.checkpoint, progressSchema)

  const { executor, device } = await openExecutor(context.executor)
  try {
    const names = network.parameters.map(({ name }) => name)
    const start =
      resumed?.tensors ?? initialTrainOriginalState(network, options, initialParameters(network, config.seed))
    const state = executor.createState(
      Object.fromEntries(Object.entries(start).filter(([name]) => !name.startsWith(bestPrefix))),
    )
    let best: HostTensors = Object.fromEntries(
      Object.entries(start)
        .filter(([name]) => name.startsWith(bestPrefix))
        .map(([name, tensor]) => [name.slice(bestPrefix.length), tensor]),
    )
    let bestAt = resumed?.progress.best ?? { correct: -1, step: 0 }
    let step = resumed?.progress.step ?? 0
    const source = new BatchSource(
      {
        data: training,
        shape: network.inputShape,
        batch: config.batchSize,
        isAugmented: config.augmentation === 'flip-crop',
        seed: config.seed,
      },
      resumed?.progress.source,
    )
    const program = await executor.compile(trainOriginalProgram(network, options))
    const evaluation = await executor.compile(
      evaluateProgram(network, {
        batch: evaluationBatch,
        normalisation: imagenetNormalisation,
        parameters: {},
        inState: 'all',
      }),
    )
    context.send({ type: 'started', device, totalSteps, step })
    const metrics = new Metrics(context, totalSteps, step, resumed?.progress.elapsedMs ?? 0)
    const { channels, height, width } = network.inputShape
    const imageShape = [config.batchSize, channels, height, width]

    const sendCheckpoint = async (): Promise<void> => {
      const kept = Object.fromEntries(Object.entries(best).map(([name, tensor]) => [`${bestPrefix}${name}`, tensor]))
      const progress: Progress = {
        kind: 'train',
        step,
        elapsedMs: metrics.elapsedMs,
        source: structuredClone(source.state) as Progress['source'], // Readonly only in its type.
        best: bestAt,
      }
      const bytes = writeCheckpoint({ tensors: { ...(await state.read()), ...kept }, progress })
      context.send({ type: 'checkpoint', step, phase: 'training', sha256: sha256Hex(bytes), bytes: own(bytes) })
    }

    let epochLoss = 0
    let epochCorrect = 0
    while (step < totalSteps) {
      const { images, labels } = source.next()
      const learningRate = learningRateAt(scheduleOf(config, stepsPerEpoch), step)
      const outputs = await program.run(
        {
          images: float32Tensor(imageShape, images),
          labels: int32Tensor([config.batchSize], labels),
          ...trainOriginalInputsAt(options, step + 1, learningRate),
        },
        state,
      )
      const loss = outputs['loss']?.data[0] ?? Number.NaN
      if (!Number.isFinite(loss)) {
        throw new AppException({
          code: 'diverged',
          message: `The training loss became ${loss} at step ${step + 1}.`,
          where: `step ${step + 1} of ${totalSteps}`,
          remedy: 'Lower the learning rate; the checkpoint before it is kept.',
        })
      }
      step += 1
      epochLoss += loss
      epochCorrect += outputs['correct']?.data[0] ?? 0
      const isEpochEnd = step % stepsPerEpoch === 0
      if (metrics.isDue || isEpochEnd) {
        metrics.add(step, { 'loss.train': loss, 'learning-rate': learningRate })
        metrics.send(step)
        context.send({ type: 'phase', phase: 'training', done: step, total: totalSteps })
      }
      if (isEpochEnd) {
        const epoch = step / stepsPerEpoch
        const images = stepsPerEpoch * config.batchSize
        metrics.add(step, { 'loss.epoch': epochLoss / stepsPerEpoch, 'accuracy.train': epochCorrect / images })
        epochLoss = 0
        epochCorrect = 0
        if (epoch % config.evaluateEveryEpochs === 0 || step === totalSteps) {
          const { correct, total } = await evaluateSplit(evaluation, state, network, validation, () =>
            context.breathe(),
          )
          metrics.add(step, { 'accuracy.validation': correct / total })
          if (config.keep === 'best-validation' && correct > bestAt.correct) {
            bestAt = { correct, step }
            best = await state.read(names)
          }
        }
        metrics.send(step)
        await sendCheckpoint()
      }
      await context.breathe()
      if (context.isPauseRequested() && step < totalSteps) {
        if (!isEpochEnd) await sendCheckpoint()
        context.send({ type: 'paused', step })
        return 'paused'
      }
    }
    if (config.keep === 'best-validation') state.write(best)
    const test = await loadSplit(job.dataset, 'test')
    const measure = (data: typeof test, phase: string) =>
      evaluateSplit(evaluation, state, network, data, async (done, total) => {
        context.send({ type: 'phase', phase, done, total })
        await context.breathe()
      })
    const onValidation = await measure(validation, 'evaluation on validation')
    const onTest = await measure(test, 'evaluation on test')
    const trained = await state.read(names)
    const bytes = writeSafetensors(
      names.flatMap((name) => {
        const tensor = trained[name]
        return tensor === undefined ? [] : [[name, tensor] as const]
      }),
      { architecture: network.architecture, classes: String(network.classes) },
    )
    context.send({
      type: 'result',
      result: {
        kind: 'train',
        evaluations: [
          { of: 'original', split: 'validation', ...onValidation },
          { of: 'original', split: 'test', ...onTest },
        ],
        network: own(bytes),
        seconds: { total: metrics.elapsedMs / 1000 },
      },
    })
    return 'finished'
  } finally {
    executor.dispose()
  }
}

function scheduleOf(config: TrainConfig, stepsPerEpoch: number) {
  return {
    type: 'cosine',
    learningRate: config.learningRate,
    minLearningRate: config.minLearningRate,
    steps: stepsPerEpoch * config.epochs,
    warmupSteps: Math.round(config.warmupEpochs * stepsPerEpoch),
  } as const
}

/** Bytes on a buffer of their own, which a message can carry. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes)
}
