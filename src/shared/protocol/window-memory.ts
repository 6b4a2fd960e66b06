/** What a window remembers of itself, so that work left half done is found again, also after a restart. */
import { z } from 'zod'
import { families } from '../experiment/experiment-config.ts'
import { typedSweepSchema } from '../experiment/sweep/typed-sweep.ts'

const id = z.string().max(100)
const family = z.enum(families)

/** Where a form for an experiment starts; without any field, from what was used last. */
export const formStartSchema = z.strictObject({
  kind: family.exactOptional(),
  networkId: id.exactOptional(),
  datasetId: id.exactOptional(),
  presetId: id.exactOptional(),
  /** Start from the configuration of this experiment. */
  fromId: id.exactOptional(),
  /** And go on from the predictor of this completed run of it. */
  startRunId: id.exactOptional(),
  /** Or change this one, which has not run yet. */
  editId: id.exactOptional(),
})
export type FormStart = Readonly<z.infer<typeof formStartSchema>>

/** Numbers stay as they were typed, whether they can be read or not. */
const typedValuesSchema = z.record(z.string().max(200), z.union([z.string().max(100_000), z.boolean()]))

/** A form as it was left. */
const keptFormSchema = z.strictObject({
  start: formStartSchema,
  kind: family,
  name: z.string().max(200),
  presetIds: z.partialRecord(family, id),
  typed: z.partialRecord(family, typedValuesSchema),
  /** The network to compress. */
  networkId: id.optional(),
  /** The network whose weights a training begins with. */
  startNetworkId: id.optional(),
  datasetId: id.optional(),
  /** The completed run whose predictor is the first one. */
  startRunId: id.optional(),
  /** What varies, and for which seeds; absent for a single run. */
  sweep: typedSweepSchema.optional(),
})
export type KeptForm = Readonly<z.infer<typeof keptFormSchema>>

export const keptFormsAtMost = 8

const layoutSchema = z.strictObject({
  isSidebarShown: z.boolean().optional(),
})

export const windowMemorySchema = z.strictObject({
  /** The one left last is the last. */
  forms: z.array(keptFormSchema).max(keptFormsAtMost),
  layout: layoutSchema.optional(),
})
export type WindowMemory = z.infer<typeof windowMemorySchema>

export const emptyWindowMemory: WindowMemory = { forms: [] }
