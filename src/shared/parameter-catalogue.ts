/**
 * Every leaf of a configuration, described for people: the editor draws its fields from this table, the comparison
 * names its rows by it. A test checks that it covers the schemas exactly and repeats their ranges and options.
 */
import type { ExperimentKind } from './experiment-config.ts'

export type ParameterControl =
  | {
      readonly type: 'number'
      readonly isInteger: boolean
      readonly minimum: number
      readonly maximum: number
      /** True when `minimum` itself is not allowed. */
      readonly isMinimumExclusive?: boolean
      /** What an arrow key adds. */
      readonly step: number
    }
  | { readonly type: 'choice'; readonly options: readonly { readonly value: string; readonly title: string }[] }
  | { readonly type: 'switch' }
  | {
      readonly type: 'text'
      /** Values known to work, for a list to choose from. */
      readonly suggestions: readonly string[]
    }

export interface ParameterDescription {
  /** Dotted path in the configuration, e.g. `predictor.hiddenSize`. */
  readonly path: string
  readonly title: string
  /** `steps`, `kernels`, `images` ...; absent for a plain number. */
  readonly unit?: string
  /** One sentence: what it does and which way to turn it. */
  readonly sentence: string
  /** Heading it stands under. */
  readonly group: string
  readonly control: ParameterControl
}

/** Identifiers of the zoo; a test compares them with it, because windows cannot import it. */
const trainableArchitectures = ['20', '32', '44', '56', '110'].flatMap((depth) => [
  `resnet${depth}-cifar-a`,
  `resnet${depth}-cifar-b`,
])

const maximumSteps = 10_000_000
/** zod's `int()` accepts safe integers. */
const maximumInteger = Number.MAX_SAFE_INTEGER

function integer(minimum: number, maximum: number, step = 1): ParameterControl {
  return { type: 'number', isInteger: true, minimum, maximum, step }
}

function real(minimum: number, maximum: number, step: number): ParameterControl {
  return { type: 'number', isInteger: false, minimum, maximum, step }
}

function positive(maximum: number, step: number): ParameterControl {
  return { type: 'number', isInteger: false, minimum: 0, isMinimumExclusive: true, maximum, step }
}

function choice(titles: Readonly<Record<string, string>>): ParameterControl {
  return { type: 'choice', options: Object.entries(titles).map(([value, title]) => ({ value, title })) }
}

const augmentation = choice({ none: 'None', 'flip-crop': 'Flips and crops' })
const keep = choice({ 'best-validation': 'Best on validation', last: 'Last' })
const precision = choice({ float32: '32-bit float', float16: '16-bit float' })

function optimizerParameters(phase: string, group: string): readonly ParameterDescription[] {
  const row = (
    leaf: string,
    title: string,
    sentence: string,
    control: ParameterControl,
    unit?: string,
  ): ParameterDescription => ({
    path: `${phase}.optimizer.${leaf}`,
    title,
    sentence,
    group,
    control,
    ...(unit === undefined ? {} : { unit }),
  })
  return [
    row(
      'type',
      'Optimiser',
      'Muon orthogonalises the updates of hidden matrices and learns weights fastest; Ranger is the published one.',
      choice({ adam: 'Adam', ranger: 'Ranger', muon: 'Muon' }),
    ),
    row(
      'learningRate',
      'Learning rate',
      'Size of an update at the start of the schedule; too high diverges, too low wastes steps.',
      positive(10, 0.001),
    ),
    row(
      'minLearningRate',
      'Final learning rate',
      'What the schedule falls to at the last step of the phase.',
      real(0, 10, 0.000001),
    ),
    row(
      'schedule',
      'Schedule',
      'How the learning rate falls from its start to its final value.',
      choice({ cosine: 'Cosine', exponential: 'Exponential', constant: 'Constant' }),
    ),
    row(
      'warmupSteps',
      'Learning-rate warm-up',
      'Steps over which the learning rate rises from zero before the schedule begins.',
      integer(0, maximumSteps, 10),
      'steps',
    ),
    row('beta1', 'Beta 1', 'Decay of the running mean of gradients (momentum).', real(0, 0.9999, 0.01)),
    row('beta2', 'Beta 2', 'Decay of the running mean of squared gradients.', real(0, 0.999999, 0.001)),
    row('epsilon', 'Epsilon', 'Added to the denominator of an update so that it stays finite.', positive(1, 1e-8)),
    row('weightDecay', 'Weight decay', 'Pulls predictor parameters towards zero at each step.', real(0, 1, 0.0001)),
  ]
}

