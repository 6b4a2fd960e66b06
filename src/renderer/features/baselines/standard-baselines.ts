import { baselinePresets, standardBaselineIds, type BaselinePreset } from '#shared/methods/direct/presets.ts'
import { comparedAtMost, type Comparison } from '#shared/protocol/contract.ts'
import { configDigest } from '#shared/experiment/config-digest.ts'
import type { BaselineConfig } from '#shared/methods/direct/config.ts'
import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'

/** What baselines are made of. */
export interface BaselineSubject {
  readonly networkId: string
  readonly datasetId: string
}

/** One of the standard baselines of a network, measured on a data set. */
export interface StandardBaseline {
  readonly preset: BaselinePreset
  readonly config: BaselineConfig
  /** The experiment that has its result, or will have; undefined where there is none yet. */
  readonly present: ExperimentSummary | undefined
}

/** In the order of the presets. */
export function standardBaselines(
  subject: BaselineSubject,
  experiments: readonly ExperimentSummary[],
): readonly StandardBaseline[] {
  return baselinePresets
    .filter(({ id }) => standardBaselineIds.includes(id))
    .map((preset) => {
      const { config } = preset
      const digest = configDigest(config)
      return { preset, config, present: experiments.find((experiment) => isOf(experiment, digest, subject)) }
    })
}

/** Those that stand beside what is compared. */
export interface ComparedBaselines extends BaselineSubject {
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

function isOf(
  { status, networkId, datasetId, configDigest: own }: ExperimentSummary,
  digest: string,
  subject: BaselineSubject,
): boolean {
  return (
    (status === 'completed' || status === 'queued' || status === 'running') &&
    networkId === subject.networkId &&
    datasetId === subject.datasetId &&
    own === digest
  )
}
