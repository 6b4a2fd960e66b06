/**
 * What the supervisor (main or command line) and a trainer process say to each other. Versioned; every message is
 * parsed by its schema on arrival. Bytes travel as Uint8Array (structured clone), copied.
 */
import { z } from 'zod'
import { networkShapeSchema } from '../package/accounting.ts'
import { executorNames, providerNames } from '../execution/executors.ts'
import { baselineConfigSchema } from '../methods/direct/config.ts'
import { compressConfigSchema } from '../methods/nern/config.ts'
import { spectralConfigSchema } from '../methods/spectral/config.ts'
import { packagedCodesSchema } from '../methods/spectral/packaged-codes.ts'
import { trainConfigSchema } from '../training/config.ts'
import { datasetPlanSchema } from '../dataset/dataset-plan.ts'
import { triedCompressionSchema, untrainedConfigSchema } from '../forecast/tried-compression.ts'
import { weightFormatSchema } from '../package/export-formats.ts'
import { importanceMeasurementSchema, importanceRequestFields } from '../measures/importance.ts'
import { layerEffectsRequestFields, layerEffectsSchema } from '../measures/layer-effects.ts'
import { metricNames } from '../measures/metrics.ts'
import { preprocessingChangesSchema, preprocessingSchema } from '../network/preprocessing.ts'
import { datasetKinds, importSplits, layerStatisticsSchema } from './records.ts'
import {
  classNamesSchema,
  compressSecondsSchema,
  imageCountsSchema,
  imageShapeSchema,
  permutationSourceSchema,
  permutedSmoothnessSchema,
  reconstructionFields,
  skippedFilesSchema,
  storingSecondsSchema,
  trainedSmoothnessSchema,
  trainSecondsSchema,
} from '../experiment/results.ts'
import { splitNameSchema } from '../dataset/split-name.ts'
import type { Family } from '../experiment/experiment-config.ts'

export const trainerProtocolVersion = 1

const bytes = z.instanceof(Uint8Array)

/** Seconds a unit by stage, measured by earlier runs with the same executor. */
const knownTimes = z.record(z.string(), z.number()).optional()

export const executorChoiceSchema = z.strictObject({
  executor: z.enum(executorNames),
  provider: z.enum(providerNames),
  /** Intra-op threads; 0 = all physical cores. */
  threads: z.int().min(0).max(1024),
})
export type ExecutorChoice = z.infer<typeof executorChoiceSchema>

/** Works everywhere. */
export const defaultExecutor: ExecutorChoice = { executor: 'onnxruntime', provider: 'cpu', threads: 0 }

/** A stored network: read-only path of a safetensors file that main has verified by hash. */
const networkInputSchema = z.strictObject({
  path: z.string(),
  sha256: z.string(),
  architecture: z.string(),
  classes: z.int().min(1),
})
/** A stored data set: read-only folder of the image cache. */
const datasetInputSchema = z.strictObject({ path: z.string(), sha256: z.string() })

const predictionsSchema = z.strictObject({
  /** `original` or `reconstructed`; a `train` job's own network counts as original. */
  of: z.enum(['original', 'reconstructed']),
  split: splitNameSchema,
  correct: z.int(),
  /** Absent where it is not measured (shared/measures/top-5.ts). */
  correctTop5: z.int().exactOptional(),
  total: z.int(),
  /** Bytes of shared/measures/predictions.ts. */
  predictions: bytes,
  /** How sure the network was of each, bytes of the same file; absent where an earlier version measured. */
  confidences: bytes.exactOptional(),
})
export type SplitPredictions = z.infer<typeof predictionsSchema>

/** What the user says of a network file that does not say it itself. */
export const networkFileFields = {
  /** Of the zoo, for a state dict that fits several. */
  architecture: z.string().optional(),
  /** Which of the state dicts of a weights file, by its path of keys: `state_dict_ema`. */
  key: z.string().min(1).max(1000).optional(),
  /** Height and width in pixels of what an ONNX graph looks at, where it leaves them free. */
  inputSize: z.int().min(1).max(4096).optional(),
}

