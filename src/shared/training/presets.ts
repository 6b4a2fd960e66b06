import type { Preset } from '../experiment/preset.ts'
import type { TrainConfig } from './config.ts'
import { trainDefaults } from './defaults.ts'

/** What a training begins with; the only one. */
export const trainPresets: readonly Preset<TrainConfig>[] = [
  {
    id: 'training',
    title: 'Defaults',
    description: 'Stochastic gradient descent with flips and crops, as is usual on CIFAR.',
    config: trainDefaults,
  },
]
