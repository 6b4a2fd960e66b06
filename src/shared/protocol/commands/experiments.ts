/** What can be asked of single experiments. */
import { z } from 'zod'
import { experimentConfigSchema } from '../../experiment/experiment-config.ts'
import type { ExperimentSummary } from '../../experiment/experiment-summary.ts'
import { empty, id, ids, name } from '../fields.ts'
import type { DatasetRecord, ExperimentRecord, ForkRecord, NetworkRecord, RunRecord } from '../records.ts'
import { clusterConfigSchema } from '../../cluster/cluster-config.ts'
import { executorChoiceSchema } from '../trainer-protocol.ts'

/** Their input schemas; a part of `commandInputs`. */
export const experimentInputs = {
  'experiments.get': z.strictObject({ id }),
  /** What makes it again. */
  'experiments.recipe': z.strictObject({ id }),
  'experiments.create': z.strictObject({
    name: name.optional(),
    config: experimentConfigSchema,
    networkId: id.optional(),
    datasetId: id,
    /** Where it must run; absent: wherever the settings say when its turn comes. */
    executor: executorChoiceSchema.optional(),
    /** Name of the cluster it is for; absent: this computer. */
    place: clusterConfigSchema.shape.name.optional(),
    /** False leaves it a draft. */
    enqueue: z.boolean(),
    /** The experiment whose configuration it began with. */
    clonedFrom: id.optional(),
  }),
  /** An experiment that begins with a checkpoint of a run; what its configuration may change, the method says (docs/forks.md). */
  'experiments.fork': z.strictObject({
    runId: id,
    step: z.int().min(0),
    /** By default that of the run: the fork then does what the run did. */
    config: experimentConfigSchema.optional(),
    name: name.optional(),
    /** False leaves it a draft. */
    enqueue: z.boolean(),
  }),
  /** Another configuration for one that has not run yet; what has run stays what it was run with. */
  'experiments.edit': z.strictObject({
    id,
    name: name.optional(),
    config: experimentConfigSchema,
    networkId: id.optional(),
    datasetId: id,
  }),
  /** How long runs of these configurations would take here, in seconds. */
  'experiments.expected-seconds': z.strictObject({
    configs: z.array(experimentConfigSchema).min(1).max(10_000),
    networkId: id.optional(),
    datasetId: id,
    /** Absent: wherever the settings say. */
    executor: executorChoiceSchema.optional(),
  }),
  'experiments.update': z.strictObject({
    id,
    name: name.optional(),
    tags: z.array(z.string().trim().min(1).max(50)).max(50).optional(),
    notes: z.string().max(100_000).optional(),
    isStarred: z.boolean().optional(),
    isArchived: z.boolean().optional(),
  }),
  /** Out of lists and queue; `experiments.restore` brings them back as they were. */
  'experiments.trash': z.strictObject({ ids }),
  /** Out of the trash; those that are only archived become current again. */
  'experiments.restore': z.strictObject({ ids }),
  /** With all files of their runs; only what is in the trash. */
  'experiments.delete-forever': z.strictObject({ ids }),
  'experiments.empty-trash': empty,
} as const satisfies Record<string, z.ZodType>

export interface ExperimentDetail {
  readonly record: ExperimentRecord
  readonly runs: readonly RunRecord[]
  readonly network?: NetworkRecord
  readonly dataset?: DatasetRecord
  /** The experiment it was cloned from, as long as there is one. */
  readonly origin?: Pick<ExperimentRecord, 'id' | 'name'>
  /** The checkpoint of its origin that it begins with. */
  readonly fork?: ForkRecord
  /** Experiments that were cloned or forked from it, outside the trash, in the order in which they were made. */
  readonly descendants: readonly Pick<ExperimentRecord, 'id' | 'name'>[]
}

/** From what an experiment can be made again. */
export interface Recipe {
  /** Its configuration: what differs from the nearest preset. */
  readonly yaml: string
  /** A line for a shell, from the checkout of the studio. */
  readonly command: string
  /** What stands behind `studio` in that line. */
  readonly arguments: readonly string[]
}

/** A part of `CommandOutputs`. */
export interface ExperimentOutputs {
  'experiments.get': ExperimentDetail
  'experiments.recipe': Recipe
  'experiments.create': ExperimentRecord
  'experiments.fork': ExperimentRecord
  'experiments.edit': ExperimentRecord
  /** In the order of the configurations; undefined where a part was never measured on this machine. */
  'experiments.expected-seconds': readonly (number | undefined)[]
  'experiments.update': ExperimentSummary
  'experiments.trash': undefined
  'experiments.restore': undefined
  'experiments.delete-forever': undefined
  'experiments.empty-trash': { readonly count: number }
}
