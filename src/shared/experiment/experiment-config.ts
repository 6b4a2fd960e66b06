/**
 * What an experiment is made of. Defaults are the studio's own fast recipe (docs/method.md); the published recipe
 * is a preset. Every field has a row in `parameter-catalogue.ts` with its title, unit and sentence. No field has a default:
 * what older configurations lack is filled in by `config-migrations.ts`.
 */
import { z } from 'zod'
import { preprocessingPresetIds } from '../network/preprocessing.ts'

/** Of a configuration. Grows with every change that an older studio could not read, or would read wrongly. */
export const configVersion = 2

const positiveInteger = z.int().min(1)
const steps = z.int().min(0).max(10_000_000)

/** Optimiser of one phase. `learningRate` falls to `minLearningRate` along `schedule`. */
export const optimizerConfigSchema = z.strictObject({
  type: z.enum(['adam', 'ranger', 'muon']),
  learningRate: z.number().positive().max(10),
  minLearningRate: z.number().min(0).max(10),
  schedule: z.enum(['cosine', 'exponential', 'constant']),
  warmupSteps: steps,
  beta1: z.number().min(0).max(0.9999),
  beta2: z.number().min(0).max(0.999999),
  epsilon: z.number().positive().max(1),
  weightDecay: z.number().min(0).max(1),
})
export type OptimizerConfig = z.infer<typeof optimizerConfigSchema>

/**
 * Optimiser that changes a predictor gently: of the phases with images. Without its warm-up the first step of Adam, whose
 * moments know one gradient, moves every parameter by the whole rate and undoes much of a good fit (docs/adr/0012).
 */
export const gentleOptimizer: OptimizerConfig = {
  type: 'adam',
  learningRate: 2e-4,
  minLearningRate: 1e-6,
  schedule: 'cosine',
  warmupSteps: 20,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
}

/** Which kernels get a gradient in a step (method 4.2). `kernels` is ignored by `all`. */
const samplingConfigSchema = z.strictObject({
  method: z.enum(['all', 'uniform', 'uniform-with-replacement', 'magnitude-weighted']),
  kernels: positiveInteger.max(10_000_000),
})

/** Phase 1: fit the weights alone. Predicts only the sampled kernels; needs no data. */
const reconstructionPhaseSchema = z.strictObject({
  steps,
  optimizer: optimizerConfigSchema,
  sampling: samplingConfigSchema,
})

const jitterStrength = z.number().min(0).max(1)
const colourJitterSchema = z.strictObject({
  brightness: jitterStrength,
  contrast: jitterStrength,
  saturation: jitterStrength,
})
/** Strengths as torchvision's ColorJitter takes them: a factor of 1 - s to 1 + s; 0 leaves it out. */
export type ColourJitter = Readonly<z.infer<typeof colourJitterSchema>>
export const noColourJitter = { brightness: 0, contrast: 0, saturation: 0 } as const satisfies ColourJitter

/** Random changes of training images, in this order. */
const augmentationFields = {
  augmentation: z.enum(['none', 'flip-crop', 'resized-crop']),
  colourJitter: colourJitterSchema,
  /** alpha of Beta(alpha, alpha), which draws the share of an image's partner (Zhang et al. 2018); 0 mixes nothing. */
  mixup: z.number().min(0).max(10),
}

/** Phase 2: the full objective with images through original and reconstructed network (method 3). */
const distillationPhaseSchema = z.strictObject({
  steps,
  optimizer: optimizerConfigSchema,
  sampling: samplingConfigSchema,
  /**
   * Steps between predictions of all kernels; between them only the sampled ones are predicted, and the networks see the
   * others as they last were. 0 and 1 predict all in every step, as the paper does and sampling of `all` must.
   */
  refreshEverySteps: steps,
  /** What both networks see: the training split, or noise for a method without data (method 6). */
  images: z.enum(['dataset', 'uniform-noise', 'gaussian-noise']),
  dataBatch: positiveInteger.max(4096),
  /** Of a data set's images; noise is left as it is. */
  ...augmentationFields,
  reconstructionWeight: z.number().min(0).max(1e6),
  featureMapWeight: z.number().min(0).max(1e6),
  distillationWeight: z.number().min(0).max(1e6),
  featureMaps: z.enum(['documented', 'faithful']),
  distillationForm: z.enum(['standard', 'stabilised']),
  temperature: z.number().min(0.1).max(100),
  /** Steps at the start in which feature-map and knowledge distillation are off. */
  warmupSteps: steps,
  /** Steps over which both rise linearly to their weight, after the warm-up. */
  rampSteps: steps,
})

/**
 * Phase 3: the full objective while the predictor is rounded to its stored precision (method 7.2). Images, sampling and
 * weights of the terms are those of the distillation phase.
 */