/** A network in any file that the studio reads; those of the store are such files, too. */
const networkSourceSchema = z.strictObject({
  sourcePath: z.string(),
  ...networkFileFields,
  /** Goes before what the file says, and that before what is usual for the architecture. */
  preprocessing: preprocessingChangesSchema,
})

/** How a folder of images is taken in; other data sets have their own size and splits. */
export const imageImportSchema = z.strictObject({
  /** Side of the stored squares in pixels: what a network looks at, divided by 0.875. */
  size: z.int().min(8).max(1024),
  split: z.enum(importSplits),
})

/** What every job is given that compresses a stored network. */
const compressionInputs = {
  network: networkInputSchema,
  dataset: datasetInputSchema,
  /** What was measured of the original network before, on all images of a split: it is not measured again. */
  originalEvaluations: z.array(predictionsSchema).optional(),
  knownTimes,
}

export const trainerJobSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('compress'),
    config: compressConfigSchema,
    ...compressionInputs,
    /** Read-only path of the permutation kept of this network and configuration; main has verified it by hash. */
    permutationPath: z.string().optional(),
    /** Read-only path of the package whose predictor is the first one. */
    startPath: z.string().optional(),
  }),
  z.strictObject({
    kind: z.literal('train'),
    config: trainConfigSchema,
    /** Weights to start from instead of random ones; of the architecture and classes that are trained. */
    network: networkInputSchema.optional(),
    dataset: datasetInputSchema,
    knownTimes,
  }),
  z.strictObject({
    kind: z.literal('baseline'),
    config: baselineConfigSchema,
    ...compressionInputs,
  }),
  z.strictObject({
    kind: z.literal('spectral'),
    config: spectralConfigSchema,
    ...compressionInputs,
  }),
  /** Accuracy of a stored network. `limit` 0 = the whole split. */
  z.strictObject({
    kind: z.literal('evaluate'),
    network: networkInputSchema,
    dataset: datasetInputSchema,
    split: splitNameSchema,
    limit: z.int().min(0),
  }),
  /** Pruning curves of a stored network, by how well a run reconstructed its weights. */
  z.strictObject({
    kind: z.literal('importance'),
    network: networkInputSchema,
    /** Read-only path of the network the run reconstructed. */
    reconstructedPath: z.string(),
    /** What the run represented. */
    representation: compressConfigSchema.shape.representation,
    /** What the run ended with: the file must agree. */
    relativeError: z.number(),
    dataset: datasetInputSchema,
    ...importanceRequestFields,
  }),
  /** Accuracy of a stored network with single layers of a package of it, and of the reverse. */
  z.strictObject({
    kind: z.literal('layer-effects'),
    network: networkInputSchema,
    packagePath: z.string(),
    dataset: datasetInputSchema,
    ...layerEffectsRequestFields,
  }),
  /** The codes of a finished compression, with the bits of each. */
  z.strictObject({
    kind: z.literal('read-codes'),
    network: networkInputSchema,
    packagePath: z.string(),
    /** What the package was made with. */
    config: spectralConfigSchema,
  }),
  /** Read a weights file, match it, write the normalised safetensors to `outputPath` (a temporary name). */
  networkSourceSchema.extend({ kind: z.literal('import-network'), outputPath: z.string() }),
  /** What `import-network` would write, without writing anything. */
  networkSourceSchema.extend({ kind: z.literal('inspect-network') }),
  /** Code the kernels of a network, without data, and write the package to `outputPath` (a temporary name). */
  networkSourceSchema.extend({
    kind: z.literal('compress-file'),
    config: spectralConfigSchema,
    outputPath: z.string(),
  }),
  /** What `compress-file` would come to at many steps, estimated without writing anything. */
  networkSourceSchema.extend({ kind: z.literal('sketch-spectral'), config: spectralConfigSchema }),
  /** What compressions without data would come to, without keeping any. */
  networkSourceSchema.extend({
    kind: z.literal('try-compressions'),
    configs: z.array(untrainedConfigSchema).min(1).max(100),
  }),
  /** Accuracy of the network that a package gives, and of the original one. `limit` 0 = the whole split. */
  z.strictObject({
    kind: z.literal('measure-package'),
    packagePath: z.string(),
    /** Absent where its accuracy is known. */
    original: networkSourceSchema.optional(),
    dataset: datasetInputSchema,
    split: splitNameSchema,
    limit: z.int().min(0),
  }),
  /** Accuracy of a stored network under each of several preprocessings, on images spread over a split. */
  z.strictObject({
    kind: z.literal('try-preprocessings'),
    network: networkInputSchema,
    dataset: datasetInputSchema,
    split: splitNameSchema,
    limit: z.int().min(1),
    preprocessings: z.array(preprocessingSchema).min(1).max(100),
  }),
  /** Decode a data set into the image cache at `outputPath` (a temporary folder). */
  z.strictObject({
    kind: z.literal('import-dataset'),
    sourcePath: z.string(),
    outputPath: z.string(),
    images: imageImportSchema,
    /** Whether a set is taken in that looks odd. */
    accept: z.boolean(),
  }),
  /** What an import would give. Reads names and lists, which of a big set takes a while. */
  z.strictObject({
    kind: z.literal('plan-dataset'),
    sourcePath: z.string(),
    split: imageImportSchema.shape.split,
  }),
  /** The network that a package gives, written to temporary names. */
  z.strictObject({
    kind: z.literal('export'),
    packagePath: z.string(),
    outputs: z.array(z.strictObject({ format: weightFormatSchema, path: z.string() })).min(1),
  }),
  /** A small proof run on a device: sampled step against known numbers. */
  z.strictObject({ kind: z.literal('probe') }),
  /** Which executors and providers exist here. Loads native packages, so it is a job too. */
  z.strictObject({ kind: z.literal('list-engines') }),
])
export type TrainerJob = z.infer<typeof trainerJobSchema>
/** Jobs of experiments, whose time left is estimated. */
export type TimedJob = Extract<TrainerJob, { kind: Family }>

