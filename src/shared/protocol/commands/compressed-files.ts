/** What can be asked of finished files of a network, without an experiment. */
import { z } from 'zod'
import type { AccuracyCount, LayerReconstruction } from '../../experiment/results.ts'
import type { SizeBreakdown } from '../../package/accounting.ts'
import { fileToken, id, taskId } from '../fields.ts'
import { networkFileFields, type SketchPoint } from '../trainer-protocol.ts'

/** A network of the library, or one in a file, with what is said of a file that does not say it itself. */
export const networkChoice = z.union([
  z.strictObject({ networkId: id }),
  z.strictObject({ file: fileToken, ...networkFileFields }),
])

export type NetworkChoice = z.infer<typeof networkChoice>

/** Their input schemas; a part of `commandInputs`. */
export const compressedFileInputs = {
  /** What spectral codes would make of a network at many sizes; nothing is stored. */
  'compressed.sketch': z.strictObject({ taskId, network: networkChoice }),
  /** Codes a network into a temporary file, which takes the place of the one made before. */
  'compressed.make': z.strictObject({ taskId, network: networkChoice, ratio: z.number().min(1).max(1000) }),
  /** Accuracy of the made file and of its original on the first validation images of a data set. */
  'compressed.measure': z.strictObject({ taskId, id, datasetId: id, images: z.int().min(1).max(100_000) }),
  /** Puts the made file where `files.pick-new` said; `withLoader` puts the reader for Python beside it. */
  'compressed.save': z.strictObject({ id, file: fileToken, withLoader: z.boolean() }),
} as const satisfies Record<string, z.ZodType>

/** A network in a compressed file that nobody has saved yet. */
export interface CompressedFile {
  readonly id: string
  readonly sizes: SizeBreakdown
  /** ||w - w'|| / ||w|| over all represented weights, as a reader of the file gets them. */
  readonly relativeError: number
  readonly layers: readonly LayerReconstruction[]
  readonly seconds: number
  readonly sizeBytes: number
  readonly sha256: string
}

/** How many of the same validation images the original and the compressed network classify correctly. */
export interface MeasuredFile {
  readonly original: AccuracyCount
  readonly compressed: AccuracyCount
}

/** A part of `CommandOutputs`. */
export interface CompressedFileOutputs {
  /** Of growing ratio. */
  'compressed.sketch': readonly SketchPoint[]
  'compressed.make': CompressedFile
  'compressed.measure': MeasuredFile
  /** Names of the files that were written, the compressed one first. */
  'compressed.save': { readonly fileNames: readonly string[] }
}
