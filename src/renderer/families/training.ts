import { trainPresets } from '#shared/training/presets.ts'
import { architectureTitle } from '#shared/network/architecture-catalogue.ts'
import { formatAmount } from '../format/format.ts'
import { lossChart, withFirstSteps, workCharts } from './chart-outline.ts'
import { trainingPlan } from './training-plan.ts'
import type { WindowFamily } from './window-family.ts'

const afterEpochs = 'Measured after each epoch that is evaluated.'

/** The training of a network. */
export const trainingWindow: WindowFamily<'train'> = {
  form: {
    title: 'Train an original',
    subtitle: 'Train a network; it becomes an original that can be compressed.',
    network: {
      title: 'Starts from',
      sentence: 'Random weights, or a network of the library, which brings its architecture.',
      optional: { title: 'Random weights', architecturePath: 'architecture' },
    },
    datasetSentence: 'Images to train on and to measure accuracy with.',
    presets: trainPresets,
    firstPresetId: 'training',
    startName: 'defaults',
    opensAllGroups: true,
    hasEffect: () => true,
    trainingPlan,
  },
  planText: ({ architecture, epochs }) => `${architectureTitle(architecture)}, ${formatAmount(epochs, 'epoch')}`,
  purpose: ({ architecture }) => `Trains ${architectureTitle(architecture)}`,
  planCells: ({ architecture }) => ({ network: architectureTitle(architecture) }),
  point: { mark: 'diamond', title: 'training', label: ({ architecture }) => architectureTitle(architecture) },
  charts: [
    {
      ...lossChart,
      metrics: [
        ['loss.train', '--series-1'],
        ['loss.epoch', '--series-2'],
      ],
    },
    {
      title: 'Accuracy',
      note: 'while training',
      metrics: [
        ['accuracy.validation', '--series-3'],
        ['accuracy.train', '--series-8'],
      ],
      isLarge: true,
      emptyText: afterEpochs,
    },
    { note: 'mean cosine of neighbours', metrics: [['smoothness', '--series-5']], emptyText: afterEpochs },
    {
      note: 'its part of the objective',
      metrics: [['loss.smoothness', '--series-2']],
      isSmoothed: true,
      emptyText: withFirstSteps,
    },
    ...workCharts,
  ],
  hasSteps: () => true,
  cards: [],
  spentTimes: () => [],
  remarks: () => [],
  advise: ({ learningRate, minLearningRate, warmupEpochs, epochs }) => [
    ...(minLearningRate > learningRate
      ? ['The final learning rate is above the learning rate: the schedule would rise.']
      : []),
    ...(warmupEpochs >= epochs ? ['The warm-up is as long as the whole training.'] : []),
  ],
}
