/** What can be asked of the Slurm clusters that experiments can run on. */
import { z } from 'zod'
import type { AppError } from '../../basics/result.ts'
import type { CheckStep } from '../../cluster/check-step.ts'
import { clusterConfigSchema, resourcesSchema, type ClusterConfig } from '../../cluster/cluster-config.ts'
import { empty, id, taskId } from '../fields.ts'

const oneCluster = z.strictObject({ name: clusterConfigSchema.shape.name })

/** Their input schemas; a part of `commandInputs`. */
export const clusterInputs = {
  'clusters.list': empty,
  /** A new one, or in the place of the one with its name. */
  'clusters.save': clusterConfigSchema,
  /** Refused while an experiment waits, runs or is paused there. */
  'clusters.remove': oneCluster,
  /** Proves it end to end, with a job of some seconds; `cluster-checked` tells each step. */
  'clusters.check': oneCluster,
  /** Opens the connection, and lets ssh ask what it must ask. */
  'clusters.connect': oneCluster,
  /** What ssh asked; without an answer it is left unanswered. */
  'clusters.answer': z.strictObject({ questionId: taskId, answer: z.string().max(10_000).exactOptional() }),
  /**
   * Gives up a job that waits in Slurm's queue, and submits its experiment with other resources; what its run has is kept. What
   * will never start of the same array goes along.
   */
  'clusters.submit-again': z.strictObject({ experimentId: id, resources: resourcesSchema }),
  /** Submits and fetches now what there is. */
  'clusters.pull': oneCluster,
  /** What a clean-up would remove there. */
  'clusters.preview-clean': oneCluster,
  /** Removes what nobody needs any more there. */
  'clusters.clean': oneCluster,
} as const satisfies Record<string, z.ZodType>

/** How a cluster was last reached. */
export type ClusterConnection =
  /** Nothing was asked of it since the studio was opened. */
  | { readonly state: 'unknown' }
  | { readonly state: 'connected'; readonly heardAt: string }
  | {
      readonly state: 'busy'
      readonly phase: string
      readonly done: number
      /** 0 = unknown. */ readonly total: number
    }
  | { readonly state: 'lost'; readonly since: string; readonly error: AppError }

export interface ClusterRecord {
  readonly config: ClusterConfig
  readonly connection: ClusterConnection
  /** Experiments that wait, run or are paused there. */
  readonly experiments: number
}

export interface ClusterCheck {
  readonly name: string
  readonly steps: readonly CheckStep[]
}

export interface CleanedCluster {
  /** Paths below the folder of the cluster. */
  readonly paths: readonly string[]
  readonly sizeBytes: number
}

export interface SubmittedAgain {
  readonly experimentIds: readonly string[]
}

/** What ssh wants to know, in its own words. */
export interface ClusterQuestion {
  readonly questionId: string
  readonly cluster: string
  readonly prompt: string
  /** It was asked and answered before while connecting: the answer was not right. */
  readonly isAgain: boolean
}

/** A part of `CommandOutputs`. */
export interface ClusterOutputs {
  'clusters.list': readonly ClusterRecord[]
  'clusters.save': ClusterRecord
  'clusters.remove': undefined
  'clusters.check': ClusterCheck
  'clusters.connect': ClusterRecord
  'clusters.answer': undefined
  'clusters.submit-again': SubmittedAgain
  'clusters.pull': ClusterRecord
  'clusters.preview-clean': CleanedCluster
  'clusters.clean': CleanedCluster
}
