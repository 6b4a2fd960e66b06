import { distillationWeights, imageBatchParameters, temperature } from '../../parameters/distillation-parameters.ts'
import {
  checkpointParameter,
  choice,
  integer,
  keep,
  maximumInteger,
  maximumSteps,
  positive,
  remainderPrecision,
  real,
  seedParameter,
  type ParameterControl,
  type ParameterDescription,
} from '../../parameters/parameter-controls.ts'
import type { ParameterGroupId } from '../../parameters/parameter-groups.ts'
import { partitionParameters } from './partition-parameters.ts'

/** Every leaf of a compression's configuration. */
export const compressParameters: readonly ParameterDescription[] = [
  {
    path: 'predictor.hiddenSize',
    title: 'Hidden size',
    unit: 'units',
    sentence: 'Width of the predictor, the main choice between size and accuracy; its bytes grow with the square.',
    group: 'predictor',
    control: integer(1, 8192, 8),
  },
  {
    path: 'predictor.blocks',
    title: 'Layers',
    unit: 'layers',
    sentence: 'Number of linear layers of the predictor, including the last one.',
    group: 'predictor',
    control: integer(2, 16),
  },
  {
    path: 'predictor.activation',
    title: 'Activation',
    sentence: 'Non-linearity between the layers of the predictor.',
    group: 'predictor',
    control: choice({ relu: 'ReLU' }),
  },
  ...partitionParameters,
  {
    path: 'representation.linearLayers',
    title: 'Represent linear layers',
    sentence:
      'Also predicts the weights of linear layers, each as a kernel of 1 x 1, instead of keeping them. This goes beyond the paper and gives the same predictor more to learn.',
    group: 'predictor',
    control: { type: 'switch' },
  },
  {
    path: 'representation.tiles',
    title: 'Tiles of 1 x 1 kernels',
    sentence:
      'Predicts kernels of 1 x 1 nine at a time, three filters by three channels, so that a coordinate gives nine weights instead of one.',
    group: 'predictor',
    control: { type: 'switch' },
  },
  {
    path: 'embedding.type',
    title: 'Embedding',
    sentence: 'How the coordinate of a kernel becomes the input of the predictor.',
    group: 'predictor',
    control: choice({ positional: 'Positional', fourier: 'Random Fourier features' }),
  },
  {
    path: 'embedding.base',
    title: 'Embedding base',
    sentence:
      'Factor from the frequency of one level to the next; below 1 frequencies fall, and the predictor becomes smoother.',
    group: 'predictor',
    control: positive(4, 0.01),
  },
  {
    path: 'embedding.levels',
    title: 'Embedding levels',
    unit: 'levels',
    sentence: 'Frequencies for each of the three coordinates; each adds six inputs to the predictor.',
    group: 'predictor',
    control: integer(1, 256),
  },
  {
    path: 'permutation.mode',
    title: 'Permutation',
    sentence:
      'Reorders kernels so that neighbours are similar and easier to predict; the order is stored and its bytes count.',
    group: 'permutation',
    control: choice({ none: 'None', 'in-filter': 'Within each filter', 'cross-filter': 'Across filters' }),
  },
  {
    path: 'permutation.refinement',
    title: 'Refinement',
    sentence: 'Reverses stretches of the greedy order (2-opt) where that makes neighbours more similar.',
    group: 'permutation',
    control: choice({ none: 'None', '2-opt': '2-opt' }),
  },
  {
    path: 'permutation.refinementPasses',
    title: 'Refinement passes',
    unit: 'passes',
    sentence: 'Largest number of passes over an order; the refinement stops earlier when nothing improves.',
    group: 'permutation',
    control: integer(1, 100),
  },
  {
    path: 'reconstruction.steps',
    title: 'Reconstruction steps',
    unit: 'steps',
    sentence: 'Updates in the first phase, which fits the weights alone and needs no images; 0 skips it.',
    group: 'reconstruction-phase',
    control: integer(0, maximumSteps, 500),
  },
  ...samplingParameters('reconstruction', 'reconstruction-phase'),
  ...optimizerParameters('reconstruction', 'reconstruction-phase'),
  {
    path: 'distillation.steps',
    title: 'Distillation steps',
    unit: 'steps',
    sentence: 'Updates in the second phase, which runs images through both networks; 0 skips it.',
    group: 'distillation-phase',
    control: integer(0, maximumSteps, 50),
  },
  ...samplingParameters('distillation', 'distillation-phase'),
  {
    path: 'distillation.refreshEverySteps',
    title: 'Predict all kernels every',
    unit: 'steps',
    sentence:
      'Steps in between predict only their sampled kernels and reuse older predictions of the others. This is faster for large networks, but less accurate the more kernels are old. 0 or 1 predicts all in each step.',
    group: 'distillation-phase',
    control: integer(0, maximumSteps, 1),
  },
  {
    path: 'distillation.images',
    title: 'Images',
    sentence:
      'What both networks see: the training split, or noise when there is no data. Accuracy is always measured on the data set.',
    group: 'distillation-phase',
    control: choice({
      dataset: 'Data set',
      'uniform-noise': 'Uniform noise, as published',
      'gaussian-noise': 'Gaussian noise',
    }),
  },
  ...imageBatchParameters,
  ...optimizerParameters('distillation', 'distillation-phase'),
  {
    path: 'distillation.reconstructionWeight',
    title: 'Weight of reconstruction',
    sentence: 'Factor of the reconstruction loss in the objective.',
    group: 'objective',
    control: real(0, 1e6, 0.1),
  },
  ...distillationWeights,
  {
    path: 'distillation.featureMaps',
    title: 'Feature-map variant',
    sentence: 'The formula as the paper documents it, or as the published code computes it.',
    group: 'objective',
    control: choice({ documented: 'As documented', faithful: 'As published code' }),
  },
  {
    path: 'distillation.distillationForm',
    title: 'Distillation variant',
    sentence: 'The standard divergence, or the published form, which adds 1e-4 inside the logarithm.',
    group: 'objective',
    control: choice({ standard: 'Standard', stabilised: 'Stabilised, as published' }),
  },
  temperature,
  {
    path: 'distillation.warmupSteps',
    title: 'Objective warm-up',
    unit: 'steps',
    sentence: 'Steps at the start of the phase during which both kinds of distillation are off.',
    group: 'objective',
    control: integer(0, maximumSteps, 10),
  },
  {
    path: 'distillation.rampSteps',
    title: 'Objective ramp',
    unit: 'steps',
    sentence: 'Steps after the warm-up over which both rise to their full weight; a sudden start can destroy the fit.',
    group: 'objective',
    control: integer(0, maximumSteps, 10),
  },
  {
    path: 'quantisation.steps',
    title: 'Quantisation steps',
    unit: 'steps',
    sentence:
      'Updates in the third phase, which continues distillation while the predictor is rounded for storage; 0 only rounds it at the end.',
    group: 'quantisation-phase',
    control: integer(0, maximumSteps, 50),
  },
  {
    path: 'quantisation.method',
    title: 'Trained as integers',
    sentence:
      'Layer by layer rounds each layer once, while the layers after it keep learning. Straight-through rounds all layers in every step.',
    group: 'quantisation-phase',
    control: choice({ 'straight-through': 'Straight-through', 'layer-by-layer': 'Layer by layer' }),
  },
  ...optimizerParameters('quantisation', 'quantisation-phase'),
  {
    path: 'evaluation.everySteps',
    title: 'Evaluate every',
    unit: 'steps',
    sentence:
      'Steps between evaluations on the validation split during distillation; 0 evaluates only at the end of a phase.',
    group: 'evaluation-and-storage',
    control: integer(0, maximumSteps, 10),
  },
  {
    path: 'evaluation.images',
    title: 'Images while training',
    unit: 'images',
    sentence: 'Validation images used by these evaluations; 0 uses all. The final evaluation always uses all.',
    group: 'evaluation-and-storage',
    control: integer(0, maximumInteger, 100),
  },
  {
    path: 'evaluation.keep',
    title: 'Predictor kept',
    sentence: 'The last one, or the best on the validation split; the test split never takes part in the choice.',
    group: 'evaluation-and-storage',
    control: keep,
  },
  {
    path: 'storage.predictor',
    title: 'Predictor stored as',
    sentence:
      'Precision of the stored predictor. Accuracy is measured after rounding to it. Below 8 bits, use quantisation steps.',
    group: 'evaluation-and-storage',
    control: choice({
      float32: '32-bit float',
      float16: '16-bit float',
      int8: '8-bit integers',
      int7: '7-bit integers',
      int6: '6-bit integers',
      int5: '5-bit integers',
      int4: '4-bit integers',
      int3: '3-bit integers',
      int2: '2-bit integers',
    }),
  },
  {
    path: 'storage.rounding',
    title: 'Rounding to integers',
    sentence:
      'Rounds each weight to the nearest value, or so that the errors of a layer cancel out on the existing coordinates.',
    group: 'evaluation-and-storage',
    control: choice({ nearest: 'Nearest', compensated: 'Compensated' }),
  },
  {
    path: 'storage.codedBits',
    title: 'Coded size at most',
    unit: 'bits a weight',
    sentence:
      'Integers are entropy coded. Their steps are widened until a weight takes at most this many bits on average; 0 keeps the steps that round best.',
    group: 'evaluation-and-storage',
    control: real(0, 8, 0.1),
  },
  {
    path: 'storage.firstLayer',
    title: 'First layer stored as',
    sentence:
      'The weights behind its embedding, or a table for each coordinate if that has fewer numbers. Both predict the same weights.',
    group: 'evaluation-and-storage',
    control: choice({ weights: 'Weights', smaller: 'The smaller of weights and tables' }),
  },
  {
    path: 'storage.pruning',
    title: 'Pruned share',
    sentence:
      'Share of the weights in each hidden matrix of the predictor that is set to zero and not stored, smallest first; 0 keeps all.',
    group: 'evaluation-and-storage',
    control: real(0, 0.99, 0.05),
  },
  {
    path: 'storage.pruneBefore',
    title: 'Pruned before',
    sentence: 'From this phase on, training keeps the pruned weights at zero, so that accuracy can recover.',
    group: 'evaluation-and-storage',
    control: choice({ distillation: 'Distillation', quantisation: 'Quantisation', storing: 'Storing' }),
  },
  {
    path: 'storage.remainder',
    title: 'Remainder stored as',
    sentence:
      'Precision of everything the predictor does not represent: batch-norm, classifier, other layers. With 8 bits, batch-norm variances stay 16-bit floats.',
    group: 'evaluation-and-storage',
    control: remainderPrecision,
  },
  checkpointParameter('evaluation-and-storage'),
  seedParameter('evaluation-and-storage'),
]

