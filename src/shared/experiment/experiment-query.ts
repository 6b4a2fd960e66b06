/** How a list of experiments is asked for (docs/adr/0013). */
import { z } from 'zod'
import { families } from './experiment-config.ts'
import type { ExperimentSummary } from './experiment-summary.ts'
import { experimentStatuses } from './status-machine.ts'

/** What all of an answer satisfy; absent fields ask for nothing. */
export const experimentFilterSchema = z.strictObject({
  /** Words that must all occur in name, tags, notes, id, network or data set, without regard to case. */
  text: z.string().max(1000).optional(),
  status: z.array(z.enum(experimentStatuses)).optional(),
  kind: z.array(z.enum(families)).optional(),
  isArchived: z.boolean().optional(),
  isStarred: z.boolean().optional(),
})
export type ExperimentFilter = Readonly<z.infer<typeof experimentFilterSchema>>

export const experimentOrderKeys = [
  'createdAt',
  'updatedAt',
  'name',
  'status',
  'kind',
  'network',
  'dataset',
  'hiddenSize',
  'accuracy',
  'difference',
  'ratio',
  'totalBytes',
  'seconds',
] as const
export type ExperimentOrderKey = (typeof experimentOrderKeys)[number]

/** Those without a value there come last in both directions; equal ones newest first. */
export const experimentOrderSchema = z.strictObject({ key: z.enum(experimentOrderKeys), isDescending: z.boolean() })
export type ExperimentOrder = Readonly<z.infer<typeof experimentOrderSchema>>

/** The last experiment of a page, by its value in the order; belongs to that order and filter. */
export const experimentCursorSchema = z.strictObject({
  value: z.union([z.string(), z.number(), z.null()]),
  row: z.int(),
})
export type ExperimentCursor = Readonly<z.infer<typeof experimentCursorSchema>>

export const newestFirst: ExperimentOrder = { key: 'createdAt', isDescending: true }

export const experimentQueryFields = {
  filter: experimentFilterSchema.optional(),
  /** By default the newest first. */
  order: experimentOrderSchema.optional(),
  /** `next` of the page before. */
  after: experimentCursorSchema.optional(),
  /** All by default. */
  limit: z.int().min(1).optional(),
}
export type ExperimentQuery = Readonly<z.infer<z.ZodObject<typeof experimentQueryFields>>>

/** A part of a list of experiments. */
export interface ExperimentPage {
  readonly items: readonly ExperimentSummary[]
  /** Where the next page begins; absent on the last one. */
  readonly next?: ExperimentCursor
  /** Of all that satisfy the filter. */
  readonly total: number
}
