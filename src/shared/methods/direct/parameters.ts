import { distillationWeights, imageBatchParameters, temperature } from '../../parameters/distillation-parameters.ts'
import {
  checkpointParameter,
  choice,
  integer,
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
    sentence: 'How the kernels are stored that a predictor would otherwise represent.',
    group: 'method',
    control: choice(Object.fromEntries(Object.entries(directMethods).map(([method, { title }]) => [method, title]))),
  },
  ...Object.values(directMethods).flatMap(({ parameters }) => parameters),
  {
    path: 'distillation.steps',
    title: 'Distillation steps',
    unit: 'steps',
    sentence:
      'Updates of a copy that computes with its stored weights and learns to answer like the original; 0 trains nothing.',
    group: 'distillation-phase',
    control: integer(0, maximumSteps, 50),
  },
  {
    path: 'distillation.learningRate',
    title: 'Learning rate',
    sentence: 'Size of an update of Adam at the start; it falls along a cosine.',
    group: 'distillation-phase',
    control: positive(10, 0.0001),
  },
  {
    path: 'distillation.minLearningRate',
    title: 'Final learning rate',
    sentence: 'Learning rate at the last step.',
    group: 'distillation-phase',
    control: real(0, 10, 0.000001),
  },
  {
    path: 'distillation.rateWarmupSteps',
    title: 'Learning-rate warm-up',
    unit: 'steps',
    sentence: 'Steps over which the learning rate rises from zero before the cosine begins.',
    group: 'distillation-phase',
    control: integer(0, maximumSteps, 10),
  },
  ...imageBatchParameters,
  ...distillationWeights,
  temperature,
  {
    path: 'storage.remainder',
    title: 'Remainder precision',
    sentence: 'Precision of everything but the represented kernels: batch-norm, classifier, other layers.',
    group: 'storage',
    control: remainderPrecision,
  },
  {
    path: 'storage.entropyCoding',
    title: 'Entropy coding',
    sentence: 'Codes and 16-bit floats are entropy coded where that is shorter; otherwise each takes its full width.',
    group: 'storage',
    control: { type: 'switch' },
  },
  checkpointParameter('storage'),
  seedParameter('storage'),
]
