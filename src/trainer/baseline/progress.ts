/** What a baseline's checkpoint holds beside the tensors of its distillation. */
import { z } from 'zod'
import { batchSourceStateSchema } from '../checkpoint.ts'

export const baselineProgressSchema = z.object({
  kind: z.literal('baseline'),
  step: z.int(),
  elapsedMs: z.number(),
  source: batchSourceStateSchema,
})
