/** The training of a baseline: a copy of the network, as it is stored, learns to answer as the original does. */
import type { CompressionPlan } from '#engine/methods/direct/kernel-method.ts'
import { distillationStepProgram, initialCopy, learnedParameters } from '#engine/methods/direct/distillation-step.ts'
import type { CompiledProgram, DeviceState, Executor } from '#engine/executors/executor.ts'
import { adam } from '#engine/training/optimizers/adam.ts'
import { initialOptimizerState, optimizerInputsAt } from '#engine/training/optimizers/optimizer.ts'
import { learningRateAt } from '#engine/training/schedule.ts'
import { distillationStage } from '#shared/experiment/stages.ts'
import { float32Tensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import type { TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import type { Checkpoint } from '../../checkpoint.ts'
import { BatchSource } from '../../data/batch-source.ts'
import { loadSplit } from '../../data/open-dataset.ts'
import type { LoadedNetwork } from '../../weights/stored-network.ts'
import type { RunState } from '../../steps/run-state.ts'
import { runSteps } from '../../steps/run-steps.ts'
import type { BaselineProgress } from './progress.ts'

type BaselineJob = Extract<TrainerJob, { kind: 'baseline' }>

const optimizer = adam({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 })

export interface DistilOptions {
  readonly job: BaselineJob
  readonly run: RunState
  /** To go on from. */
  readonly resumed: Checkpoint<BaselineProgress> | undefined
  readonly executor: Executor
  readonly original: LoadedNetwork
  readonly plan: CompressionPlan
  /** Shows what has been learned by now. */
  readonly preview: (learned: HostTensors) => void
}

/**
 * What was learned, under the names of the original, with scales where they were learned; `paused` after a checkpoint
 * was sent. Throws `diverged`.
 */
export async function distil(options: DistilOptions): Promise<HostTensors | 'paused'> {
  const { job, run, resumed, executor, original, plan } = options
  const { network, parameters } = original
  const { distillation: config, seed } = job.config
  const copy = initialCopy(network, parameters, plan.quantisation)
  const state = executor.createState(resumed?.tensors ?? { ...copy, ...initialOptimizerState(optimizer, copy) })
  const source = new BatchSource(
    {
      data: await loadSplit(job.dataset, 'train', network),
      shape: network.inputShape,
      batch: config.dataBatch,
      augmentation: config,
      seed,
    },
    run.drawn(resumed?.progress.source),
  )
  const learned = async (): Promise<HostTensors> => learnedParameters(await state.read(Object.keys(copy)))
  const { channels, height, width } = network.inputShape
  let program: CompiledProgram | undefined
  const end = await runSteps(run, {
    phase: distillationStage,
    first: 0,
    steps: config.steps,
    before: 0,
    phaseSteps: config.steps,
    stageOf: () => distillationStage,
    async prepare() {
      const compiled = await executor.compile(
        distillationStepProgram({ network, parameters, optimizer, ...plan, ...config, batch: config.dataBatch }),
      )
      program = compiled
      return async (at) => {
        const learningRate = learningRateAt({ type: 'cosine', warmupSteps: config.rateWarmupSteps, ...config }, at)
        const { images } = await source.next()
        const outputs = await compiled.run(
          {
            images: float32Tensor([config.dataBatch, channels, height, width], images),
            ...optimizerInputsAt(optimizer, at + 1, learningRate),
          },
          state,
        )
        const loss = outputs['loss']?.data[0]
        return {
          loss,
          values: {
            'loss.total': loss ?? Number.NaN,
            'loss.feature-maps': outputs['featureMapLoss']?.data[0] ?? 0,
            'loss.distillation': outputs['distillationLoss']?.data[0] ?? 0,
            'learning-rate': learningRate,
          },
        }
      }
    },
    isCheckpointDue: (step) => step % job.config.checkpointEverySteps === 0,
    async checkpoint() {
      return { tensors: await state.read(), progress: { kind: 'baseline', source: source.state } }
    },
    preview: async () => options.preview(await learned()),
  })
  if (end === 'paused') return 'paused'
  const parametersLearned = await learned()
  dispose(program, state)
  return parametersLearned
}

/** Its feature maps take more memory than all that follows. */
function dispose(program: CompiledProgram | undefined, state: DeviceState): void {
  program?.dispose()
  state.dispose()
}
