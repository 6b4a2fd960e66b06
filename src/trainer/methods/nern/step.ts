/** What the steps of every phase of a compression have in common. */
import type { DeviceState, Executor } from '#engine/executors/executor.ts'
import type { Optimizer } from '#engine/training/optimizers/optimizer.ts'
import { learningRateAt, type LearningRateSchedule } from '#engine/training/schedule.ts'
import type { Segment } from '#shared/methods/nern/phases.ts'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import type { Random } from '#shared/basics/random.ts'
import type { MetricValues } from '../../measure/metrics.ts'
import type { CompressSetup } from './setup.ts'

/** The compiled steps of a segment. */
export interface Step {
  /** Runs one (0 for the segment's first) and returns its losses by metric name. */
  run(at: number): Promise<MetricValues>
  dispose(): void
}

export interface StepOptions {
  readonly executor: Executor
  readonly config: CompressConfig
  readonly setup: CompressSetup
  readonly segment: Segment
  readonly optimizer: Optimizer
  /** Draws the kernels that get a gradient. */
  readonly sampling: Random
  /** Holds the predictor and the optimiser's moments; a step changes both. */
  readonly state: DeviceState
}

/** Learning rate of a segment's step. */
export function learningRateOf(config: CompressConfig, { phase, steps }: Segment, phaseStep: number): number {
  const { schedule: type, learningRate, minLearningRate, warmupSteps } = config[phase].optimizer
  const schedule: LearningRateSchedule = { type, learningRate, minLearningRate, warmupSteps, steps }
  return learningRateAt(schedule, phaseStep)
}
