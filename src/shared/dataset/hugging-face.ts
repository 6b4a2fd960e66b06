/** What Hugging Face's datasets write into a table about its columns, as far as images and classes are concerned. */
import { z } from 'zod'

const featureSchema = z.looseObject({ _type: z.string(), names: z.array(z.string().max(1000)).max(65_536).optional() })

/** Features of other shapes (lists, nested ones) are undefined: they are neither image nor class. */
export const huggingFaceSchema = z.looseObject({
  info: z.looseObject({ features: z.record(z.string(), featureSchema.optional().catch(undefined)) }),
})
export type HuggingFaceFeatures = z.infer<typeof huggingFaceSchema>['info']['features']
