/** What a compression without data and training came to, tried on the weights: no image and no accuracy. */
import { z } from 'zod'
import { baselineConfigSchema } from '../methods/direct/config.ts'
import { spectralConfigSchema } from '../methods/spectral/config.ts'

/** Configurations of the families that can do without a training. */
export const untrainedConfigSchema = z.discriminatedUnion('kind', [spectralConfigSchema, baselineConfigSchema])
export type UntrainedConfig = z.infer<typeof untrainedConfigSchema>

export const triedCompressionSchema = z
  .strictObject({
    config: untrainedConfigSchema,
    /** Of the whole file. */
    bytes: z.int(),
    /** Bytes of the original's parameters in float32 over those of the file. */
    ratio: z.number(),
    /** As `damageOf` takes it; absent where an answer was not a number. */
    distortion: z.number().exactOptional(),
    /** Of coding and decoding on this machine. */
    seconds: z.number(),
  })
  .readonly()
export type TriedCompression = z.infer<typeof triedCompressionSchema>
