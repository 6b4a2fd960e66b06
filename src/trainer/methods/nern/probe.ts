/** What the stages to come cost, from a few steps on a predictor and images that nothing else ever sees. */
import type { Executor } from '#engine/executors/executor.ts'
import { initialOptimizerState } from '#engine/training/optimizers/optimizer.ts'
import { startOf } from '#shared/experiment/stages.ts'
import { warmupStage } from '#shared/methods/nern/stages.ts'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import { freshPredictor } from '#engine/methods/nern/representation.ts'
import { float32Tensor, sizeOf, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { Random } from '#shared/basics/random.ts'
import type { JobContext } from '../../process/job-context.ts'
import type { LoadedNetwork } from '../../weights/stored-network.ts'
import type { TimeLeft } from '../../steps/time-left.ts'
import { cacheState, refreshedEvery } from './full-steps.ts'
import { imageStep } from './image-step.ts'
import { areLogitsFixed } from './original-logits.ts'
import type { CompressSetup } from './setup.ts'

export interface ProbeOptions {
  readonly context: JobContext
  readonly config: CompressConfig
  readonly original: LoadedNetwork
  readonly setup: CompressSetup
  readonly executor: Executor
  readonly time: TimeLeft
}

/** Teaches `time` what steps on images cost, where it does not know; those of a quantisation cost about the same. */
export async function probeImageSteps({
  context,
  config,
  original,
  setup,
  executor,
  time,
}: ProbeOptions): Promise<void> {
  const unknown = new Set(time.unknown)
  const stagesWithImages = ['distillation', 'quantisation'].filter((stage) => unknown.has(stage))
  if (stagesWithImages.length === 0 && !unknown.has(warmupStage)) return
  const { distillation, seed } = config
  const { warmupSteps, rampSteps } = distillation
  const everySteps = refreshedEvery(distillation)
  const random = Random.fromSeed(seed, 'probe')
  const optimizer = setup.optimizer(distillation.optimizer)
  const predictor = freshPredictor(setup.representation, random)
  const state = executor.createState({
    ...predictor,
    ...initialOptimizerState(optimizer, predictor),
    ...cacheState(distillation, setup.representation, {}),
  })
  const images = blankImages(config, original)
  const step = imageStep({
    executor,
    config,
    setup,
    segment: { phase: 'distillation', first: 0, before: 0, steps: warmupSteps + rampSteps + 2 * everySteps + 2 },
    optimizer,
    sampling: random,
    state,
    original,
    representation: setup.representation,
    rounding: {},
    images: { next: () => Promise.resolve(images) },
  })
  const secondsOf = async (at: number): Promise<number> => {
    const startedMs = context.now()
    await step.run(at)
    await context.breathe()
    return (context.now() - startedMs) / 1000
  }
  /** Seconds of the first step from `at` on, which compiles and predicts all kernels, and of those behind it. */
  const pacesFrom = async (at: number): Promise<{ readonly start: number; readonly step: number }> => {
    const start = await secondsOf(at)
    const next = await secondsOf(at + 1)
    if (everySteps === 1) return { start, step: next }
    return { start, step: ((await secondsOf(at)) + (everySteps - 1) * next) / everySteps }
  }
  const learn = (stage: string, { start, step: pace }: { readonly start: number; readonly step: number }): void => {
    time.learn(startOf(stage), start)
    time.learn(stage, pace)
  }
  try {
    if (unknown.has(warmupStage)) learn(warmupStage, await pacesFrom(0))
    if (stagesWithImages.length === 0) return
    const paces = await pacesFrom(Math.ceil((warmupSteps + 1) / everySteps) * everySteps)
    for (const stage of stagesWithImages) learn(stage, paces)
  } finally {
    step.dispose()
    state.dispose()
  }
}

/** Grey images, and answers of the original network where steps take them ready made. */
function blankImages({ distillation }: CompressConfig, { network }: LoadedNetwork): HostTensors {
  const { channels, height, width } = network.inputShape
  const blank = (shape: readonly number[]) => float32Tensor([...shape], new Float32Array(sizeOf(shape)))
  const batch = distillation.dataBatch
  return {
    images: blank([batch, channels, height, width]),
    ...(areLogitsFixed(distillation) ? { originalLogits: blank([batch, network.classes]) } : {}),
  }
}