function samplingParameters(phase: string, group: string): readonly ParameterDescription[] {
  return [
    {
      path: `${phase}.sampling.method`,
      title: 'Kernel sampling',
      sentence: 'Which kernels get a gradient in a step: all of them, or a random part that makes a step cheaper.',
      group,
      control: choice({
        all: 'All kernels',
        uniform: 'Uniform',
        'uniform-with-replacement': 'Uniform, with replacement',
        'magnitude-weighted': 'Weighted by magnitude',
      }),
    },
    {
      path: `${phase}.sampling.kernels`,
      title: 'Kernels a step',
      unit: 'kernels',
      sentence: 'How many kernels are drawn in a step; ignored when all are used.',
      group,
      control: integer(1, 10_000_000, 256),
    },
  ]
}

const seedParameter = (group: string): ParameterDescription => ({
  path: 'seed',
  title: 'Seed',
  sentence: 'Start of every random choice; the same seed on the same machine repeats the run bit for bit.',
  group,
  control: integer(0, 2 ** 32 - 1),
})

const compressParameters: readonly ParameterDescription[] = [
  {
    path: 'predictor.hiddenSize',
    title: 'Hidden size',
    unit: 'units',
    sentence: 'Width of the predictor: the main knob between size and accuracy; its bytes grow with the square.',
    group: 'Predictor',
    control: integer(1, 8192, 8),
  },
  {
    path: 'predictor.blocks',
    title: 'Layers',
    unit: 'layers',
    sentence: 'Linear layers of the predictor in all, the last one included.',
    group: 'Predictor',
    control: integer(2, 16),
  },
  {
    path: 'predictor.activation',
    title: 'Activation',
    sentence: 'Non-linearity between the layers of the predictor.',
    group: 'Predictor',
    control: choice({ relu: 'ReLU' }),
  },
  {
    path: 'embedding.type',
    title: 'Embedding',
    sentence: 'How a kernel coordinate becomes the input of the predictor.',
    group: 'Predictor',
    control: choice({ positional: 'Positional', fourier: 'Random Fourier features' }),
  },
  {
    path: 'embedding.base',
    title: 'Embedding base',
    sentence:
      'Factor between the frequencies of neighbouring levels; below 1 the frequencies fall, and curves get smoother.',
    group: 'Predictor',
    control: positive(4, 0.01),
  },
  {
    path: 'embedding.levels',
    title: 'Embedding levels',
    unit: 'levels',
    sentence: 'Frequencies for each of the three coordinates; each adds six inputs to the predictor.',
    group: 'Predictor',
    control: integer(1, 256),
  },
  {
    path: 'permutation.mode',
    title: 'Permutation',
    sentence: 'Reorders kernels so that neighbours are alike and easier to predict; the order is stored and counted.',
    group: 'Permutation',
    control: choice({ none: 'None', 'in-filter': 'Within each filter', 'cross-filter': 'Across filters' }),
  },
  {
    path: 'reconstruction.steps',
    title: 'Reconstruction steps',
    unit: 'steps',
    sentence: 'Updates of the first phase, which fits the weights alone and needs no images; 0 skips it.',
    group: 'Reconstruction phase',
    control: integer(0, maximumSteps, 500),
  },
  ...samplingParameters('reconstruction', 'Reconstruction phase'),
  ...optimizerParameters('reconstruction', 'Reconstruction phase'),
  {
    path: 'distillation.steps',
    title: 'Distillation steps',
    unit: 'steps',
    sentence: 'Updates of the second phase, which runs images through both networks; 0 skips it.',
    group: 'Distillation phase',
    control: integer(0, maximumSteps, 50),
  },
  ...samplingParameters('distillation', 'Distillation phase'),
  {
    path: 'distillation.dataBatch',
    title: 'Image batch',
    unit: 'images',
    sentence: 'Images a step; more make steadier gradients and slower steps.',
    group: 'Distillation phase',
    control: integer(1, 4096, 16),
  },
  {
    path: 'distillation.augmentation',
    title: 'Augmentation',
    sentence: 'Random changes of the training images.',
    group: 'Distillation phase',
    control: augmentation,
  },
  ...optimizerParameters('distillation', 'Distillation phase'),
  {
    path: 'distillation.reconstructionWeight',
    title: 'Weight of reconstruction',
    sentence: 'Factor of the reconstruction loss in the objective.',
    group: 'Objective',
    control: real(0, 1e6, 0.1),
  },
  {
    path: 'distillation.featureMapWeight',
    title: 'Weight of feature maps',
    sentence: 'Factor of feature-map distillation: the distance of normalised feature maps of both networks.',
    group: 'Objective',
    control: real(0, 1e6, 0.0001),
  },
  {
    path: 'distillation.distillationWeight',
    title: 'Weight of distillation',
    sentence: 'Factor of knowledge distillation: the divergence of the softened outputs of both networks.',
    group: 'Objective',
    control: real(0, 1e6, 0.001),
  },
  {
    path: 'distillation.featureMaps',
    title: 'Feature-map variant',
    sentence: 'The formula as the paper documents it, or as the published code computes it.',
    group: 'Objective',
    control: choice({ documented: 'As documented', faithful: 'As published code' }),
  },
  {
    path: 'distillation.distillationForm',
    title: 'Distillation variant',
    sentence: 'Standard divergence, or the published form that adds 1e-4 inside the logarithm.',
    group: 'Objective',
    control: choice({ standard: 'Standard', stabilised: 'Stabilised, as published' }),
  },
  {
    path: 'distillation.temperature',
    title: 'Temperature',
    sentence: 'Softens both outputs before they are compared; 1 leaves them as they are.',
    group: 'Objective',
    control: real(0.1, 100, 0.1),
  },
  {
    path: 'distillation.warmupSteps',
    title: 'Objective warm-up',
    unit: 'steps',
    sentence: 'Steps at the start of the phase in which both kinds of distillation are off.',
    group: 'Objective',
    control: integer(0, maximumSteps, 10),
  },
  {
    path: 'distillation.rampSteps',
    title: 'Objective ramp',
    unit: 'steps',
    sentence: 'Steps after the warm-up over which both rise to their weight; a sudden start can destroy the fit.',
    group: 'Objective',
    control: integer(0, maximumSteps, 10),
  },
  {
    path: 'evaluation.everySteps',
    title: 'Evaluate every',
    unit: 'steps',
    sentence: 'Steps between evaluations on the validation split during distillation; 0 only at the end of a phase.',
    group: 'Evaluation and storage',
    control: integer(0, maximumSteps, 10),
  },
  {
    path: 'evaluation.images',
    title: 'Images while training',
    unit: 'images',
    sentence: 'Validation images used by these evaluations; 0 uses all, and the final evaluation always does.',
    group: 'Evaluation and storage',
    control: integer(0, maximumInteger, 100),
  },
  {
    path: 'evaluation.keep',
    title: 'Predictor kept',
    sentence: 'The last one, or the best on the validation split; the test split never takes part in the choice.',
    group: 'Evaluation and storage',
    control: keep,
  },
  {
    path: 'storage.predictor',
    title: 'Predictor stored as',
    sentence: 'Precision of the stored predictor; accuracy is reported after rounding to it.',
    group: 'Evaluation and storage',
    control: precision,
  },
  {
    path: 'storage.remainder',
    title: 'Remainder stored as',
    sentence: 'Precision of everything the predictor does not represent: batch-norm, classifier, other layers.',
    group: 'Evaluation and storage',
    control: precision,
  },
  {
    path: 'checkpointEverySteps',
    title: 'Checkpoint every',
    unit: 'steps',
    sentence: 'Steps between checkpoints: what a crash or a pause can cost at most.',
    group: 'Evaluation and storage',
    control: integer(1, maximumInteger, 100),
  },
  seedParameter('Evaluation and storage'),
]

