/** What the store keeps, as main, command line and windows see it. Times are ISO 8601 in UTC. */
import { z } from 'zod'
import type { ExperimentConfig } from './experiment-config.ts'
import type { AppError } from './result.ts'
import type { SizeBreakdown, NetworkShape } from './accounting.ts'
import type { Preprocessing } from './preprocessing.ts'
import type { ExperimentStatus } from './status-machine.ts'

export const splitNames = ['train', 'validation', 'test'] as const
export const splitNameSchema = z.enum(splitNames)
export type SplitName = (typeof splitNames)[number]

/** Where a network's weights came from. */
export interface NetworkOrigin {
  readonly kind: 'imported' | 'trained' | 'sample'
  /** File name without folders, or the experiment's name. */
  readonly source: string
  /** `safetensors`, `pytorch-zip`, `pytorch-legacy`, `npz`, `onnx`, `studio`. */
  readonly format: string
  /** SHA-256 of the source file. */
  readonly sha256: string
}

export interface NetworkRecord {
  readonly id: string
  readonly name: string
  readonly architecture: string
  readonly title: string
  readonly classes: number
  /** SHA-256 of the stored safetensors file; its content address. */
  readonly sha256: string
  readonly sizeBytes: number
  readonly parameters: number
  readonly representedWeights: number
  readonly kernels: number
  /** A part of what `sha256` names: everything measured depends on it. */
  readonly preprocessing: Preprocessing
  readonly origin: NetworkOrigin
  readonly createdAt: string
}

export const layerStatisticsSchema = z.strictObject({
  name: z.string(),
  shape: z.array(z.int()).readonly(),
  isRepresented: z.boolean(),
  kernels: z.int(),
  weights: z.int(),
  bytes: z.int(),
  standardDeviation: z.number(),
  /** Mean cosine similarity of neighbouring kernels, undefined where there are none. */
  smoothness: z.number().optional(),
})
export type LayerStatistics = Readonly<z.infer<typeof layerStatisticsSchema>>

/** What a trainer finds out about a network while it has its weights in memory. */
export interface NetworkDescription extends Pick<
  NetworkRecord,
  'title' | 'parameters' | 'representedWeights' | 'kernels' | 'preprocessing'
> {
  readonly layers: readonly LayerStatistics[]
}

export interface NetworkDetail {
  readonly record: NetworkRecord
  readonly shape: NetworkShape
  readonly layers: readonly LayerStatistics[]
  readonly evaluations: readonly EvaluationRecord[]
}

export const datasetKinds = ['cifar10', 'cifar100', 'image-folder'] as const
export type DatasetKind = (typeof datasetKinds)[number]

/** Of images that nobody has put into splits: `auto` cuts them by file name when there are many, else all are for tests. */
export const importSplits = ['auto', 'hash', 'test'] as const
export type ImportSplit = (typeof importSplits)[number]

/** What an import left out. */
export interface SkippedFiles {
  readonly count: number
  /** The first of them. */
  readonly files: readonly {
    readonly file: string
    readonly reason: 'damaged' | 'duplicate' | 'mislabelled' | 'unsupported'
    readonly detail: string
  }[]
}

export interface DatasetRecord {
  readonly id: string
  readonly name: string
  readonly kind: DatasetKind
  readonly classNames: readonly string[]
  /** [channels, height, width] */
  readonly imageShape: readonly [number, number, number]
  readonly counts: Readonly<Record<SplitName, number>>
  readonly sha256: string
  readonly sizeBytes: number
  /** What is known of its content, e.g. `equal to the official CIFAR-10 files by hash`. */
  readonly evidence: string
  readonly skipped: SkippedFiles
  readonly createdAt: string
}

/** Accuracy of one network on one split. Predictions per image are kept beside it. */
export interface EvaluationRecord {
  readonly id: string
  /** The network measured: an original, or the reconstruction of a run. */
  readonly networkId?: string
  readonly runId?: string
  readonly datasetId: string
  readonly split: SplitName
  readonly correct: number
  readonly total: number
  /** correct / total, in [0, 1]. */
  readonly accuracy: number
  readonly device: string
  readonly createdAt: string
}

export interface LayerReconstruction {
  readonly name: string
  readonly shape: readonly number[]
  /** ||w - w'|| / ||w|| of the layer. */
  readonly relativeError: number
}

export interface AccuracyPair {
  readonly split: SplitName
  readonly original: { readonly correct: number; readonly total: number }
  readonly reconstructed: { readonly correct: number; readonly total: number }
}

