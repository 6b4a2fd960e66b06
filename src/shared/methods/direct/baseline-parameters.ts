import { distillationWeights, imageBatchParameters, temperature } from '../../parameters/distillation-parameters.ts'
import {
  choice,
  integer,
  maximumInteger,
  maximumSteps,
  positive,
  remainderPrecision,
  real,
  seedParameter,
  type ParameterDescription,
} from '../../parameters/parameter-controls.ts'
import { directMethods } from './methods.ts'

/** Every leaf of a baseline's configuration. */
export const baselineParameters: readonly ParameterDescription[] = [
  {
    path: 'method',
    title: 'Method',
    sentence: 'What is done to the kernels that a compression would represent.',
    group: 'Method',
    control: choice(Object.fromEntries(Object.entries(directMethods).map(([method, { title }]) => [method, title]))),
  },
  ...Object.values(directMethods).flatMap(({ parameters }) => parameters),
  {
    path: 'distillation.steps',
    title: 'Distillation steps',
    unit: 'steps',
    sentence: 'Updates of a copy that computes as it is stored and learns to answer as the original; 0 trains nothing.',
    group: 'Distillation phase',
    control: integer(0, maximumSteps, 50),
  },
  {
    path: 'distillation.learningRate',
    title: 'Learning rate',
    sentence: 'Size of an update of Adam at the start; falls along a cosine.',
    group: 'Distillation phase',
    control: positive(10, 0.0001),
  },
  {
    path: 'distillation.minLearningRate',
    title: 'Final learning rate',
    sentence: 'What the cosine falls to at the last step.',
    group: 'Distillation phase',
    control: real(0, 10, 0.000001),
  },
  {
    path: 'distillation.rateWarmupSteps',
    title: 'Learning-rate warm-up',
    unit: 'steps',
    sentence: 'Steps over which the learning rate rises from zero before the cosine begins.',
    group: 'Distillation phase',
    control: integer(0, maximumSteps, 10),
  },
  ...imageBatchParameters,
  ...distillationWeights,
  temperature,
  {
    path: 'storage.remainder',
    title: 'Remainder precision',
    sentence: 'Precision of what is no represented kernel: batch-norm, classifier, other layers.',
    group: 'Storage',
    control: remainderPrecision,
  },
  {
    path: 'storage.entropyCoding',
    title: 'Entropy coding',
    sentence: 'Codes and halves are range coded where that is shorter; without it they take exactly their bits.',
    group: 'Storage',
    control: { type: 'switch' },
  },
  {
    path: 'checkpointEverySteps',
    title: 'Checkpoint every',
    unit: 'steps',
    sentence: 'How much work a killed distillation can lose.',
    group: 'Storage',
    control: integer(1, maximumInteger, 100),
  },
  seedParameter('Storage'),
]
