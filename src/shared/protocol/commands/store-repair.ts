/** What can be kept of a damaged store, and by which way. */

import { z } from 'zod'
import { empty } from '../fields.ts'

/** Behind the address of the page when a store is damaged: it shows nothing else then. */
export const damagedStoreHash = '#damaged-store'

export const repairWays = ['salvage', 'restore', 'rebuild'] as const
/**
 * `salvage`: the rows of the damaged database that can be read; `restore`: the newest good backup; `rebuild`: nothing but the
 * manifests beside the files. What manifests know beyond the first two comes in as well.
 */
export type RepairWay = (typeof repairWays)[number]

/** How much a store holds, by kind. */
export interface StoreCounts {
  readonly networks: number
  readonly datasets: number
  readonly experiments: number
  /** Of the experiments those that are completed. */
  readonly completed: number
  readonly runs: number
  /** Points of all metrics. */
  readonly points: number
  readonly evaluations: number
}

/** A way as it would end: it was tried, beside the store. */
export type RepairOffer =
  | {
      readonly way: RepairWay
      readonly isPossible: true
      readonly keeps: StoreCounts
      /** What is missing or was left out, and where it comes from, in whole sentences. */
      readonly notes: readonly string[]
    }
  | { readonly way: RepairWay; readonly isPossible: false; readonly reason: string }

export interface RepairPreview {
  readonly folder: string
  /** What is wrong, a part of a sentence; absent where nothing is. */
  readonly damage?: string
  /** In the order of `repairWays`. */
  readonly offers: readonly RepairOffer[]
  /** The one that keeps most; absent where none is possible. */
  readonly best?: RepairWay
}

export interface RepairOutcome {
  readonly way: RepairWay
  readonly keeps: StoreCounts
  readonly notes: readonly string[]
  /** Folder in which the database lies that was there before; absent where there was none. */
  readonly setAside: string
}

/** Input schema of the commands of a window that repairs a store; a part of `commandInputs`. */
export const storeRepairInputs = {
  /** What each way keeps; only of a store that nobody has open. */
  'store.damage': empty,
  'store.repair': z.strictObject({ way: z.enum(repairWays) }),
  /** Closes the studio, and starts it with the page that repairs its store. */
  'store.reopen-to-repair': empty,
} as const satisfies Record<string, z.ZodType>

/** A part of `CommandOutputs`. */
export interface StoreRepairOutputs {
  'store.damage': RepairPreview
  'store.repair': RepairOutcome
  'store.reopen-to-repair': undefined
}
