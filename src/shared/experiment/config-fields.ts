/** Fields that configurations of several families have in common. None has a default (experiment-config.ts). */
import { z } from 'zod'

/** Of a configuration. Grows with every change that an older studio could not read, or would read wrongly. */
export const configVersion = 2

export const positiveInteger = z.int().min(1)
export const stepsField = z.int().min(0).max(10_000_000)
export const seedField = z
  .int()
  .min(0)
  .max(2 ** 32 - 1)

/** Optimiser of one phase. `learningRate` falls to `minLearningRate` along `schedule`. */
export const optimizerConfigSchema = z.strictObject({
  type: z.enum(['adam', 'ranger', 'muon']),
  learningRate: z.number().positive().max(10),
  minLearningRate: z.number().min(0).max(10),
  schedule: z.enum(['cosine', 'exponential', 'constant']),
  warmupSteps: stepsField,
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
export const augmentationFields = {
  augmentation: z.enum(['none', 'flip-crop', 'resized-crop']),
  colourJitter: colourJitterSchema,
  /** alpha of Beta(alpha, alpha), which draws the share of an image's partner (Zhang et al. 2018); 0 mixes nothing. */
  mixup: z.number().min(0).max(10),
}

export type AugmentationConfig = Readonly<z.infer<z.ZodObject<typeof augmentationFields>>>

/** Of what is stored beside represented weights. With `int8` batch-norm variances stay float16. */
export const remainderPrecisions = ['float32', 'float16', 'int8'] as const
export type RemainderPrecision = (typeof remainderPrecisions)[number]
