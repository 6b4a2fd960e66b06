import type { ForkableParameter, ForkPoint } from '../experiment/family-description.ts'
import type { TrainConfig } from './config.ts'

/** What every step reads, and how long the training goes on. */
export function trainingForkable(
  { epochs }: TrainConfig,
  { step, totalSteps }: ForkPoint,
): readonly ForkableParameter[] {
  const stepsPerEpoch = Math.max(1, totalSteps / epochs)
  return [
    { path: 'seed' },
    { path: 'epochs', least: Math.ceil(step / stepsPerEpoch) },
    ...['learningRate', 'minLearningRate', 'warmupEpochs', 'weightDecay', 'labelSmoothing', 'evaluateEveryEpochs'].map(
      (path) => ({ path }),
    ),
  ]
}
