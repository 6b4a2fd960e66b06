/** What a window remembers of itself, so that work left half done is found again, also after a restart. */
import { z } from 'zod'
import { families } from '../experiment/experiment-config.ts'
import { viewDefinitionSchema } from '../experiment/saved-view.ts'
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
  /** Values typed in over those, by path. */
  typed: z.record(z.string().max(200), z.string().max(100_000)).exactOptional(),
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

/** A page that a window can come back to. What a page shows of itself, such as an open tab, is left out. */
const keptPlaceSchema = z.discriminatedUnion('name', [
  z.object({
    name: z.enum(['home', 'networks', 'datasets', 'experiments', 'batches', 'queue', 'doctor', 'settings']),
  }),
  z.object({ name: z.enum(['network', 'dataset', 'batch']), id }),
  z.object({ name: z.literal('compress-network'), networkId: id.exactOptional() }),
  z.object({ name: z.literal('new-experiment'), ...formStartSchema.shape }),
  z.object({ name: z.literal('run'), experimentId: id }),
  z.object({ name: z.enum(['compare', 'curves']), ids: z.array(id).max(1000) }),
])
export type KeptPlace = Readonly<z.infer<typeof keptPlaceSchema>>

const pixels = z.number().min(0).max(1e9)

/** In CSS pixels. */
export const sidebarWidths = { least: 176, usual: 216, most: 400 } as const

const layoutSchema = z.strictObject({
  isSidebarShown: z.boolean().optional(),
  /** In CSS pixels. */
  sidebarWidth: z.number().min(sidebarWidths.least).max(sidebarWidths.most).optional(),
  /** The page in view, and how far down it was. */
  place: keptPlaceSchema.optional(),
  scrollTop: pixels.optional(),
  /** The table of experiments as it was set up, with the saved view that was opened last, and where in it one was. */
  table: z.strictObject({ view: viewDefinitionSchema, viewId: id.optional(), top: pixels, left: pixels }).optional(),
})
export type WindowLayout = Readonly<z.infer<typeof layoutSchema>>

export const windowMemorySchema = z.strictObject({
  /** The one left last is the last. */
  forms: z.array(keptFormSchema).max(keptFormsAtMost),
  layout: layoutSchema.optional(),
})
export type WindowMemory = z.infer<typeof windowMemorySchema>

export const emptyWindowMemory: WindowMemory = { forms: [] }
