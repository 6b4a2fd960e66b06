/**
 * What an experiment is made of. No field has a default: what older configurations lack is filled in by
 * `config-migrations.ts`, and what a new one begins with are presets.
 *
 * An experiment is of a kind: it trains a network, or it compresses one by a method. Methods whose configurations, jobs and
 * results have one form are a **family**. Stored records name the family in their field `kind`, in words that are older than
 * methods: `compress` is the predictor's, `baseline` that of the methods that store kernels themselves, `spectral` that of
 * coded kernels.
 */
import { z } from 'zod'
import { baselineConfigSchema } from '../methods/direct/config.ts'
import { compressConfigSchema } from '../methods/nern/config.ts'
import { spectralConfigSchema } from '../methods/spectral/config.ts'
import { trainConfigSchema } from '../training/config.ts'

export const experimentConfigSchema = z.discriminatedUnion('kind', [
  compressConfigSchema,
  trainConfigSchema,
  baselineConfigSchema,
  spectralConfigSchema,
])
export type ExperimentConfig = z.infer<typeof experimentConfigSchema>

/** As stored records name it. */
export type Family = ExperimentConfig['kind']
export const families = ['compress', 'train', 'baseline', 'spectral'] as const satisfies readonly Family[]
export type ConfigOf<F extends Family> = Extract<ExperimentConfig, { kind: F }>
