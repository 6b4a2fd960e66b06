/** How a list of experiments is asked for (docs/adr/0013). */
import { z } from 'zod'
import type { ExperimentSummary } from './experiment-summary.ts'
import { experimentFilterSchema } from './filter/experiment-filter.ts'

/** By any field of `experiment-fields.ts`. Those without a value there come last in both directions. */
export const experimentOrderSchema = z.strictObject({
  field: z.string().min(1).max(200),
  isDescending: z.boolean(),
})
export type ExperimentOrder = Readonly<z.infer<typeof experimentOrderSchema>>

export const experimentQueryFields = {
  filter: experimentFilterSchema.optional(),
  /** The first decides, the next where it is equal; what is equal in all of them comes newest first. */
  order: z.array(experimentOrderSchema).max(16).optional(),
  /** Absent: archived and current ones. */
  isArchived: z.boolean().optional(),
  /** Those in the trash; absent as false: all others. */
  isTrashed: z.boolean().optional(),
  /** How many of them to leave out at the beginning. */
  offset: z.int().min(0).optional(),
  /** All by default. */
  limit: z.int().min(1).optional(),
}
export type ExperimentQuery = Readonly<z.infer<z.ZodObject<typeof experimentQueryFields>>>

/** A part of a list of experiments. */
export interface ExperimentPage {
  readonly items: readonly ExperimentSummary[]
  /** Of all that satisfy the filter. */
  readonly total: number
}

/** The same as ids only. */
export interface FoundExperiments {
  readonly ids: readonly string[]
  readonly total: number
}

export const rowFormats = ['csv', 'json'] as const
export type RowFormat = (typeof rowFormats)[number]

/** A value of a field: texts, numbers in the unit of the store, dates as ISO texts, yes and no as 1 and 0, tags as JSON. */
export type FieldValue = string | number | null