function optimizerParameters(phase: string, group: ParameterGroupId): readonly ParameterDescription[] {
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
      'Muon makes the updates of hidden matrices orthogonal and fits weights fastest; Ranger is the published choice.',
      choice({ adam: 'Adam', ranger: 'Ranger', muon: 'Muon' }),
    ),
    row(
      'learningRate',
      'Learning rate',
      'Size of an update at the start of the schedule. Too high, and the run diverges; too low, and steps are wasted.',
      positive(10, 0.001),
    ),
    row(
      'minLearningRate',
      'Final learning rate',
      'Learning rate at the last step of the phase.',
      real(0, 10, 0.000001),
    ),
    row(
      'schedule',
      'Schedule',
      'How the learning rate falls from its first to its final value.',
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
    row('epsilon', 'Epsilon', 'Added to the denominator of an update to keep it finite.', positive(1, 1e-8)),
    row('weightDecay', 'Weight decay', 'Pulls predictor parameters towards zero at each step.', real(0, 1, 0.0001)),
  ]
}

function samplingParameters(phase: string, group: ParameterGroupId): readonly ParameterDescription[] {
  return [
    {
      path: `${phase}.sampling.method`,
      title: 'Kernel sampling',
      sentence: 'Which kernels get a gradient in a step: all of them, or a random sample, which makes steps cheaper.',
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
      title: 'Kernels per step',
      unit: 'kernels',
      sentence: 'How many kernels are sampled in a step; ignored when all are used.',
      group,
      control: integer(1, 10_000_000, 256),
    },
  ]
}
