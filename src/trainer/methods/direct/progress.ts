/** What a baseline's checkpoint holds beside the tensors of its distillation. */
import { z } from 'zod'
import { batchSourceStateSchema } from '../../checkpoint.ts'
import { runProgressFields } from '../../steps/run-state.ts'

export const baselineProgressSchema = z.object({
  kind: z.literal('baseline'),
  ...runProgressFields,
  source: batchSourceStateSchema,
})
export type BaselineProgress = z.infer<typeof baselineProgressSchema>
