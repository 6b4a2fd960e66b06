import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'

export interface TrainingPlan {
  /** Batches of an epoch; the images that do not fill one sit that epoch out. */
  readonly stepsPerEpoch: number
  readonly steps: number
  /** Images that are shown, repetitions counted. */
  readonly images: number
}

/** What a training on `trainingImages` images will do. */
export function trainingPlan(
  config: Extract<ExperimentConfig, { readonly kind: 'train' }>,
  trainingImages: number,
): TrainingPlan {
  const stepsPerEpoch = Math.floor(trainingImages / config.batchSize)
  const steps = stepsPerEpoch * config.epochs
  return { stepsPerEpoch, steps, images: steps * config.batchSize }
}