/** What every experiment ends with that turns a network into a smaller file: measured with that file. */
interface ReconstructionResult {
  /** Validation and test split. Selection used the validation split only. */
  readonly accuracies: readonly AccuracyPair[]
  readonly sizes: SizeBreakdown
  readonly layers: readonly LayerReconstruction[]
  /** ||w - w'|| / ||w|| over all represented weights. */
  readonly relativeError: number
}

export interface CompressResult extends ReconstructionResult {
  readonly kind: 'compress'
  readonly seconds: {
    readonly permutation: number
    readonly reconstruction: number
    readonly distillation: number
    /** Absent in results from before there was a quantisation phase. */
    readonly quantisation?: number
    readonly evaluation: number
    readonly total: number
  }
  /** Whether the permutation was computed or kept from before; absent in results of older versions. */
  readonly permutationSource?: 'none' | 'computed' | 'cache'
  /**
   * Mean cosine of neighbouring kernels of the original network, in its own order and in that of the coordinates. Absent
   * where no kernels are neighbours and in results of older versions.
   */
  readonly smoothness?: { readonly original: number; readonly permuted: number }
}

export interface BaselineResult extends ReconstructionResult {
  readonly kind: 'baseline'
  readonly seconds: {
    /** Of the training before it; 0 without. */
    readonly distillation: number
    readonly compression: number
    readonly evaluation: number
    readonly total: number
  }
}

export interface TrainResult {
  readonly kind: 'train'
  readonly networkId: string
  readonly validation: { readonly correct: number; readonly total: number }
  readonly test: { readonly correct: number; readonly total: number }
  readonly seconds: { readonly total: number }
  /** Mean cosine of neighbouring kernels, with the weights it began with and with those kept; absent as above. */
  readonly smoothness?: { readonly before: number; readonly after: number }
}
export type RunResult = CompressResult | BaselineResult | TrainResult
/** Of an experiment that ends with a package. */
export type PackagedResult = CompressResult | BaselineResult

/** Whether a run ended with a package, which can be compared, exported and reported. */
export function isPackaged(result: RunResult | undefined): result is PackagedResult {
  return result !== undefined && result.kind !== 'train'
}

export interface ExperimentRecord {
  readonly id: string
  readonly name: string
  readonly status: ExperimentStatus
  readonly config: ExperimentConfig
  /** Absent for `train`. */
  readonly networkId?: string
  readonly datasetId: string
  /** Place among the queued ones, from 1; absent when not queued. */
  readonly queuePosition?: number
  readonly isStarred: boolean
  readonly isArchived: boolean
  readonly tags: readonly string[]
  readonly notes: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly latestRun?: RunRecord
}

export interface RunRecord {
  readonly id: string
  readonly experimentId: string
  /** From 1. */
  readonly attempt: number
  readonly status: 'running' | 'paused' | 'completed' | 'failed' | 'cancelled' | 'interrupted'
  readonly device?: string
  readonly phase?: string
  /** Optimiser updates done / planned over all phases. */
  readonly step: number
  readonly totalSteps: number
  readonly stepsPerSecond?: number
  /** Estimated seconds to the end, evaluation and packaging included; absent while nothing is known. */
  readonly remainingSeconds?: number
  /** Part of the expected time that has passed, in [0, 1]; absent before the first estimate. */
  readonly progress?: number
  readonly error?: AppError
  readonly result?: RunResult
  readonly startedAt: string
  readonly endedAt?: string
}

export interface MetricPoint {
  /** A `MetricName` (shared/metrics.ts); a store may hold names of other versions of the studio. */
  readonly name: string
  readonly step: number
  /** Milliseconds of training time since the run started, pauses not counted. */
  readonly elapsedMs: number
  readonly value: number
}

/** One represented layer as a run has it by now. Row-major kernels, the same of both networks in the same order. */
export interface KernelPreview {
  readonly step: number
  readonly layer: string
  /** ||w - w'|| / ||w|| of the whole layer. */
  readonly relativeError: number
  /** [height, width] of one kernel. */
  readonly kernelShape: readonly [number, number]
  readonly count: number
  readonly original: Float32Array
  readonly reconstructed: Float32Array
}

export interface LogLine {
  readonly at: string
  readonly level: 'info' | 'warning' | 'error'
  readonly text: string
}

export interface CheckpointRecord {
  readonly runId: string
  readonly step: number
  readonly phase: string
  readonly sha256: string
  readonly sizeBytes: number
  readonly createdAt: string
}
