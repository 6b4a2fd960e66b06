/** What can be asked of a store that is open: how large it is, whether it is whole, and what nobody needs. */
import { z } from 'zod'
import { empty, fileToken, taskId } from '../fields.ts'
import { settingsSchema } from '../settings.ts'

/** Their input schemas; a part of `commandInputs`. */
export const storeCareInputs = {
  /** Disk used, by kind and by experiment, and the backups. */
  'store.usage': empty,
  /** Reads the database and, with `files`, every file of the store. */
  'store.check': z.strictObject({ taskId, files: z.boolean() }),
  /** What belongs to nothing that the store knows. */
  'store.orphans': empty,
  /** Removes what `store.orphans` finds. */
  'store.sweep': empty,
  /** What checkpoints of finished runs take, and what would go at once with this setting. */
  'store.checkpoints': z.strictObject({ kept: settingsSchema.shape.checkpointsKept }),
  'store.back-up': empty,
  /** Gives room that nothing uses any more back to the disk. */
  'store.vacuum': empty,
  /** A copy of the whole store in an empty or new folder. */
  'store.export': z.strictObject({ taskId, folder: fileToken }),
  /** Brings in networks, data sets and experiments of another store. */
  'store.import': z.strictObject({ taskId, folder: fileToken }),
} as const satisfies Record<string, z.ZodType>

export const storeKinds = [
  'database',
  'networks',
  'permutations',
  'datasets',
  'packages',
  'checkpoints',
  'snapshots',
  'backups',
  'damaged',
  'downloads',
  'other',
] as const
export type StoreKind = (typeof storeKinds)[number]

export interface StoreBackup {
  readonly name: string
  readonly createdAt: string
  readonly sizeBytes: number
}

export interface StoreUsage {
  readonly folder: string
  /** In the order of `storeKinds`; those with files. */
  readonly kinds: readonly { readonly kind: StoreKind; readonly files: number; readonly sizeBytes: number }[]
  readonly sizeBytes: number
  /** The last one made first. */
  readonly backups: readonly StoreBackup[]
  /** Those that take most, at most 20. */
  readonly experiments: readonly { readonly id: string; readonly name: string; readonly sizeBytes: number }[]
}

export interface StoreFinding {
  /** Of the folder of the store: a file in it, or what the database says of a run. */
  readonly where: string
  readonly problem: string
  readonly remedy: string
}

export interface StoreCheck {
  readonly findings: readonly StoreFinding[]
  /** Files that were read. */
  readonly files: number
  readonly sizeBytes: number
}

/** Checkpoints of completed and cancelled runs. */
export interface CheckpointDisk {
  readonly all: { readonly files: number; readonly sizeBytes: number }
  /** Those that the setting keeps no longer. */
  readonly old: { readonly files: number; readonly sizeBytes: number }
}

export interface StoreOrphan {
  /** Of the folder of the store. */
  readonly path: string
  readonly reason: string
  readonly sizeBytes: number
}

export interface StoreImport {
  readonly networks: number
  readonly datasets: number
  readonly experiments: number
  readonly runs: number
  /** Files that are not what they should be, and were left out. */
  readonly findings: readonly StoreFinding[]
}

/** A part of `CommandOutputs`. */
export interface StoreCareOutputs {
  'store.usage': StoreUsage
  'store.check': StoreCheck
  'store.orphans': readonly StoreOrphan[]
  'store.checkpoints': CheckpointDisk
  'store.sweep': { readonly removed: readonly StoreOrphan[] }
  /** Undefined where earlier backups have all there is. */
  'store.back-up': StoreBackup | undefined
  'store.vacuum': { readonly freedBytes: number }
  'store.export': { readonly files: number; readonly sizeBytes: number }
  'store.import': StoreImport
}
