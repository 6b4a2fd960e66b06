/** Where a run with steps stands, over all its stretches: what every kind of job counts and keeps alike. */
import { z } from 'zod'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import { underPrefix, withoutPrefix, withPrefix } from '#shared/basics/name-prefix.ts'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import { bestPrefix, type Checkpoint } from '../checkpoint.ts'
import type { JobContext } from '../process/job-context.ts'
import { RunMetrics } from '../measure/metrics.ts'
import type { KernelSnapshots } from './kernel-snapshots.ts'
import { PreviewPacer } from './preview-pacer.ts'
import type { TimeLeft } from './time-left.ts'

/** Part of every checkpoint's progress. */
export const runProgressFields = {
  /** Steps done over all phases. */
  step: z.int(),
  elapsedMs: z.number(),
  /** What was drawn so far began with it; absent in checkpoints of older versions. */
  seed: z.int().optional(),
  /** False when the run was paused in the evaluation that follows `step`: it is done again. */
  isEvaluated: z.boolean().default(true),
  /** Best step by correct validation images; -1 before the first evaluation. */
  best: z.object({ correct: z.int(), step: z.int() }).default({ correct: -1, step: 0 }),
}
type RunProgress = z.infer<z.ZodObject<typeof runProgressFields>>

export interface RunStateOptions {
  readonly context: JobContext
  readonly time: TimeLeft
  /** Of the configuration. */
  readonly seed: number
  /** Which tensors a finished run takes. */
  readonly keep: CompressConfig['evaluation']['keep']
  /** Of the checkpoint it goes on from. */
  readonly resumed: Checkpoint<RunProgress> | undefined
  /** Measures the paces that `time` does not know, without touching what the run computes. */
  readonly probe?: () => Promise<void>
  /** Of a run that makes kernels. */
  readonly snapshots?: KernelSnapshots
}

export class RunState {
  readonly context: JobContext
  readonly metrics: RunMetrics
  readonly previews: PreviewPacer
  readonly snapshots: KernelSnapshots | undefined
  readonly probe: (() => Promise<void>) | undefined
  step: number
  isEvaluated: boolean
  isProbed = false
  /** Of this attempt's clock; when the last checkpoint was sent, or the attempt began. */
  checkpointAtMs: number
  readonly #seed: number
  /** A fork draws anew what comes. */
  readonly #hasNewSeed: boolean
  readonly #keep: RunStateOptions['keep']
  #best: HostTensors
  #bestAt: { readonly correct: number; readonly step: number }

  constructor({ context, time, seed, keep, resumed, probe, snapshots }: RunStateOptions) {
    this.context = context
    this.probe = probe
    this.snapshots = snapshots
    this.previews = new PreviewPacer(() => context.now())
    this.#seed = seed
    this.#hasNewSeed = (resumed?.progress.seed ?? seed) !== seed
    this.step = resumed?.progress.step ?? 0
    this.isEvaluated = resumed?.progress.isEvaluated ?? true
    this.metrics = new RunMetrics(context, time, this.step, resumed?.progress.elapsedMs ?? 0)
    this.checkpointAtMs = context.now()
    this.#keep = keep
    this.#bestAt = resumed?.progress.best ?? { correct: -1, step: 0 }
    this.#best = underPrefix(resumed?.tensors ?? {}, bestPrefix)
  }

  /** The tensors of the best evaluation so far, where those are kept and there was one. */
  get best(): HostTensors | undefined {
    return this.#keep === 'best-validation' && this.#bestAt.correct >= 0 ? this.#best : undefined
  }

  /** The state of what was drawn so far, to go on with; undefined where it is drawn anew, from a seed of its own. */
  drawn<State>(state: State | undefined): State | undefined {
    return this.#hasNewSeed ? undefined : state
  }

  /** `tensors` classified so many validation images correctly; the first of equals is kept. */
  offer(correct: number, tensors: HostTensors): void {
    if (this.#keep !== 'best-validation' || correct <= this.#bestAt.correct) return
    this.#bestAt = { correct, step: this.step }
    this.#best = tensors
  }

  /** What was best before is not comparable with what comes. */
  forgetBest(): void {
    this.#bestAt = { correct: -1, step: this.step }
    this.#best = {}
  }

  get progress(): RunProgress {
    return {
      step: this.step,
      elapsedMs: this.metrics.elapsedMs,
      seed: this.#seed,
      isEvaluated: this.isEvaluated,
      best: { ...this.#bestAt },
    }
  }

  /** The tensors of a checkpoint: those given and the best. */
  withBest(tensors: HostTensors): HostTensors {
    return { ...tensors, ...withPrefix(this.#best, bestPrefix) }
  }
}

/** The tensors of a checkpoint without the best. */
export function withoutBest(tensors: HostTensors): HostTensors {
  return withoutPrefix(tensors, bestPrefix)
}