const quantisationPhaseSchema = z.strictObject({
  steps,
  /**
   * How the predictor is trained as integers. `straight-through`: all layers are rounded in every step, and gradients
   * pass. `layer-by-layer`: a layer is rounded once, and the layers behind it learn on to make up for that, in equal shares
   * of the steps (after Zhou et al. 2017, incremental network quantisation).
   */
  method: z.enum(['straight-through', 'layer-by-layer']),
  optimizer: optimizerConfigSchema,
})

/** Precisions of a stored predictor; integers have a float16 scale a row, and biases stay float16. */
export const predictorPrecisions = [
  'float32',
  'float16',
  'int8',
  'int7',
  'int6',
  'int5',
  'int4',
  'int3',
  'int2',
] as const
export type PredictorPrecision = (typeof predictorPrecisions)[number]
/** The same for kernels that are stored themselves; float32 would be the original. */
const baselinePrecisions = ['float16', 'int8', 'int7', 'int6', 'int5', 'int4', 'int3', 'int2'] as const

/** Of what is stored beside represented weights. With `int8` batch-norm variances stay float16. */
const remainderPrecisions = ['float32', 'float16', 'int8'] as const
export type RemainderPrecision = (typeof remainderPrecisions)[number]

export const compressConfigSchema = z.strictObject({
  version: z.literal(configVersion),
  kind: z.literal('compress'),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1),
  /**
   * The completed run whose predictor is the first one here; absent: random weights. Network, representation, embedding,
   * predictor and permutation must be those of that run. Chosen as a network is, so no field of an editor.
   */
  start: z.strictObject({ runId: z.string().min(1) }).optional(),
  /** What is represented beside the network's own represented layers. */
  representation: z.strictObject({
    /** Weights of linear layers: a kernel of 1 x 1 for each output and input. */
    linearLayers: z.boolean(),
  }),
  embedding: z.strictObject({
    type: z.enum(['positional', 'fourier']),
    base: z.number().positive().max(4),
    levels: positiveInteger.max(256),
  }),
  predictor: z.strictObject({
    hiddenSize: positiveInteger.max(8192),
    /** Linear layers in all, the last one included. */
    blocks: z.int().min(2).max(16),
    activation: z.enum(['relu']),
  }),
  permutation: z.strictObject({
    mode: z.enum(['none', 'in-filter', 'cross-filter']),
    /** What follows the greedy path. */
    refinement: z.enum(['none', '2-opt']),
    /** Passes over a path at most; ignored without a refinement. */
    refinementPasses: positiveInteger.max(100),
  }),
  reconstruction: reconstructionPhaseSchema,
  distillation: distillationPhaseSchema,
  quantisation: quantisationPhaseSchema,
  evaluation: z.strictObject({
    /** Steps between evaluations on the validation split during distillation; 0 = only at the end of a phase. */
    everySteps: steps,
    /** Images of the validation split used while training; 0 = all. The final evaluation always uses all. */
    images: z.int().min(0),
    /** Which predictor is kept: the best on the validation split, or the last. */
    keep: z.enum(['best-validation', 'last']),
  }),
  storage: z.strictObject({
    /** Precision the predictor is stored at; accuracy is reported after rounding to it. */
    predictor: z.enum(predictorPrecisions),
    /** How integers are found: the nearest, or so that errors of a layer make up for each other. */
    rounding: z.enum(['nearest', 'compensated']),
    /**
     * Bits a weight of integers takes at most, on average, once it is entropy coded: steps between codes are widened until
     * it does. 0 leaves the steps that round best.
     */
    codedBits: z.number().min(0).max(8),
    /**
     * The first layer as it was fitted, or as a table of each coordinate where that has fewer numbers; the weights it gives
     * are the same (docs/adr/0009).
     */
    firstLayer: z.enum(['weights', 'smaller']),
    /** Share of each hidden matrix of the predictor, its smallest weights, that becomes zero (method 7.2). */
    pruning: z.number().min(0).max(0.99),
    /** What pruned weights stay zero in: the phases from this one on, or nothing but the file. */
    pruneBefore: z.enum(['distillation', 'quantisation', 'storing']),
    /** Precision of what is not represented (batch-norm, classifier, other layers). */
    remainder: z.enum(remainderPrecisions),
  }),
  /** Steps between checkpoints. */
  checkpointEverySteps: positiveInteger,
})
export type CompressConfig = z.infer<typeof compressConfigSchema>
export type AugmentationConfig = Readonly<
  Pick<CompressConfig['distillation'], 'augmentation' | 'colourJitter' | 'mixup'>
>