export const toTrainerSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('start'),
    version: z.literal(trainerProtocolVersion),
    job: trainerJobSchema,
    executor: executorChoiceSchema,
    /** Bytes of the checkpoint to go on from. */
    checkpoint: bytes.optional(),
  }),
  /** Send a checkpoint, then `paused`, then exit 0. */
  z.strictObject({ type: z.literal('pause') }),
  /** Send a checkpoint after the next step and go on. */
  z.strictObject({ type: z.literal('checkpoint') }),
  /** Stop at the next step, send `cancelled`, exit 0. */
  z.strictObject({ type: z.literal('cancel') }),
])
export type ToTrainer = z.infer<typeof toTrainerSchema>

const appErrorSchema = z.strictObject({
  code: z.string(),
  message: z.string(),
  where: z.string().optional(),
  remedy: z.string().optional(),
})

/** What every job gives that turns a network into a package. */
const packageFields = {
  evaluations: z.array(predictionsSchema),
  ...reconstructionFields,
  /** The package (docs/format.md), which accuracy was measured with. */
  package: bytes,
  /** safetensors: every tensor of the reconstructed network under its original name. */
  reconstructed: bytes,
}

/** `NetworkDescription` of the records. */
const networkDescriptionSchema = z.strictObject({
  title: z.string(),
  parameters: z.int(),
  representedWeights: z.int(),
  kernels: z.int(),
  preprocessing: preprocessingSchema,
  layers: z.array(layerStatisticsSchema).readonly(),
})

/** One of the state dicts of a weights file, for a list to choose from. */
const stateDictChoiceSchema = z.strictObject({
  /** What an import is given to take it. */
  key: z.string(),
  tensors: z.int(),
  /** Whether its tensors are those of an architecture of the zoo, or of a network that the file describes. */
  isKnown: z.boolean(),
})
export type StateDictChoice = z.infer<typeof stateDictChoiceSchema>

/** What a network file holds, once it is recognised and brought to the studio's own form. */
const recognisedNetworkSchema = z.strictObject({
  architecture: z.string(),
  classes: z.int(),
  description: networkDescriptionSchema,
  shape: networkShapeSchema,
  /** What the network looks at, in pixels. */
  inputShape: z.strictObject({ channels: z.int(), height: z.int(), width: z.int() }),
  format: z.string(),
  /** Of the studio's own form of the network, which the store names it by. */
  sha256: z.string(),
  sizeBytes: z.int(),
  /** How it was recognised, for people. */
  evidence: z.string(),
  /** What was done to the content of the file, a sentence each. */
  notes: z.array(z.string()),
})
export type RecognisedNetwork = z.infer<typeof recognisedNetworkSchema>

