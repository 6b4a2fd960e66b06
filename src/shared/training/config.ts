/** What the training of a network is made of. Every field has a row in `parameters.ts`. */
import { z } from 'zod'
import { augmentationFields, configVersion, positiveInteger, seedField } from '../experiment/config-fields.ts'
import { preprocessingPresetIds } from '../network/preprocessing.ts'

export const trainConfigSchema = z.strictObject({
  version: z.literal(configVersion),
  kind: z.literal('train'),
  seed: seedField,
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
