/** What the checkpoint of a compression by codes holds beside the tensors of its distillation. */
import { z } from 'zod'
import { batchSourceStateSchema } from '../../checkpoint.ts'
import { runProgressFields } from '../../steps/run-state.ts'

export const spectralProgressSchema = z.object({
  kind: z.literal('spectral'),
  ...runProgressFields,
  source: batchSourceStateSchema,
  /** `RateControlState` */
  control: z.strictObject({ price: z.number(), bits: z.number() }),
  /** Bytes of the coded stream over the bytes that its frequencies alone say. */
  overhead: z.number(),
})
export type SpectralProgress = z.infer<typeof spectralProgressSchema>
