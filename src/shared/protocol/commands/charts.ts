/** What can be asked of curves of runs, and charts as files. */
import { z } from 'zod'
import type { RunCurves } from '../../measures/run-curves.ts'
import { fileToken, id } from '../fields.ts'

/** Runs whose curves can be laid over each other. */
export const runsInChartsAtMost = 100

/** Of a file of a chart. */
const chartCharactersAtMost = 20_000_000

/** After one step, up to another. */
const stepWindow = z.strictObject({ afterStep: z.int().min(-1), upToStep: z.int().min(0) })

/** Their input schemas; a part of `commandInputs`. */
export const chartInputs = {
  /** Points of several runs at once, of the named metrics or of all: those between two steps, thinned as `runs.metrics`. */
  'runs.curves': z.strictObject({
    ids: z.array(id).min(1).max(runsInChartsAtMost),
    metrics: z.array(z.string().min(1).max(100)).max(100).optional(),
    window: stepWindow.optional(),
    maxPoints: z.int().min(2).max(20_000),
  }),
  /** A picture of a chart, or its numbers as shown, as a file. */
  'charts.write': z.strictObject({
    file: fileToken,
    content: z.string().max(chartCharactersAtMost),
    /** A picture's bytes are given as base64. */
    encoding: z.enum(['text', 'base64']),
  }),
  /** Every point of these metrics of these runs, as a file of rows. */
  'charts.write-points': z.strictObject({
    ids: z.array(id).min(1).max(runsInChartsAtMost),
    metrics: z.array(z.string().min(1).max(100)).min(1).max(100),
    file: fileToken,
  }),
} as const satisfies Record<string, z.ZodType>

/** A part of `CommandOutputs`. */
export interface ChartOutputs {
  /** In the order of the ids. */
  'runs.curves': readonly RunCurves[]
  'charts.write': undefined
  'charts.write-points': undefined
}
