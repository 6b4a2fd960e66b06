/** What can be asked of batches: experiments that a sweep or a search planned together. */
import { z } from 'zod'
import type { SweepOutlook } from '../../experiment/sweep/sweep-outlook.ts'
import { sweepSchema } from '../../experiment/sweep/sweep.ts'
import { empty, id, name } from '../fields.ts'
import { clusterConfigSchema } from '../../cluster/cluster-config.ts'
import { executorChoiceSchema } from '../trainer-protocol.ts'
import type { QueueState } from './queue.ts'

const oneBatch = z.strictObject({ id })

/** Their input schemas; a part of `commandInputs`. */
export const batchInputs = {
  'batches.list': empty,
  /** Its members, and what they differ in. */
  'batches.get': oneBatch,
  /** How long its experiments will still take. */
  'batches.time-left': oneBatch,
  /** What a sweep would take; nothing is stored. */
  'batches.plan': z.strictObject({ sweep: sweepSchema }),
  /** Makes the experiments of a sweep: all of them, or none where one could not run. */
  'batches.create': z.strictObject({
    /** By default made of what varies. */
    name: name.optional(),
    sweep: sweepSchema,
    /** Where they must run; absent: wherever the settings say when their turn comes. */
    executor: executorChoiceSchema.optional(),
    /** Name of the cluster it is for; absent: this computer. */
    place: clusterConfigSchema.shape.name.optional(),
    /** False leaves them drafts. */
    enqueue: z.boolean(),
  }),
  'batches.rename': z.strictObject({ id, name }),
  /** To the trash, with its experiments; refused while one of them runs. */
  'batches.remove': oneBatch,
  /** Of those that run or wait. */
  'batches.pause': oneBatch,
  /** Of those that are paused, and of drafts. */
  'batches.resume': oneBatch,
  /** Of all that have not ended. */
  'batches.cancel': oneBatch,
  'batches.retry': z.strictObject({ id, statuses: z.array(z.enum(['failed', 'cancelled'])).min(1) }),
} as const satisfies Record<string, z.ZodType>

export interface BatchRecord {
  readonly id: string
  readonly name: string
  readonly createdAt: string
}

/** What experiments of a batch differ in. */
export interface BatchTable {
  /** Paths of parameters, and `network` or `dataset`. */
  readonly columns: readonly string[]
  /** In the order in which they were planned. */
  readonly rows: readonly { readonly experimentId: string; readonly values: readonly string[] }[]
}

export interface BatchDetail extends BatchTable {
  readonly record: BatchRecord
}

/** Of the experiments that have not ended, one after the other. */
export interface BatchTimeLeft {
  readonly seconds: number
  /** How many of them were taken to last as long as those of the batch that were completed, on average: nothing better is known. */
  readonly likeOthers: number
  /** How many of them nobody knows the time of; they count as nothing. */
  readonly unknown: number
}

export interface PlannedSweep extends SweepOutlook {
  /** Of the first run, to show what names will look like. */
  readonly firstName: string
}

/** A part of `CommandOutputs`. */
export interface BatchOutputs {
  'batches.list': readonly BatchRecord[]
  'batches.get': BatchDetail
  'batches.time-left': BatchTimeLeft
  'batches.plan': PlannedSweep
  'batches.create': BatchDetail
  'batches.rename': BatchRecord
  'batches.pause': QueueState
  'batches.resume': QueueState
  'batches.cancel': QueueState
  'batches.retry': QueueState
  /** What `experiments.restore` brings back, and the batch with it. */
  'batches.remove': { readonly experiments: readonly string[] }
}