export const trainConfigSchema = z.strictObject({
  version: z.literal(configVersion),
  kind: z.literal('train'),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1),
  /** Identifier in the zoo, e.g. `resnet20-cifar-b`. */
  architecture: z.string().min(1),
  epochs: positiveInteger.max(10_000),
  batchSize: positiveInteger.max(4096),
  learningRate: z.number().positive().max(10),
  minLearningRate: z.number().min(0).max(10),
  warmupEpochs: z.number().min(0).max(1000),
  momentum: z.number().min(0).max(0.9999),
  nesterov: z.boolean(),
  weightDecay: z.number().min(0).max(1),
  labelSmoothing: z.number().min(0).max(0.9),
  /** Regularised training towards kernels that are like their neighbours (method 5.1). */
  smoothness: z.strictObject({
    form: z.enum(['cosine', 'l2']),
    /** Factor of the term, which is a sum over all pairs of neighbours; 0 leaves it out. */
    weight: z.number().min(0).max(1),
  }),
  ...augmentationFields,
  /** Of its images: that of the network it starts from or usual for the architecture, or a preset. */
  preprocessing: z.enum(['default', ...preprocessingPresetIds]),
  evaluateEveryEpochs: positiveInteger,
  keep: z.enum(['best-validation', 'last']),
})
export type TrainConfig = z.infer<typeof trainConfigSchema>

/** How a baseline stores the kernels (docs/baselines.md). */
const baselineMethods = ['quantisation', 'weight-sharing', 'low-rank', 'pruning'] as const

/** A baseline without training, and what its distillation begins with once it is given steps. */
export const noDistillation = {
  steps: 0,
  learningRate: 5e-4,
  minLearningRate: 1e-6,
  rateWarmupSteps: 20,
  dataBatch: 64,
  augmentation: 'flip-crop',
  colourJitter: noColourJitter,
  mixup: 0,
  featureMapWeight: 0.1,
  distillationWeight: 1,
  temperature: 1,
} as const

/** What people would do instead of a predictor: the kernels themselves, in fewer bytes, in the same accounting. */
export const baselineConfigSchema = z.strictObject({
  version: z.literal(configVersion),
  kind: z.literal('baseline'),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1),
  method: z.enum(baselineMethods),
  /** Of the method `quantisation`; others ignore it, as every method ignores the settings of the others. */
  quantisation: z.strictObject({ precision: z.enum(baselinePrecisions) }),
  weightSharing: z.strictObject({
    /** A layer shares 2^bits weights. */
    bits: z.int().min(1).max(8),
    /** Of k-means, at most. */
    iterations: positiveInteger.max(10_000),
  }),
  lowRank: z.strictObject({
    /** How kernels become a matrix: a row a filter, or a vertical after a horizontal convolution. */
    unfolding: z.enum(['filters', 'separable']),
    /** What `share` is of: the squared norm that must be reached, or the full rank. */
    rule: z.enum(['energy', 'rank']),
    share: z.number().positive().max(1),
  }),
  pruning: z.strictObject({
    /** Share of all represented weights that is kept, the largest ones. */
    kept: z.number().positive().max(1),
    values: z.enum(['float16', 'int8']),
  }),
  storage: z.strictObject({
    /** Precision of what is not a represented kernel, as in a compression. */
    remainder: z.enum(remainderPrecisions),
    /** Whether codes are entropy coded where that is shorter; else they take exactly their bits. */
    entropyCoding: z.boolean(),
  }),
  /**
   * Steps in which a copy of the network, as it is stored, learns to answer as the original does; of the methods
   * `quantisation` (integers) and `pruning`. Adam; the learning rate falls along a cosine.
   */
  distillation: z.strictObject({
    steps,
    learningRate: z.number().positive().max(10),
    minLearningRate: z.number().min(0).max(10),
    /** Steps in which the learning rate rises. */
    rateWarmupSteps: steps,
    dataBatch: positiveInteger.max(4096),
    ...augmentationFields,
    featureMapWeight: z.number().min(0).max(1e6),
    distillationWeight: z.number().min(0).max(1e6),
    temperature: z.number().min(0.1).max(100),
  }),
  /** Steps between checkpoints. */
  checkpointEverySteps: positiveInteger,
})
export type BaselineConfig = z.infer<typeof baselineConfigSchema>

export const experimentConfigSchema = z.discriminatedUnion('kind', [
  compressConfigSchema,
  trainConfigSchema,
  baselineConfigSchema,
])
export type ExperimentConfig = z.infer<typeof experimentConfigSchema>
export const experimentKinds = ['compress', 'train', 'baseline'] as const satisfies readonly ExperimentConfig['kind'][]
export type ExperimentKind = ExperimentConfig['kind']
