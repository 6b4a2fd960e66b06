/** What the store keeps, as main, command line and windows see it. Times are ISO 8601 in UTC. */
import { z } from 'zod'
import type { RemoteRun } from '../cluster/remote-run.ts'
import type { ExperimentConfig } from '../experiment/experiment-config.ts'
import type { AppError } from '../basics/result.ts'
import type { NetworkShape } from '../package/accounting.ts'
import type { Preprocessing } from '../network/preprocessing.ts'
import type { NetworkOrigin, RunResult, SkippedFiles } from '../experiment/results.ts'
import type { SplitName } from '../dataset/split-name.ts'
import type { ExperimentStatus } from '../experiment/status-machine.ts'

export { splitNames, type SplitName } from '../dataset/split-name.ts'
export { isPackaged, isTrained } from '../experiment/results.ts'
export type {
  AccuracyCount,
  AccuracyPair,
  BaselineResult,
  CompressResult,
  LayerReconstruction,
  NetworkOrigin,
  PackagedResult,
  RunResult,
  SkippedFiles,
  TrainResult,
} from '../experiment/results.ts'

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
  /** Absent for few classes (shared/measures/top-5.ts), and where an older studio measured. */
  readonly correctTop5?: number
  readonly total: number
  /** correct / total, in [0, 1]. */
  readonly accuracy: number
  readonly device: string
  /** Whether it was kept how sure the network was of each image; an older studio did not. */
  readonly hasConfidences: boolean
  readonly createdAt: string
}

export interface ExperimentRecord {
  readonly id: string
  /** In the order in which experiments of the store were made, from 1; never changes. */
  readonly number: number
  readonly name: string
  readonly status: ExperimentStatus
  readonly config: ExperimentConfig
  /** Absent for `train`. */
  readonly networkId?: string
  /** The batch it was planned in. */
  readonly batchId?: string
  readonly datasetId: string
  /** Name of the cluster it is for; absent: this computer. */
  readonly place?: string
  /** Place among the queued ones, from 1; absent when not queued. */
  readonly queuePosition?: number
  readonly isStarred: boolean
  readonly isArchived: boolean
  readonly tags: readonly string[]
  readonly notes: string
  /** The experiment whose configuration it began with; it may be gone. */
  readonly clonedFrom?: string
  readonly createdAt: string
  readonly updatedAt: string
  /** When it was put into the trash; absent outside. */
  readonly trashedAt?: string
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
  /** Absent where it ran on this computer. */
  readonly remote?: RemoteRun
  readonly result?: RunResult
  readonly startedAt: string
  readonly endedAt?: string
}

export interface MetricPoint {
  /** A `MetricName` (shared/measures/metrics.ts); a store may hold names of other versions of the studio. */
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

/** Where an experiment began that does not begin at its beginning. */
export interface ForkRecord {
  /** It may be gone. */
  readonly runId: string
  /** Of the checkpoint. */
  readonly step: number
  readonly phase: string
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
