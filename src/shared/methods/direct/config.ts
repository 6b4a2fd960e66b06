/**
 * What a compression is made of that stores the kernels themselves, in fewer bytes (docs/baselines.md): what people would do
 * instead of a predictor, in the same accounting. Every field has a row in `parameters.ts`.
 */
import { z } from 'zod'
import {
  augmentationFields,
  configVersion,
  noColourJitter,
  positiveInteger,
  remainderPrecisions,
  seedField,
  stepsField,
} from '../../experiment/config-fields.ts'

/** The same for kernels that are stored themselves; float32 would be the original. */
const baselinePrecisions = ['float16', 'int8', 'int7', 'int6', 'int5', 'int4', 'int3', 'int2'] as const

/** How a baseline stores the kernels (docs/baselines.md). */
export const directMethodNames = ['quantisation', 'weight-sharing', 'low-rank', 'pruning'] as const

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
  seed: seedField,
  method: z.enum(directMethodNames),
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
    steps: stepsField,
    learningRate: z.number().positive().max(10),
    minLearningRate: z.number().min(0).max(10),
    /** Steps in which the learning rate rises. */
    rateWarmupSteps: stepsField,
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
