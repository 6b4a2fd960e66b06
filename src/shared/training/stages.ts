import { batchesOf, evaluationStage, startOf, type PlannedImages, type Stage } from '../experiment/stages.ts'
import type { TrainConfig } from './config.ts'

export const trainingStage = 'training'

/** Whole batches only: the images of an epoch that do not fill one are left out. */
export function stepsPerEpoch({ batchSize }: TrainConfig, trainImages: number): number {
  return Math.floor(trainImages / batchSize)
}

/** Whether the network is measured after so many epochs. */
export function isEpochMeasured({ epochs, evaluateEveryEpochs }: TrainConfig, epoch: number): boolean {
  return epoch % evaluateEveryEpochs === 0 || epoch === epochs
}

/** All stages of the training of a network. */
export function trainingStages(config: TrainConfig, images: PlannedImages): readonly Stage[] {
  const { epochs } = config
  const evaluations = Array.from({ length: epochs }, (_, epoch) => epoch + 1).filter((epoch) =>
    isEpochMeasured(config, epoch),
  ).length
  return [
    { name: trainingStage, units: epochs * stepsPerEpoch(config, images.train) },
    { name: startOf(trainingStage), units: 1, assumedSeconds: 1 },
    {
      name: evaluationStage,
      units: (evaluations + 1) * batchesOf(images, images.validation) + batchesOf(images, images.test),
    },
  ]
}
