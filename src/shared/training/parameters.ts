import { architectureCatalogue } from '../network/architecture-catalogue.ts'
import { preprocessingPresets } from '../network/preprocessing.ts'
import {
  augmentationParameters,
  choice,
  integer,
  keep,
  maximumInteger,
  positive,
  real,
  seedParameter,
  type ParameterDescription,
} from '../parameters/parameter-controls.ts'

/** Every leaf of a training's configuration. */
export const trainParameters: readonly ParameterDescription[] = [
  {
    path: 'architecture',
    title: 'Architecture',
    sentence: 'Architecture of the network to train.',
    group: 'network',
    control: { type: 'text', suggestions: architectureCatalogue.map(({ id }) => id) },
  },
  {
    path: 'epochs',
    title: 'Epochs',
    unit: 'epochs',
    sentence: 'Passes over the training split.',
    group: 'training',
    control: integer(1, 10_000),
  },
  {
    path: 'batchSize',
    title: 'Image batch',
    unit: 'images',
    sentence: 'Images in a step.',
    group: 'training',
    control: integer(1, 4096, 16),
  },
  ...augmentationParameters('', 'training', ', and their labels with them'),
  {
    path: 'preprocessing',
    title: 'Preprocessing',
    sentence:
      'Mean and deviation for normalising images, kept with the network. By default those of the network it starts from, else ImageNet.',
    group: 'training',
    control: choice({
      default: 'As the network has it',
      ...Object.fromEntries(Object.entries(preprocessingPresets).map(([id, { title }]) => [id, title])),
    }),
  },
  {
    path: 'labelSmoothing',
    title: 'Label smoothing',
    sentence: 'Share of the target that is spread over all classes; 0 trains on the plain labels.',
    group: 'training',
    control: real(0, 0.9, 0.01),
  },
  {
    path: 'smoothness.weight',
    title: 'Weight of smoothness',
    sentence:
      'Factor of a term that makes neighbouring kernels similar, and so easier to predict. Published values are 1e-6 to 1e-4; 0 turns it off.',
    group: 'training',
    control: real(0, 1, 0.00001),
  },
  {
    path: 'smoothness.form',
    title: 'Smoothness variant',
    sentence: 'Cosines of neighbouring kernels (distances where a kernel is one number), or distances of all.',
    group: 'training',
    control: choice({ cosine: 'Cosine', l2: 'Distance (L2)' }),
  },
  {
    path: 'learningRate',
    title: 'Learning rate',
    sentence: 'Size of an update after the warm-up; it falls along a cosine.',
    group: 'optimizer',
    control: positive(10, 0.01),
  },
  {
    path: 'minLearningRate',
    title: 'Final learning rate',
    sentence: 'Learning rate at the end of the cosine.',
    group: 'optimizer',
    control: real(0, 10, 0.001),
  },
  {
    path: 'warmupEpochs',
    title: 'Warm-up',
    unit: 'epochs',
    sentence: 'Epochs over which the learning rate rises from zero.',
    group: 'optimizer',
    control: real(0, 1000, 0.5),
  },
  {
    path: 'momentum',
    title: 'Momentum',
    sentence: 'Share of the last update that is carried over into the next.',
    group: 'optimizer',
    control: real(0, 0.9999, 0.01),
  },
  {
    path: 'nesterov',
    title: 'Nesterov momentum',
    sentence: 'Looks ahead along the momentum before taking the gradient.',
    group: 'optimizer',
    control: { type: 'switch' },
  },
  {
    path: 'weightDecay',
    title: 'Weight decay',
    sentence: 'Pulls weights towards zero at each step.',
    group: 'optimizer',
    control: real(0, 1, 0.0001),
  },
  {
    path: 'evaluateEveryEpochs',
    title: 'Evaluate every',
    unit: 'epochs',
    sentence: 'Epochs between evaluations on the validation split.',
    group: 'evaluation',
    control: integer(1, maximumInteger),
  },
  {
    path: 'keep',
    title: 'Network kept',
    sentence: 'The last one, or the best on the validation split; the test split never takes part in the choice.',
    group: 'evaluation',
    control: keep,
  },
  seedParameter('evaluation'),
]
