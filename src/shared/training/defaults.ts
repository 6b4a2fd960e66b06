import { configVersion, noColourJitter } from '../experiment/config-fields.ts'
import type { TrainConfig } from './config.ts'

/** What a training begins with. */
export const trainDefaults: TrainConfig = {
  version: configVersion,
  kind: 'train',
  seed: 1,
  architecture: 'resnet20-cifar-b',
  epochs: 40,
  batchSize: 128,
  learningRate: 0.1,
  minLearningRate: 0,
  warmupEpochs: 1,
  momentum: 0.9,
  nesterov: true,
  weightDecay: 5e-4,
  labelSmoothing: 0,
  smoothness: { form: 'cosine', weight: 0 },
  augmentation: 'flip-crop',
  colourJitter: noColourJitter,
  mixup: 0,
  preprocessing: 'default',
  evaluateEveryEpochs: 1,
  keep: 'last',
}
