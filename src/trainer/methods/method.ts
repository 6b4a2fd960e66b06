/**
 * What the trainer asks of a family of methods. One job runs them all (trainer/jobs/compress.ts): represent, fit, distil,
 * store, decode, measure.
 */
import type { Executor } from '#engine/executors/executor.ts'
import type { SizeBreakdown } from '#shared/package/accounting.ts'
import type { PackageDescription, PackagedNetwork } from '#shared/package/package-description.ts'
import type { JobResult, TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import type { ImageSplit } from '../data/image-split.ts'
import type { Evaluation } from '../measure/evaluation.ts'
import type { JobContext } from '../process/job-context.ts'
import type { RunState } from '../steps/run-state.ts'
import type { LoadedNetwork } from '../weights/stored-network.ts'

type PackagingJob = Extract<TrainerJob, { readonly originalEvaluations?: unknown }>
/** Families whose runs end with a package, as stored records name them. */
export type CompressionFamily = PackagingJob['kind']
export type CompressionJob<F extends CompressionFamily = CompressionFamily> = Extract<TrainerJob, { kind: F }>
export type CompressionResult<F extends CompressionFamily = CompressionFamily> = Extract<JobResult, { kind: F }>

export interface StartOptions<F extends CompressionFamily> {
  readonly job: CompressionJob<F>
  readonly context: JobContext
  readonly executor: Executor
  /** Name of the executor's device. */
  readonly device: string
}

/** A network as the reader of its package gets it. */
export interface DecodedNetwork {
  readonly network: PackagedNetwork
  /** Represented weights by their original names. */
  readonly weights: HostTensors
  /** All other tensors. */
  readonly kept: HostTensors
}

/** Seconds that this attempt spent behind the last step. */
export interface EndingSeconds {
  /** Of writing the package and decoding it. */
  readonly storing: number
  /** Of measuring both networks. */
  readonly measuring: number
}

/** What the results of all methods hold alike. */
export type CommonResult = Pick<
  CompressionResult,
  'evaluations' | 'sizes' | 'layers' | 'relativeError' | 'distortion' | 'package' | 'reconstructed'
>

/** One experiment under way. Whatever waits may throw `Paused` once a pause was asked for, and `cancelled`. */
export interface CompressionRun {
  readonly run: RunState
  /** With the layers that the method represents. */
  readonly original: LoadedNetwork
  /** What storing is called while it goes on, and in estimates of the time left. */
  readonly storing: { readonly phase: string; readonly stage: string }
  /** Represents, fits and distils. Throws `diverged`. */
  fit(): Promise<'fitted' | 'paused'>
  /** The package of what was fitted, with these accuracies. */
  store(accuracies: PackageDescription['accuracies']): Uint8Array<ArrayBuffer>
  /** How the network of a package is measured. */
  evaluation(decoded: DecodedNetwork): Promise<MeasureSplit>
  /** The decoded weights in the scale of the original's, under the same names, for errors and pictures. */
  comparedWeights(decoded: DecodedNetwork): HostTensors
  /** Bytes that the weights of each layer take in a package; absent where they are stored as one. */
  layerBytes?(written: Uint8Array): ReadonlyMap<string, number>
  /** The bytes of a package, part by part. */
  sizes(written: Uint8Array): SizeBreakdown
  /** The result, with the times and what else the method has to say. */
  result(common: CommonResult, seconds: EndingSeconds): CompressionResult
}

export type MeasureSplit = (
  data: ImageSplit,
  onBatch: (done: number, total: number) => Promise<void>,
) => Promise<Evaluation>

export interface CompressionMethod<F extends CompressionFamily> {
  start(options: StartOptions<F>): Promise<CompressionRun>
  /** Throws `AppException` as the reader of the package does. */
  decode(bytes: Uint8Array, fileName: string, executor: Executor): Promise<DecodedNetwork>
}
