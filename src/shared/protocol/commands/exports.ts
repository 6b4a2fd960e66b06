/** What can be asked of what a completed compression gave, as files. */
import { z } from 'zod'
import { exportFormatSchema, type ExportFormat } from '../../package/export-formats.ts'
import { fileToken, id, taskId } from '../fields.ts'

/** Their input schemas; a part of `commandInputs`. */
export const exportInputs = {
  /** Writes what a completed compression gave into a folder; existing files are replaced only when asked to. */
  'experiments.export': z.strictObject({
    taskId,
    id,
    folder: fileToken,
    formats: z.array(exportFormatSchema).min(1),
    replace: z.boolean(),
  }),
  /** Names and exact sizes of everything that an export would write. */
  'experiments.export-sizes': z.strictObject({ taskId, id }),
} as const satisfies Record<string, z.ZodType>

export interface ExportSummary {
  /** In the order of the formats asked for; a report is two files. */
  readonly files: readonly { readonly format: ExportFormat; readonly fileName: string; readonly sizeBytes: number }[]
}

/** A part of `CommandOutputs`. */
export interface ExportOutputs {
  'experiments.export': ExportSummary
  'experiments.export-sizes': ExportSummary
}
