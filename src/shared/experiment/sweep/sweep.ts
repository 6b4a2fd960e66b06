/**
 * A sweep: one configuration in many variants, as plain data. What varies are parameters by their paths, the preset and the
 * network; each variant is run once for every seed. docs/sweeps.md describes it for people.
 */
import { z } from 'zod'
import { seedField } from '../config-fields.ts'
import { experimentConfigSchema } from '../experiment-config.ts'

/** More would not fit a list, a queue or a week. */
export const maximumRuns = 10_000

const path = z.string().min(1).max(200)
const valueSchema = z.union([z.number(), z.string().max(1000), z.boolean()])
const valuesSchema = z.array(valueSchema).min(1).max(maximumRuns).readonly()

/** How values are drawn; `from` and `to` are possible themselves. */
const drawSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('choice'), values: valuesSchema }),
  z.strictObject({ kind: z.literal('uniform'), from: z.number(), to: z.number() }),
  /** Each factor as likely as any other: for learning rates and the like. */
  z.strictObject({
    kind: z.literal('log-uniform'),
    from: z.number().positive(),
    to: z.number().positive(),
    /** Rounded to whole numbers. */
    isWhole: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('integer'), from: z.int(), to: z.int() }),
])
export type Draw = Readonly<z.infer<typeof drawSchema>>

const planSchema = z.discriminatedUnion('kind', [
  /** Every combination of the values; without any, the one configuration. */
  z.strictObject({
    kind: z.literal('grid'),
    vary: z.array(z.strictObject({ path, values: valuesSchema })).readonly(),
  }),
  z.strictObject({
    kind: z.literal('random'),
    vary: z
      .array(z.strictObject({ path, draw: drawSchema }))
      .min(1)
      .readonly(),
    /** Variants drawn, for each network and preset the same. */
    variants: z.int().min(1).max(maximumRuns),
    /** Of the draws; nothing to do with the seeds of the runs. */
    seed: seedField,
  }),
  /** Variants one by one. */
  z.strictObject({
    kind: z.literal('list'),
    rows: z
      .array(
        z.strictObject({
          presetId: z.string().exactOptional(),
          values: z.array(z.strictObject({ path, value: valueSchema })).readonly(),
        }),
      )
      .min(1)
      .max(maximumRuns)
      .readonly(),
  }),
])
export type SweepPlan = z.infer<typeof planSchema>

export const sweepSchema = z
  .strictObject({
    /** What the variants have in common. */
    config: experimentConfigSchema,
    /** Empty where the experiments need none. */
    networkIds: z.array(z.string().min(1).max(100)).max(100).readonly(),
    datasetId: z.string().min(1).max(100),
    /** Presets that take the place of the one `config` comes from; its changes stay. Empty: `config` as it is. */
    presetIds: z.array(z.string()).max(100).readonly(),
    plan: planSchema,
    seeds: z.array(seedField).min(1).max(maximumRuns).readonly(),
  })
  .readonly()
export type Sweep = z.infer<typeof sweepSchema>