const trainParameters: readonly ParameterDescription[] = [
  {
    path: 'architecture',
    title: 'Architecture',
    sentence: 'Identifier of the network to train from scratch.',
    group: 'Network',
    control: { type: 'text', suggestions: trainableArchitectures },
  },
  {
    path: 'epochs',
    title: 'Epochs',
    unit: 'epochs',
    sentence: 'Passes over the training split.',
    group: 'Training',
    control: integer(1, 10_000),
  },
  {
    path: 'batchSize',
    title: 'Image batch',
    unit: 'images',
    sentence: 'Images a step.',
    group: 'Training',
    control: integer(1, 4096, 16),
  },
  {
    path: 'augmentation',
    title: 'Augmentation',
    sentence: 'Random changes of the training images.',
    group: 'Training',
    control: augmentation,
  },
  {
    path: 'labelSmoothing',
    title: 'Label smoothing',
    sentence: 'Share of the target spread over all classes; 0 trains on the plain labels.',
    group: 'Training',
    control: real(0, 0.9, 0.01),
  },
  {
    path: 'learningRate',
    title: 'Learning rate',
    sentence: 'Size of an update after the warm-up; falls along a cosine.',
    group: 'Optimiser',
    control: positive(10, 0.01),
  },
  {
    path: 'minLearningRate',
    title: 'Final learning rate',
    sentence: 'What the cosine falls to at the end.',
    group: 'Optimiser',
    control: real(0, 10, 0.001),
  },
  {
    path: 'warmupEpochs',
    title: 'Warm-up',
    unit: 'epochs',
    sentence: 'Epochs over which the learning rate rises from zero.',
    group: 'Optimiser',
    control: real(0, 1000, 0.5),
  },
  {
    path: 'momentum',
    title: 'Momentum',
    sentence: 'Share of the last update that is carried into the next.',
    group: 'Optimiser',
    control: real(0, 0.9999, 0.01),
  },
  {
    path: 'nesterov',
    title: 'Nesterov momentum',
    sentence: 'Looks ahead along the momentum before taking the gradient.',
    group: 'Optimiser',
    control: { type: 'switch' },
  },
  {
    path: 'weightDecay',
    title: 'Weight decay',
    sentence: 'Pulls weights towards zero at each step.',
    group: 'Optimiser',
    control: real(0, 1, 0.0001),
  },
  {
    path: 'evaluateEveryEpochs',
    title: 'Evaluate every',
    unit: 'epochs',
    sentence: 'Epochs between evaluations on the validation split.',
    group: 'Evaluation',
    control: integer(1, maximumInteger),
  },
  {
    path: 'keep',
    title: 'Network kept',
    sentence: 'The last one, or the best on the validation split; the test split never takes part in the choice.',
    group: 'Evaluation',
    control: keep,
  },
  seedParameter('Evaluation'),
]

/** Rows in the order an editor shows them; rows of a group stand together. */
export const parameterCatalogue: Readonly<Record<ExperimentKind, readonly ParameterDescription[]>> = {
  compress: compressParameters,
  train: trainParameters,
}

/** The row of a leaf of either kind; undefined for the constants `version` and `kind`. */
export function describeParameter(path: string): ParameterDescription | undefined {
  return [...compressParameters, ...trainParameters].find((row) => row.path === path)
}
