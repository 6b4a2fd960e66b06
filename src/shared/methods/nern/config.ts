/**
 * What a compression by a predictor is made of: the method of the paper. The published recipe is a preset. Every field has a
 * row in `parameters.ts` with its title, unit and sentence.
 */
import { z } from 'zod'
import {
  augmentationFields,
  configVersion,
  optimizerConfigSchema,
  positiveInteger,
  remainderPrecisions,
  seedField,
  stepsField,
} from '../../experiment/config-fields.ts'

/** Which kernels get a gradient in a step (method 4.2). `kernels` is ignored by `all`. */
const samplingConfigSchema = z.strictObject({
  method: z.enum(['all', 'uniform', 'uniform-with-replacement', 'magnitude-weighted']),
  kernels: positiveInteger.max(10_000_000),
})

/** Phase 1: fit the weights alone. Predicts only the sampled kernels; needs no data. */
const reconstructionPhaseSchema = z.strictObject({
  steps: stepsField,
  optimizer: optimizerConfigSchema,
  sampling: samplingConfigSchema,
})

/** Phase 2: the full objective with images through original and reconstructed network (method 3). */
const distillationPhaseSchema = z.strictObject({
  steps: stepsField,
  optimizer: optimizerConfigSchema,
  sampling: samplingConfigSchema,
  /**
   * Steps between predictions of all kernels; between them only the sampled ones are predicted, and the networks see the
   * others as they last were. 0 and 1 predict all in every step, as the paper does and sampling of `all` must.
   */
  refreshEverySteps: stepsField,
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
  warmupSteps: stepsField,
  /** Steps over which both rise linearly to their weight, after the warm-up. */
  rampSteps: stepsField,
})

/**
 * Phase 3: the full objective while the predictor is rounded to its stored precision (method 7.2). Images, sampling and
 * weights of the terms are those of the distillation phase.
 */
const quantisationPhaseSchema = z.strictObject({
  steps: stepsField,
  /**
   * How the predictor is trained as integers. `straight-through`: all layers are rounded in every step, and gradients
   * pass. `layer-by-layer`: a layer is rounded once, and the layers behind it learn on to make up for that, in equal shares
   * of the steps (after Zhou et al. 2017, incremental network quantisation).
   */
  method: z.enum(['straight-through', 'layer-by-layer']),
  optimizer: optimizerConfigSchema,
})

/** Of a kernel: more than three times as many as helped. */
export const mostSeededNumbers = 64

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
export const compressConfigSchema = z.strictObject({
  version: z.literal(configVersion),
  kind: z.literal('compress'),
  seed: seedField,
  /**
   * The completed run whose predictor is the first one here; absent: random weights. Network, representation, embedding,
   * predictor and permutation must be those of that run. Chosen as a network is, so no field of an editor.
   */
  start: z.strictObject({ runId: z.string().min(1) }).optional(),
  /** What is represented beside the network's own represented layers. */
  representation: z.strictObject({
    /** Weights of linear layers: a kernel of 1 x 1 for each output and input. */
    linearLayers: z.boolean(),
    /** Kernels of 1 x 1 as tiles of 3 x 3 (represented-shape.ts), so that a coordinate gives nine weights instead of one. */
    tiles: z.boolean(),
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
    /** One predictor for all kernels, or many small ones of equal width, each for a part of them (partition.ts). */
    partition: z.strictObject({
      /** What a part is: whole layers or a share of one, or a number of kernels whatever layer they are of. */
      by: z.enum(['none', 'layers', 'kernels']),
      /** Kernels a part, on average. */
      kernels: positiveInteger.max(262_144),
      /**
       * How much smaller parts of small layers, the early ones, are: a kernel counts (kernels of the largest layer / kernels of
       * its own) to this power. 0 counts all alike.
       */
      earlyEmphasis: z.number().min(0).max(1),
      /** What a part sees of a kernel: the embedding of its coordinate, or random numbers of a fixed generator. */
      inputs: z.enum(['coordinates', 'seeded']),
      /** Random numbers a kernel; ignored by coordinates. */
      numbers: positiveInteger.max(mostSeededNumbers),
    }),
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
    everySteps: stepsField,
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
