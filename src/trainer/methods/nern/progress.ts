/** What a compress run's checkpoint holds beside the tensors. */
import { z } from 'zod'
import { randomStateSchema } from '../../checkpoint.ts'
import { trainingImagesStateSchema } from '../../data/training-images.ts'
import { runProgressFields } from '../../steps/run-state.ts'

export const compressProgressSchema = z.object({
  kind: z.literal('compress'),
  ...runProgressFields,
  sampling: randomStateSchema,
  /** Of the distillation's images; absent before it starts. */
  source: trainingImagesStateSchema.optional(),
  /** How the permutation of the first attempt was found; absent in checkpoints of older versions. */
  permutation: z.object({ seconds: z.number(), source: z.enum(['none', 'computed', 'cache']) }).optional(),
  seconds: z.object({ reconstruction: z.number(), distillation: z.number(), quantisation: z.number().default(0) }),
})
