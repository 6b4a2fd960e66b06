/** Ready-made baselines; `studio baseline --method M` takes the identifiers without their prefix. */
import type { BaselineConfig } from './experiment-config.ts'
import type { Preset } from './fast-preset.ts'

export type BaselinePreset = Preset<BaselineConfig>

const start: BaselineConfig = {
  version: 1,
  kind: 'baseline',
  seed: 1,
  method: 'quantisation',
  quantisation: { precision: 'int8' },
  storage: { remainder: 'float16', entropyCoding: true },
}

const rounding = 'rounded once, without training; a float16 scale a filter.'

export const baselinePresets: readonly BaselinePreset[] = [
  {
    id: 'baseline-float16',
    title: 'float16',
    description: 'Every weight as a 16-bit float: what anybody gets for free.',
    config: { ...start, quantisation: { precision: 'float16' } },
  },
  ...(['int8', 'int6', 'int5', 'int4', 'int3', 'int2'] as const).map((precision) => ({
    id: `baseline-${precision}`,
    title: precision,
    description: `Weights as ${precision.slice(3)}-bit integers, ${rounding}`,
    config: { ...start, quantisation: { precision } },
  })),
]

/** What stands beside a compression when nobody says otherwise. */
export const standardBaselineIds: readonly string[] = [
  'baseline-float16',
  'baseline-int8',
  'baseline-int6',
  'baseline-int4',
]
