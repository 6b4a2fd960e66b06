/**
 * What lists, queue and menus show of an experiment: no configuration, no result of a layer, no notes. Nor its place in the
 * queue, which changes without it: `QueueState` alone says that.
 */
import { configDigest } from './config-digest.ts'
import type { ExperimentConfig } from './experiment-config.ts'
import { familyOf } from './families.ts'
import type { ExperimentPlan, Outcome } from './plan.ts'
import type { ExperimentRecord, RunRecord } from '../protocol/records.ts'
import type { AppError } from '../basics/result.ts'
import type { RunResult } from './results.ts'
import type { ExperimentStatus } from './status-machine.ts'

/** Where a run is; when it began and ended, and what it gave, only its record says. */
export type RunSummary = Omit<RunRecord, 'experimentId' | 'result' | 'startedAt' | 'endedAt'>

export interface ExperimentSummary {
  readonly id: string
  /** In the order in which experiments of the store were made, from 1; never changes. */
  readonly number: number
  readonly name: string
  readonly status: ExperimentStatus
  /** Absent where there is a `problem`. */
  readonly plan?: ExperimentPlan
  /** Equal for equal configurations (`configDigest`); absent as `plan`. */
  readonly configDigest?: string
  readonly networkId?: string
  /** The batch it was planned in. */
  readonly batchId?: string
  readonly datasetId: string
  /** Name of the cluster it is for; absent: this computer. */
  readonly place?: string
  readonly isStarred: boolean
  readonly isArchived: boolean
  readonly tags: readonly string[]
  readonly createdAt: string
  /** Of the last change by a person or of the status; progress does not count. */
  readonly updatedAt: string
  /** When it was put into the trash; absent outside. */
  readonly trashedAt?: string
  readonly latestRun?: RunSummary
  /** Of the latest run. */
  readonly outcome: Outcome
  /** Why it cannot be read, and what to do: it can be removed, but not opened and not run. */
  readonly problem?: AppError
}

export function planOf(config: ExperimentConfig): ExperimentPlan {
  return familyOf(config).plan(config)
}

export function outcomeOf(result: RunResult | undefined): Outcome {
  return result === undefined ? {} : familyOf(result).outcome(result)
}

export function summaryOf(record: ExperimentRecord): ExperimentSummary {
  const { config, notes: _notes, queuePosition: _place, clonedFrom: _origin, latestRun, ...shown } = record
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
