/** Ready-made baselines; `studio baseline --method M` takes the identifiers without their prefix. */
import type { BaselinePreset } from './direct-method.ts'
import { directMethods } from './methods.ts'

export type { BaselinePreset }

export const baselinePresets: readonly BaselinePreset[] = Object.values(directMethods).flatMap(({ title, presets }) =>
  presets.map((preset) => ({
    ...preset,
    group: preset.config.distillation.steps > 0 ? `${title}, distilled` : title,
  })),
)

/** What stands beside a compression when nobody says otherwise. */
export const standardBaselineIds: readonly string[] = [
  'baseline-float16',
  'baseline-int8',
  'baseline-int6',
  'baseline-int4',
  'baseline-kmeans3',
]