/** What a coding with one step comes to. */
const sketchPointSchema = z
  .strictObject({
    /** Bytes of the original's parameters in float32 over those of the file. */
    ratio: z.number(),
    bytes: z.number(),
    /** ||w - w'|| / ||w|| over all represented weights. */
    relativeError: z.number(),
    /** Quantisation step, in units of the original weights. */
    step: z.number(),
  })
  .readonly()
export type SketchPoint = z.infer<typeof sketchPointSchema>

export const jobResultSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('compress'),
    ...packageFields,
    seconds: compressSecondsSchema,
    permutationSource: permutationSourceSchema,
    smoothness: permutedSmoothnessSchema.exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('baseline'),
    ...packageFields,
    seconds: storingSecondsSchema,
  }),
  z.strictObject({
    kind: z.literal('spectral'),
    ...packageFields,
    seconds: storingSecondsSchema,
  }),
  z.strictObject({
    kind: z.literal('train'),
    evaluations: z.array(predictionsSchema),
    /** safetensors of the trained network. */
    network: bytes,
    description: networkDescriptionSchema,
    seconds: trainSecondsSchema,
    /** Absent where no kernels are neighbours. */
    smoothness: trainedSmoothnessSchema.exactOptional(),
  }),
  z.strictObject({ kind: z.literal('evaluate'), evaluation: predictionsSchema }),
  importanceMeasurementSchema.extend({ kind: z.literal('importance') }),
  layerEffectsSchema.extend({ kind: z.literal('layer-effects') }),
  packagedCodesSchema.extend({ kind: z.literal('read-codes') }),
  recognisedNetworkSchema.extend({
    kind: z.literal('import-network'),
    /** Of the file that was read. */
    sourceSha256: z.string(),
  }),
  z.strictObject({
    kind: z.literal('inspect-network'),
    /** Absent where the file holds several networks and no key says which. */
    recognised: recognisedNetworkSchema.exactOptional(),
    stateDicts: z.array(stateDictChoiceSchema),
  }),
  z.strictObject({
    kind: z.literal('compress-file'),
    recognised: recognisedNetworkSchema,
    ...reconstructionFields,
    /** Quantisation step, in units of the original weights. */
    step: z.number(),
    /** Of coding, writing and reading back; the network file was read before. */
    seconds: z.number(),
    sha256: z.string(),
    sizeBytes: z.int(),
  }),
  z.strictObject({
    kind: z.literal('try-compressions'),
    recognised: recognisedNetworkSchema,
    tried: z.array(triedCompressionSchema),
    /** Of classifying one on this machine, the start included. */
    secondsPerPicture: z.number(),
  }),
  z.strictObject({ kind: z.literal('sketch-spectral'), points: z.array(sketchPointSchema) }),
  z.strictObject({
    kind: z.literal('measure-package'),
    reconstructed: predictionsSchema,
    /** Present where the job named its file. */
    original: predictionsSchema.exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('try-preprocessings'),
    total: z.int(),
    /** Images right under each preprocessing of the job, in its order. */
    correct: z.array(z.int()),
    /** Images of the most frequent class: what a network that knows nothing can get right at best. */
    mostFrequent: z.int(),
  }),
  z.strictObject({
    kind: z.literal('import-dataset'),
    datasetKind: z.enum(datasetKinds),
    classNames: classNamesSchema,
    imageShape: imageShapeSchema,
    counts: imageCountsSchema,
    sha256: z.string(),
    sizeBytes: z.int(),
    evidence: z.string(),
    skipped: skippedFilesSchema,
  }),
  z.strictObject({ kind: z.literal('plan-dataset'), plan: datasetPlanSchema }),
  z.strictObject({
    kind: z.literal('export'),
    /** In the order of the job's outputs. */
    outputs: z.array(z.strictObject({ sizeBytes: z.int(), sha256: z.string() })),
    tensors: z.int(),
    values: z.int(),
  }),
  z.strictObject({
    kind: z.literal('probe'),
    device: z.string(),
    /** Largest difference to the expected numbers, relative. */
    deviation: z.number(),
    millisecondsPerStep: z.number(),
  }),
  z.strictObject({
    kind: z.literal('list-engines'),
    engines: z.array(
      z.strictObject({
        executor: executorChoiceSchema.shape.executor,
        provider: executorChoiceSchema.shape.provider,
        status: z.enum(['available', 'unavailable']),
        isVerified: z.boolean(),
        detail: z.string(),
        reason: z.string().exactOptional(),
      }),
    ),
    /** Of the packages behind them, by name. */
    versions: z.record(z.string(), z.string()),
  }),
])
export type JobResult = z.infer<typeof jobResultSchema>

