/** The training of a baseline: a copy of the network, as it is stored, learns to answer as the original does. */
import type { CompressionPlan } from '#engine/baseline/compress-kernels.ts'
import { distillationStepProgram, initialCopy, learnedParameters } from '#engine/baseline/distillation-step.ts'
import type { CompiledProgram, DeviceState, Executor } from '#engine/executors/executor.ts'
import { adam } from '#engine/nern/optimizers/adam.ts'
import { initialOptimizerState, optimizerInputsAt } from '#engine/nern/optimizers/optimizer.ts'
import { learningRateAt } from '#engine/nern/schedule.ts'
import { float32Tensor, type HostTensors } from '#shared/host-tensor.ts'
import type { TrainerJob } from '#shared/trainer-protocol.ts'
import { readCheckpoint, writeCheckpoint } from '../checkpoint.ts'
import { BatchSource } from '../data/batch-source.ts'
import { loadSplit } from '../data/open-dataset.ts'
import { finiteLoss } from '../finite-loss.ts'
import type { JobContext } from '../job-context.ts'
import { Metrics } from '../metrics.ts'
import type { LoadedNetwork } from '../network-file.ts'
import { sha256Hex } from '../sha256.ts'
import { baselineProgressSchema } from './progress.ts'

type BaselineJob = Extract<TrainerJob, { kind: 'baseline' }>

const optimizer = adam({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 })
const phase = 'distillation'

export interface Distilled {
  /** Under the names of the original; with scales where they were learned. */
  readonly learned: HostTensors
  /** Over all attempts. */
  readonly seconds: number
}

/** Goes on from the context's checkpoint when there is one; `paused` after sending another. Throws `diverged`. */
export async function distil(
  job: BaselineJob,
  context: JobContext,
  executor: Executor,
  { network, parameters }: LoadedNetwork,
  plan: CompressionPlan,
): Promise<Distilled | 'paused'> {
  const { distillation: config, seed } = job.config
  const resumed =
    context.checkpoint === undefined ? undefined : readCheckpoint(context.checkpoint, baselineProgressSchema)
  const copy = initialCopy(network, parameters, plan.quantisation)
  const state = executor.createState(resumed?.tensors ?? { ...copy, ...initialOptimizerState(optimizer, copy) })
  const program = await executor.compile(
    distillationStepProgram({ network, parameters, optimizer, ...plan, ...config, batch: config.dataBatch }),
  )
  const source = new BatchSource(
    {
      data: await loadSplit(job.dataset, 'train', network),
      shape: network.inputShape,
      batch: config.dataBatch,
      augmentation: config,
      seed,
    },
    resumed?.progress.source,
  )
  const firstStep = resumed?.progress.step ?? 0
  const metrics = new Metrics(context, config.steps, firstStep, resumed?.progress.elapsedMs ?? 0)
  const { channels, height, width } = network.inputShape
  for (let step = firstStep; step < config.steps; step++) {
    const learningRate = learningRateAt({ type: 'cosine', warmupSteps: config.rateWarmupSteps, ...config }, step)
    const { images } = await source.next()
    const outputs = await program.run(
      {
        images: float32Tensor([config.dataBatch, channels, height, width], images),
        ...optimizerInputsAt(optimizer, step + 1, learningRate),
      },
      state,
    )
    const loss = finiteLoss(outputs['loss']?.data[0], step + 1)
    const done = step + 1
    if (metrics.isDue || done === config.steps) {
      metrics.add(done, {
        'loss.total': loss,
        'loss.feature-maps': outputs['featureMapLoss']?.data[0] ?? 0,
        'loss.distillation': outputs['distillationLoss']?.data[0] ?? 0,
        'learning-rate': learningRate,
      })
      metrics.send(done)
      context.send({ type: 'phase', phase, done, total: config.steps })
    }
    const isPaused = context.isPauseRequested() && done < config.steps
    if (isPaused || done % job.config.checkpointEverySteps === 0) {
      await sendCheckpoint(context, state, { step: done, elapsedMs: metrics.elapsedMs, source: source.state })
    }
    if (isPaused) {
      context.send({ type: 'paused', step: done })
      return 'paused'
    }
    await context.breathe()
  }
  const learned = learnedParameters(await state.read(Object.keys(copy)))
  dispose(program, state)
  return { learned, seconds: metrics.elapsedMs / 1000 }
}

async function sendCheckpoint(
  context: JobContext,
  state: DeviceState,
  progress: { readonly step: number; readonly elapsedMs: number; readonly source: BatchSource['state'] },
): Promise<void> {
  const bytes = writeCheckpoint({
    tensors: await state.read(),
    progress: baselineProgressSchema.parse({ kind: 'baseline', ...progress }),
  })
  const { step } = progress
  context.send({ type: 'checkpoint', step, phase, sha256: sha256Hex(bytes), bytes: Uint8Array.from(bytes) })
}

/** Its feature maps take more memory than all that follows. */
function dispose(program: CompiledProgram, state: DeviceState): void {
  program.dispose()
  state.dispose()
}
