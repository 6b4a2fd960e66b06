/** What can be asked of networks and data sets together. */
import type { z } from 'zod'
import { empty } from '../fields.ts'
import type { DatasetRecord, NetworkRecord } from '../records.ts'

/** Their input schemas; a part of `commandInputs`. */
export const libraryInputs = {
  /** What was taken out of the library and can be put back. */
  'library.trash': empty,
} as const satisfies Record<string, z.ZodType>

/** Networks and data sets in the trash, by name. */
export interface LibraryTrashRecords {
  readonly networks: readonly NetworkRecord[]
  readonly datasets: readonly DatasetRecord[]
}

/** A part of `CommandOutputs`. */
export interface LibraryOutputs {
  'library.trash': LibraryTrashRecords
}
