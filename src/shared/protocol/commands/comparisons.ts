/** What can be asked of experiments side by side. */
import { z } from 'zod'
import { splitNameSchema } from '../../dataset/split-name.ts'
import {
  flipsInputFields,
  subjectSchema,
  type Comparison,
  type Confusion,
  type Flips,
} from '../../measures/comparison.ts'
import { fileToken, id } from '../fields.ts'

/** Experiments that can stand side by side. */
export const comparedAtMost = 20

/** Their input schemas; a part of `commandInputs`. */
export const comparisonInputs = {
  /** All that the Compare screen shows; 1 to 20 experiments. */
  'experiments.compare': z.strictObject({ ids: z.array(id).min(1).max(comparedAtMost), split: splitNameSchema }),
  /** The images that only one of two got right. */
  'comparisons.flips': z.strictObject(flipsInputFields),
  'comparisons.confusion': z.strictObject({ subject: subjectSchema, split: splitNameSchema }),
  /** Writes a comparison as one page, or as rows. */
  'comparisons.export': z.strictObject({
    ids: z.array(id).min(1).max(comparedAtMost),
    split: splitNameSchema,
    /** Of the row that differences are from; by default each experiment's own original. */
    baseKey: z.string().min(1).max(300).optional(),
    format: z.enum(['html', 'csv']),
    /** Of `files.pick-new`. */
    file: fileToken,
  }),
} as const satisfies Record<string, z.ZodType>

/** A part of `CommandOutputs`. */
export interface ComparisonOutputs {
  'experiments.compare': Comparison
  'comparisons.flips': Flips
  'comparisons.confusion': Confusion
  'comparisons.export': undefined
}
