/**
 * What lists, queue and menus show of an experiment: no configuration, no result of a layer, no notes. Nor its place in the
 * queue, which changes without it: `QueueState` alone says that.
 */
import { baselineTitle } from '../methods/direct/baseline-title.ts'
import type { PhaseName } from '../methods/nern/compress-phases.ts'
import { configDigest } from './config-digest.ts'
import type { ExperimentConfig } from './experiment-config.ts'
import type { ExperimentRecord, RunRecord } from '../protocol/records.ts'
import { assertNever, type AppError } from '../basics/result.ts'
import type { RunResult } from './results.ts'
import type { ExperimentStatus } from './status-machine.ts'

/** What an experiment will do. */
export type ExperimentPlan =
  | {
      readonly kind: 'compress'
      readonly hiddenSize: number
      readonly steps: Readonly<Record<PhaseName, number>>
    }
  | { readonly kind: 'train'; readonly architecture: string; readonly epochs: number }
  /** `title` names the method; `steps` are those of its distillation. */
  | { readonly kind: 'baseline'; readonly title: string; readonly steps: number }

/** The numbers of a finished experiment; absent where there are none yet. */
export interface Outcome {
  /** Accuracy on the test split, in [0, 1]: of the reconstructed network, or of the trained one. */
  readonly accuracy?: number
  /** Reconstructed minus original on the test split, in [-1, 1]. */
  readonly difference?: number
  /** Original bytes over all bytes. */
  readonly ratio?: number
  readonly totalBytes?: number
  readonly seconds?: number
}

/** Where a run is; when it began and ended, and what it gave, only its record says. */
export type RunSummary = Omit<RunRecord, 'experimentId' | 'result' | 'startedAt' | 'endedAt'>

export interface ExperimentSummary {
  readonly id: string
  readonly name: string
  readonly status: ExperimentStatus
  /** Absent where there is a `problem`. */
  readonly plan?: ExperimentPlan
  /** Equal for equal configurations (`configDigest`); absent as `plan`. */
  readonly configDigest?: string
  readonly networkId?: string
  readonly datasetId: string
  readonly isStarred: boolean
  readonly isArchived: boolean
  readonly tags: readonly string[]
  readonly createdAt: string
  /** Of the last change by a person or of the status; progress does not count. */
  readonly updatedAt: string
  readonly latestRun?: RunSummary
  /** Of the latest run. */
  readonly outcome: Outcome
  /** Why it cannot be read, and what to do: it can be removed, but not opened and not run. */
  readonly problem?: AppError
}

export function planOf(config: ExperimentConfig): ExperimentPlan {
  switch (config.kind) {
    case 'compress': {
      const { predictor, reconstruction, distillation, quantisation } = config
      const steps = {
        reconstruction: reconstruction.steps,
        distillation: distillation.steps,
        quantisation: quantisation.steps,
      }
      return { kind: config.kind, hiddenSize: predictor.hiddenSize, steps }
    }
    case 'train':
      return { kind: config.kind, architecture: config.architecture, epochs: config.epochs }
    case 'baseline':
      return { kind: config.kind, title: baselineTitle(config), steps: config.distillation.steps }
    default:
      return assertNever(config)
  }
}

export function outcomeOf(result: RunResult | undefined): Outcome {
  if (result === undefined) return {}
  const seconds = result.seconds.total
  if (result.kind === 'train') return { accuracy: accuracyOf(result.test), seconds }
  const { compressionRatio: ratio, totalBytes } = result.sizes
  const test = result.accuracies.find(({ split }) => split === 'test')
  if (test === undefined) return { ratio, totalBytes, seconds }
  const accuracy = accuracyOf(test.reconstructed)
  return { accuracy, difference: accuracy - accuracyOf(test.original), ratio, totalBytes, seconds }
}

export function summaryOf(record: ExperimentRecord): ExperimentSummary {
  const { config, notes: _notes, queuePosition: _place, latestRun, ...shown } = record
  return {
    ...shown,
    plan: planOf(config),
    configDigest: configDigest(config),
    ...(latestRun === undefined ? {} : { latestRun: runSummaryOf(latestRun) }),
    outcome: outcomeOf(latestRun?.result),
  }
}

function runSummaryOf({
  experimentId: _id,
  result: _result,
  startedAt: _from,
  endedAt: _to,
  ...run
}: RunRecord): RunSummary {
  return run
}

function accuracyOf({ correct, total }: { readonly correct: number; readonly total: number }): number {
  return total === 0 ? 0 : correct / total
}
