/** The baselines that stand beside a compression when nobody says otherwise, and which of them are there. */
import type { ExperimentSummary } from '../../experiment/experiment-summary.ts'
import { presentExperiment, type ExperimentSubject } from '../../experiment/present-experiment.ts'
import type { BaselineConfig } from './config.ts'
import { baselinePresets, standardBaselineIds, type BaselinePreset } from './presets.ts'

/** One of the standard baselines of a network, measured on a data set. */
export interface StandardBaseline {
  readonly preset: BaselinePreset
  readonly config: BaselineConfig
  /** The experiment that has its result, or will have; undefined where there is none yet. */
  readonly present: ExperimentSummary | undefined
}

/** In the order of the presets. */
export function standardBaselines(
  subject: ExperimentSubject,
  experiments: readonly ExperimentSummary[],
): readonly StandardBaseline[] {
  return baselinePresets
    .filter(({ id }) => standardBaselineIds.includes(id))
    .map((preset) => {
      const { config } = preset
      return { preset, config, present: presentExperiment(experiments, config, subject) }
    })
}
