/**
 * What a run ends with, and the other compound values that are kept as JSON: one schema each, for the protocol, which
 * brings them, and for the store, which reads them back.
 */
import { z } from 'zod'
import { sizeBreakdownSchema } from '../package/accounting.ts'
import { appErrorCodes } from '../basics/result.ts'
import { splitNameSchema } from '../dataset/split-name.ts'

export const appErrorSchema = z.strictObject({
  code: z.enum(appErrorCodes),
  message: z.string(),
  where: z.string().exactOptional(),
  remedy: z.string().exactOptional(),
})

/** Where a network's weights came from. */
export const networkOriginSchema = z.strictObject({
  kind: z.enum(['imported', 'trained', 'sample']),
  /** File name without folders, or the experiment's name. */
  source: z.string(),
  /** `safetensors`, `pytorch-zip`, `pytorch-legacy`, `npz`, `onnx`, `studio`. */
  format: z.string(),
  /** SHA-256 of the source file. */
  sha256: z.string(),
  /** What was done to the content of the file, a sentence each; absent where nothing was. */
  notes: z.array(z.string()).readonly().exactOptional(),
})
export type NetworkOrigin = Readonly<z.infer<typeof networkOriginSchema>>

/** [channels, height, width] */
export const imageShapeSchema = z.tuple([z.int(), z.int(), z.int()]).readonly()
export const imageCountsSchema = z.strictObject({ train: z.int(), validation: z.int(), test: z.int() })
export const classNamesSchema = z.array(z.string()).readonly()

/** What an import left out. */
export const skippedFilesSchema = z.strictObject({
  count: z.int(),
  /** The first of them. */
  files: z
    .array(
      z
        .strictObject({
          file: z.string(),
          reason: z.enum(['damaged', 'duplicate', 'mislabelled', 'unsupported']),
          detail: z.string(),
        })
        .readonly(),
    )
    .readonly(),
})
export type SkippedFiles = Readonly<z.infer<typeof skippedFilesSchema>>

const countSchema = z
  .strictObject({
    correct: z.int(),
    /** Images whose label is among the five largest logits; absent for few classes, and in results of older studios. */
    correctTop5: z.int().exactOptional(),
    total: z.int(),
  })
  .readonly()
export type AccuracyCount = z.infer<typeof countSchema>

const accuracyPairSchema = z.strictObject({
  split: splitNameSchema,
  original: countSchema,
  reconstructed: countSchema,
})
export type AccuracyPair = Readonly<z.infer<typeof accuracyPairSchema>>

const layerReconstructionSchema = z.strictObject({
  name: z.string(),
  shape: z.array(z.int()).readonly(),
  /** ||w - w'|| / ||w|| of the layer. */
  relativeError: z.number(),
  /** What its weights take in the file; absent where a method stores all layers as one, and in results of older versions. */
  bytes: z.number().exactOptional(),
})
export type LayerReconstruction = Readonly<z.infer<typeof layerReconstructionSchema>>

/** What a trainer says of every network it turned into a smaller file, and what is kept of it. */
export const reconstructionFields = {
  /** Measured bytes of the file. */
  sizes: sizeBreakdownSchema.readonly(),
  layers: z.array(layerReconstructionSchema.readonly()).readonly(),
  /** ||w - w'|| / ||w|| over all represented weights. */
  relativeError: z.number(),
  /**
   * Relative squared error of the answers on drawn pictures (docs/knob.md). Absent where an answer was not a number, and in
   * results of older versions.
   */
  distortion: z.number().exactOptional(),
}

/** Of a compression, by phase. */
export const compressSecondsSchema = z.strictObject({
  permutation: z.number(),
  reconstruction: z.number(),
  distillation: z.number(),
  quantisation: z.number(),
  evaluation: z.number(),
  total: z.number(),
})
/** The same of methods that store what they find at once. */
export const storingSecondsSchema = z.strictObject({
  /** Of the training before it; 0 without. */
  distillation: z.number(),
  compression: z.number(),
  evaluation: z.number(),
  total: z.number(),
})
export const trainSecondsSchema = z.strictObject({ total: z.number() })

/** `cache`: kept from an earlier experiment, so that it took 0 seconds. */
export const permutationSourceSchema = z.enum(['none', 'computed', 'cache'])
/** `networkSmoothness` of the original network in its own order and in that of the coordinates. */
export const permutedSmoothnessSchema = z.strictObject({ original: z.number(), permuted: z.number() })
/** `networkSmoothness` of the weights a training began with and of those kept. */
export const trainedSmoothnessSchema = z.strictObject({ before: z.number(), after: z.number() })

/** Validation and test split. Selection used the validation split only. */
const accuraciesSchema = z.array(accuracyPairSchema.readonly()).readonly()

const compressResultSchema = z.strictObject({
  kind: z.literal('compress'),
  accuracies: accuraciesSchema,
  ...reconstructionFields,
  /** Results from before there was a quantisation phase do not name it. */
  seconds: compressSecondsSchema.extend({ quantisation: z.number().exactOptional() }).readonly(),
  /** Absent in results of older versions. */
  permutationSource: permutationSourceSchema.exactOptional(),
  /** Absent where no kernels are neighbours and in results of older versions. */
  smoothness: permutedSmoothnessSchema.readonly().exactOptional(),
})
export type CompressResult = Readonly<z.infer<typeof compressResultSchema>>

const storingResultFields = {
  accuracies: accuraciesSchema,
  ...reconstructionFields,
  seconds: storingSecondsSchema.readonly(),
}
const baselineResultSchema = z.strictObject({ kind: z.literal('baseline'), ...storingResultFields })
export type BaselineResult = Readonly<z.infer<typeof baselineResultSchema>>
const spectralResultSchema = z.strictObject({ kind: z.literal('spectral'), ...storingResultFields })
export type SpectralResult = Readonly<z.infer<typeof spectralResultSchema>>

const trainResultSchema = z.strictObject({
  kind: z.literal('train'),
  networkId: z.string(),
  validation: countSchema,
  test: countSchema,
  seconds: trainSecondsSchema.readonly(),
  /** Absent as above. */
  smoothness: trainedSmoothnessSchema.readonly().exactOptional(),
})
export type TrainResult = Readonly<z.infer<typeof trainResultSchema>>

/** What the store keeps of a completed run. */
export const runResultSchema = z.discriminatedUnion('kind', [
  compressResultSchema,
  baselineResultSchema,
  spectralResultSchema,
  trainResultSchema,
])
export type RunResult = CompressResult | BaselineResult | SpectralResult | TrainResult
export type FamilyResult<F extends RunResult['kind']> = Extract<RunResult, { kind: F }>
/** Of an experiment that ends with a package. */
export type PackagedResult = CompressResult | BaselineResult | SpectralResult

/** Whether a run ended with a network of its own, which is in the library. */
export function isTrained(result: RunResult | undefined): result is TrainResult {
  return result !== undefined && 'networkId' in result
}

/** Whether a run ended with a package, which can be compared, exported and reported. */
export function isPackaged(result: RunResult | undefined): result is PackagedResult {
  return result !== undefined && 'sizes' in result
}
