import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import type { ExperimentSubject } from '#shared/experiment/present-experiment.ts'
import type { BaselineConfig } from '#shared/methods/direct/config.ts'
import { standardBaselines } from '#shared/methods/direct/standard-baselines.ts'
import { comparedAtMost } from '#shared/protocol/commands/comparisons.ts'
import type { Comparison } from '#shared/measures/comparison.ts'

/** Those that stand beside what is compared. */
export interface ComparedBaselines extends ExperimentSubject {
  readonly presentIds: readonly string[]
  readonly missing: readonly BaselineConfig[]
}

/** For the first network that is compared; undefined when there is none, or no room beside what is compared. */
export function comparedBaselines(
  { entries }: Comparison,
  experiments: readonly ExperimentSummary[],
): ComparedBaselines | undefined {
  const first = entries.find(({ network }) => network !== undefined)
  if (first?.network === undefined) return undefined
  const subject = { networkId: first.network.id, datasetId: first.experiment.datasetId }
  const baselines = standardBaselines(subject, experiments)
  if (entries.length + baselines.length > comparedAtMost) return undefined
  return {
    ...subject,
    presentIds: baselines.flatMap(({ present }) => (present === undefined ? [] : [present.id])),
    missing: baselines.flatMap(({ config, present }) => (present === undefined ? [config] : [])),
  }
}
