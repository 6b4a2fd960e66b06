import { baselinePresets, standardBaselineIds } from '#shared/baseline-presets.ts'
import { comparedAtMost, type Comparison } from '#shared/contract.ts'
import { baselineConfigSchema, type BaselineConfig } from '#shared/experiment-config.ts'
import type { ExperimentRecord } from '#shared/records.ts'

/** The standard baselines of one network and data set: those that are there already, and the others. */
export interface StandardBaselines {
  readonly networkId: string
  readonly datasetId: string
  readonly presentIds: readonly string[]
  readonly missing: readonly BaselineConfig[]
}

/** For the first network that is compared; undefined when there is none, or no room beside what is compared. */
export function standardBaselines(
  { entries }: Comparison,
  experiments: readonly ExperimentRecord[],
): StandardBaselines | undefined {
  const first = entries.find(({ network }) => network !== undefined)
  const networkId = first?.network?.id
  if (first === undefined || networkId === undefined) return undefined
  const { datasetId } = first.experiment
  // Parsed, as what the store gives is: equal configurations have equal texts.
  const configs = baselinePresets
    .filter(({ id }) => standardBaselineIds.includes(id))
    .map(({ config }) => baselineConfigSchema.parse(config))
  if (entries.length + configs.length > comparedAtMost) return undefined
  const found = configs.map((config) => ({
    config,
    id: experiments.find((experiment) => isOf(experiment, config, networkId, datasetId))?.id,
  }))
  return {
    networkId,
    datasetId,
    presentIds: found.flatMap(({ id }) => (id === undefined ? [] : [id])),
    missing: found.filter(({ id }) => id === undefined).map(({ config }) => config),
  }
}

/** One that has a result, or will have. */
function isOf(experiment: ExperimentRecord, config: BaselineConfig, networkId: string, datasetId: string): boolean {
  return (
    (experiment.status === 'completed' || experiment.status === 'queued' || experiment.status === 'running') &&
    experiment.networkId === networkId &&
    experiment.datasetId === datasetId &&
    JSON.stringify(experiment.config) === JSON.stringify(config)
  )
}
