import { distillationWeights, imageBatchParameters, temperature } from '../../parameters/distillation-parameters.ts'
import {
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

/** Every leaf of a compression's configuration. */
export const compressParameters: readonly ParameterDescription[] = [
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
    path: 'representation.linearLayers',
    title: 'Represent linear layers',
    sentence:
      'The weights of linear layers are predicted too, one kernel of 1 x 1 for each, instead of kept: beyond the paper, and more to learn for the same predictor.',
    group: 'Predictor',
    control: { type: 'switch' },
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
    path: 'permutation.refinement',
    title: 'Refinement',
    sentence: 'Stretches of the greedy order are turned round (2-opt) wherever that makes neighbours more alike.',
    group: 'Permutation',
    control: choice({ none: 'None', '2-opt': '2-opt' }),
  },
  {
    path: 'permutation.refinementPasses',
    title: 'Refinement passes',
    unit: 'passes',
    sentence: 'How often the refinement goes over an order at most; it ends earlier when nothing improves.',
    group: 'Permutation',
    control: integer(1, 100),
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
    path: 'distillation.refreshEverySteps',
    title: 'Predict all kernels every',
    unit: 'steps',
    sentence:
      'Between, a step predicts its sampled kernels only and takes the others as they last were: faster for large networks, and less accurate the more of them are old. 0 or 1 predicts all in each step.',
    group: 'Distillation phase',
    control: integer(0, maximumSteps, 1),
  },
  {
    path: 'distillation.images',
    title: 'Images',
    sentence:
      'What both networks see: the training split, or noise where there is no data; accuracy is measured on the data set all the same.',
    group: 'Distillation phase',
    control: choice({
      dataset: 'Data set',
      'uniform-noise': 'Uniform noise, as published',
      'gaussian-noise': 'Gaussian noise',
    }),
  },
  ...imageBatchParameters,
  ...optimizerParameters('distillation', 'Distillation phase'),
  {
    path: 'distillation.reconstructionWeight',
    title: 'Weight of reconstruction',
    sentence: 'Factor of the reconstruction loss in the objective.',
    group: 'Objective',
    control: real(0, 1e6, 0.1),
  },
  ...distillationWeights,
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
  temperature,
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
    path: 'quantisation.steps',
    title: 'Quantisation steps',
    unit: 'steps',
    sentence:
      'Updates of the third phase, which distils on while the predictor is rounded for storage; 0 only rounds it at the end.',
    group: 'Quantisation phase',
    control: integer(0, maximumSteps, 50),
  },
  {
    path: 'quantisation.method',
    title: 'Trained as integers',
    sentence:
      'Layer by layer: each layer is rounded once and those behind it learn on. Straight-through: all are rounded in every step.',
    group: 'Quantisation phase',
    control: choice({ 'straight-through': 'Straight-through', 'layer-by-layer': 'Layer by layer' }),
  },
  ...optimizerParameters('quantisation', 'Quantisation phase'),
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
    sentence:
      'Precision of the stored predictor; accuracy is reported after rounding to it. Below 8 bits it needs quantisation steps.',
    group: 'Evaluation and storage',
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
      'Each weight to the nearest, or so that the errors of a layer make up for each other on the coordinates there are.',
    group: 'Evaluation and storage',
    control: choice({ nearest: 'Nearest', compensated: 'Compensated' }),
  },
  {
    path: 'storage.codedBits',
    title: 'Coded size at most',
    unit: 'bits a weight',
    sentence:
      'Integers are entropy coded; the steps between them are widened until a weight takes this much on average. 0 keeps the steps that round best.',
    group: 'Evaluation and storage',
    control: real(0, 8, 0.1),
  },
  {
    path: 'storage.firstLayer',
    title: 'First layer stored as',
    sentence:
      'The weights of its embedding, or a table of each coordinate where that has fewer numbers. Both predict the same weights.',
    group: 'Evaluation and storage',
    control: choice({ weights: 'Weights', smaller: 'The smaller of weights and tables' }),
  },
  {
    path: 'storage.pruning',
    title: 'Pruned share',
    sentence:
      'Share of the weights of each hidden matrix of the predictor, the smallest ones, that is set to zero and not stored; 0 keeps all.',
    group: 'Evaluation and storage',
    control: real(0, 0.99, 0.05),
  },
  {
    path: 'storage.pruneBefore',
    title: 'Pruned before',
    sentence: 'The phases from this one on train with the pruned weights held at zero, so that accuracy can recover.',
    group: 'Evaluation and storage',
    control: choice({ distillation: 'Distillation', quantisation: 'Quantisation', storing: 'Storing' }),
  },
  {
    path: 'storage.remainder',
    title: 'Remainder stored as',
    sentence:
      'Precision of everything the predictor does not represent: batch-norm, classifier, other layers. With 8 bits, batch-norm variances stay 16-bit floats.',
    group: 'Evaluation and storage',
    control: remainderPrecision,
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
