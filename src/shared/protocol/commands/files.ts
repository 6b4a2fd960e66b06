/** What can be asked of files that a user chose. */
import { z } from 'zod'
import { empty, fileToken } from '../fields.ts'

/** Their input schemas; a part of `commandInputs`. */
export const fileInputs = {
  'files.pick': z.strictObject({
    kind: z.enum(['network', 'dataset-file', 'dataset-folder', 'export-folder', 'configuration']),
  }),
  /** Where a new file goes; the dialog asks before one is replaced. */
  'files.pick-new': z.strictObject({
    fileName: z.string().min(1).max(255),
    /** By default a compressed network. */
    kind: z.enum(['compressed', 'configuration', 'page', 'rows', 'chart-csv', 'chart-png', 'chart-svg']).optional(),
  }),
  /** Files that came in lately, the newest first. */
  'files.recent': empty,
  'files.forget-recent': empty,
  /** Shows a file of a picked folder in the system's file manager. */
  'files.show': z.strictObject({ folder: fileToken, fileName: z.string().min(1).max(1000) }),
  /** The text of a file that `files.pick` gave; whether it is a configuration, its reader says. */
  'configurations.read': z.strictObject({ file: fileToken }),
  /** Puts a text where `files.pick-new` said. */
  'configurations.write': z.strictObject({ file: fileToken, text: z.string().max(1_000_000) }),
} as const satisfies Record<string, z.ZodType>

/** A file that the user chose: its path is nobody's business in a window. */
export interface PickedFile {
  readonly token: string
  readonly fileName: string
}

/** A part of `CommandOutputs`. */
export interface FileOutputs {
  /** `undefined` when the user closed the dialog, as of the next. */
  'files.pick': PickedFile | undefined
  'files.pick-new': PickedFile | undefined
  'files.show': undefined
  'files.recent': readonly PickedFile[]
  'files.forget-recent': undefined
  'configurations.read': { readonly fileName: string; readonly text: string }
  'configurations.write': undefined
}
