/**
 * What a compression by coded kernels is made of (docs/method.md): kernels are transformed, quantised and entropy coded, as
 * pictures are, with or without a training of the codes. Every field has a row in `parameters.ts`.
 */
import { z } from 'zod'
import {
  augmentationFields,
  configVersion,
  positiveInteger,
  remainderPrecisions,
  seedField,
  stepsField,
} from '../../experiment/config-fields.ts'

/** How kernels are transformed before they are quantised: `none` is entropy-constrained quantisation, the rival. */
export const kernelTransforms = ['cosine', 'none'] as const

/** What decides how coarse the codes are. */
const sizeTargets = ['ratio', 'bytes', 'step'] as const

/**
 * What corrects the mean of each channel: the means that batch norms tell, without images, or images, which correct its
 * deviation as well.
 */
const correctionImages = ['batch-norms', 'dataset', 'noise', 'none'] as const

/** Whether a value of `correction.images` has the network look at images. */
export function looksAtImages(correction: string): boolean {
  return correction === 'dataset' || correction === 'noise'
}

/** How weights of linear layers are stored. */
const linearStorage = ['fine', 'coded', 'float16'] as const

export const spectralConfigSchema = z.strictObject({
  version: z.literal(configVersion),
  kind: z.literal('spectral'),
  seed: seedField,
  transform: z.enum(kernelTransforms),
  size: z.strictObject({
    /** Which of the three below decides; the others are ignored. */
    target: z.enum(sizeTargets),
    /** Bytes of the original's parameters in float32 over bytes of the file. */
    ratio: z.number().min(1).max(1000),
    /** Of the whole file. */
    bytes: positiveInteger,
    /** Quantisation step in units of the original weights; each frequency has a fixed multiple of it. */
    step: z.number().positive().max(1000),
  }),
  rounding: z.strictObject({
    /** Price of a bit in squared steps: 0 rounds to the nearest code, more prefers codes that take fewer bits. */
    rateWeight: z.number().min(0).max(1),
  }),
  correction: z.strictObject({
    images: z.enum(correctionImages),
    count: positiveInteger.max(100_000),
  }),
  /** Layers that are treated otherwise, as `layerPrecisions` reads it: `conv1.weight exact, layer3.* finer`. */
  layers: z.string().max(100_000),
  storage: z.strictObject({
    /** Weights of linear layers: 6-bit codes of their own, with the steps of the convolutions, or as they are. */
    linear: z.enum(linearStorage),
    /** Precision of what is neither coded nor folded. */
    remainder: z.enum(remainderPrecisions),
  }),
  /** Training of the codes themselves: a copy that computes with its codes learns to answer as the original does. */
  distillation: z.strictObject({
    steps: stepsField,
    /** Adam's rate of the codes, in units of a quantisation step. */
    codeRate: z.number().positive().max(10),
    /** Adam's rate of the logarithms of gains and steps. */
    scaleRate: z.number().positive().max(10),
    /** Adam's rate of biases and linear layers. */
    biasRate: z.number().positive().max(10),
    rateWarmupSteps: stepsField,
    dataBatch: positiveInteger.max(4096),
    ...augmentationFields,
    featureMapWeight: z.number().min(0).max(1e6),
    distillationWeight: z.number().min(0).max(1e6),
    temperature: z.number().min(0.1).max(100),
    /** Share of the steps, at the end, in which the codes stay as they are and only scales and biases learn. */
    frozenShare: z.number().min(0).max(1),
  }),
  /** Steps between checkpoints. */
  checkpointEverySteps: positiveInteger,
})
export type SpectralConfig = z.infer<typeof spectralConfigSchema>
