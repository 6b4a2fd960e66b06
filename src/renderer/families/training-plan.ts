import type { TrainConfig } from '#shared/training/config.ts'

export interface TrainingPlan {
  /** Images of a step. */
  readonly batchSize: number
  /** Batches of an epoch; the images that do not fill one sit that epoch out. */
  readonly stepsPerEpoch: number
  readonly steps: number
  /** Images that are shown, repetitions counted. */
  readonly images: number
}

/** What a training on `trainingImages` images will do. */
export function trainingPlan({ batchSize, epochs }: TrainConfig, trainingImages: number): TrainingPlan {
  const stepsPerEpoch = Math.floor(trainingImages / batchSize)
  const steps = stepsPerEpoch * epochs
  return { batchSize, stepsPerEpoch, steps, images: steps * batchSize }
}
