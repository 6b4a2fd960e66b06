import type { Preset } from '../experiment/preset.ts'
import type { TrainConfig } from './config.ts'
import { trainDefaults } from './defaults.ts'

/** What a training begins with. */
export const trainPresets: readonly Preset<TrainConfig>[] = [
  {
    id: 'training',
    title: 'Defaults',
    description: 'Stochastic gradient descent with flips and crops, as is usual on CIFAR.',
    config: trainDefaults,
  },
  {
    id: 'training-resnet18',
    title: 'ResNet-18, six epochs',
    description:
      'A network of 11 million weights for small images, to try compressions of large networks on. Six epochs are about two hours of one processor core.',
    config: { ...trainDefaults, architecture: 'resnet18-cifar', epochs: 6, learningRate: 0.05, warmupEpochs: 1.5 },
  },
]
