/** What can be asked of many experiments at once: queries, columns, rows. */
import { z } from 'zod'
import {
  experimentQueryFields,
  rowFormats,
  type ExperimentPage,
  type FieldValue,
  type FoundExperiments,
} from '../../experiment/experiment-query.ts'
import { fileToken, id } from '../fields.ts'

/** Their input schemas; a part of `commandInputs`. */
export const experimentSearchInputs = {
  /** One page of summaries, or all of them. */
  'experiments.list': z.strictObject(experimentQueryFields),
  /** The same as ids only. */
  'experiments.find': z.strictObject(experimentQueryFields),
  /** What columns show: values of fields (`experiment-fields.ts`). */
  'experiments.values': z.strictObject({
    ids: z.array(id).max(100_000),
    fields: z.array(z.string().min(1).max(200)).max(100),
  }),
  /** Writes what a query finds into a file of rows: `fields` are its columns. */
  'experiments.export-rows': z.strictObject({
    ...experimentQueryFields,
    /** Only these, in this order, instead of a query: what is selected, or sorted by a window. */
    ids: z.array(id).max(100_000).optional(),
    fields: z.array(z.string().min(1).max(200)).min(1).max(500),
    format: z.enum(rowFormats),
    /** Of `files.pick-new`. */
    file: fileToken,
  }),
} as const satisfies Record<string, z.ZodType>

/** A part of `CommandOutputs`. */
export interface ExperimentSearchOutputs {
  'experiments.list': ExperimentPage
  'experiments.find': FoundExperiments
  /** By field, in the order of the ids; null where an experiment has none. */
  'experiments.values': Readonly<Record<string, readonly FieldValue[]>>
  'experiments.export-rows': { readonly rows: number }
}