export const fromTrainerSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('ready'),
    version: z.literal(trainerProtocolVersion),
    pid: z.int(),
  }),
  z.strictObject({
    type: z.literal('started'),
    /** e.g. `onnxruntime cpu, AMD EPYC, 2 threads`. */
    device: z.string(),
    totalSteps: z.int(),
    /** 0, or where the checkpoint goes on. */
    step: z.int(),
  }),
  /** Every second, also while a long call blocks no longer than that. */
  z.strictObject({ type: z.literal('heartbeat'), step: z.int(), rssBytes: z.number(), cpuSeconds: z.number() }),
  /** What is being done, with progress in units of its own; `total` 0 = unknown. */
  z.strictObject({
    type: z.literal('phase'),
    phase: z.string(),
    done: z.number(),
    total: z.number(),
    /** Of one that has steps (`total`): how many of the run were done when it began. */
    firstStep: z.int().optional(),
    /** Whether nothing is lost when the process ends now: it is done again from the last checkpoint. */
    isRepeatable: z.boolean(),
  }),
  /** At most every 250 ms. `elapsedMs` counts training time over all attempts. */
  z.strictObject({
    type: z.literal('metrics'),
    step: z.int(),
    stepsPerSecond: z.number(),
    /** To the end of the run; absent while the cost of a part to come is not known. */
    remainingSeconds: z.number().optional(),
    /** Part of the expected time that has passed, in [0, 1]; absent as long. */
    progress: z.number().optional(),
    points: z.array(
      z.strictObject({ name: z.enum(metricNames), step: z.int(), elapsedMs: z.number(), value: z.number() }),
    ),
  }),
  /** Every represented layer, in the network's order, with its first kernels. */
  z.strictObject({
    type: z.literal('preview'),
    step: z.int(),
    layers: z.array(
      z.strictObject({
        layer: z.string(),
        relativeError: z.number(),
        kernelShape: z.tuple([z.int(), z.int()]),
        count: z.int(),
        original: z.instanceof(Float32Array),
        reconstructed: z.instanceof(Float32Array),
      }),
    ),
  }),
  /** What a run has made of some kernels (formats/kernel-history), for main to keep; the first of an attempt says which. */
  z.strictObject({ type: z.literal('kernel-snapshot'), step: z.int(), bytes, sample: bytes.exactOptional() }),
  z.strictObject({ type: z.literal('log'), level: z.enum(['info', 'warning', 'error']), text: z.string() }),
  z.strictObject({ type: z.literal('checkpoint'), step: z.int(), phase: z.string(), sha256: z.string(), bytes }),
  /** Seconds a unit of the stages this attempt went through, for the time left of runs to come. */
  z.strictObject({ type: z.literal('stage-times'), seconds: z.record(z.string(), z.number()) }),
  /** safetensors: a permutation that was computed, for main to keep with the network. */
  z.strictObject({ type: z.literal('permutation'), sha256: z.string(), bytes }),
  z.strictObject({ type: z.literal('paused'), step: z.int() }),
  z.strictObject({ type: z.literal('cancelled') }),
  z.strictObject({ type: z.literal('result'), result: jobResultSchema }),
  z.strictObject({ type: z.literal('failed'), error: appErrorSchema }),
])
export type FromTrainer = z.infer<typeof fromTrainerSchema>
