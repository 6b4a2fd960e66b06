/** Ready-made baselines; `studio baseline --method M` takes the identifiers without their prefix. */
import { configVersion } from '../../experiment/config-fields.ts'
import { noDistillation, type BaselineConfig } from './config.ts'
import type { Preset } from '../nern/fast-preset.ts'

export type BaselinePreset = Preset<BaselineConfig>

const start: BaselineConfig = {
  version: configVersion,
  kind: 'baseline',
  seed: 1,
  method: 'quantisation',
  quantisation: { precision: 'int8' },
  weightSharing: { bits: 3, iterations: 300 },
  lowRank: { unfolding: 'separable', rule: 'energy', share: 0.98 },
  pruning: { kept: 0.5, values: 'int8' },
  storage: { remainder: 'float16', entropyCoding: true },
  distillation: noDistillation,
  checkpointEverySteps: 100,
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
  ...(['int4', 'int3'] as const).map((precision) => ({
    id: `baseline-${precision}-distilled`,
    title: `${precision}, distilled`,
    description: `Weights as ${precision.slice(3)}-bit integers, after 400 steps in which they learn to answer as the original.`,
    config: { ...start, quantisation: { precision }, distillation: { ...noDistillation, steps: 400 } },
  })),
  ...[5, 4, 3, 2].map((bits) => ({
    id: `baseline-kmeans${bits}`,
    title: `k-means, ${bits} bits`,
    description: `Each layer shares ${2 ** bits} weights, found by k-means; no training.`,
    config: { ...start, method: 'weight-sharing' as const, weightSharing: { bits, iterations: 300 } },
  })),
  ...[0.7, 0.5, 0.3].map((kept) => ({
    id: `baseline-pruned${Math.round(100 * kept)}`,
    title: `Pruned to ${Math.round(100 * kept)} %`,
    description: `The largest ${Math.round(100 * kept)} % of the weights as 8-bit integers with their positions; no training.`,
    config: { ...start, method: 'pruning' as const, pruning: { kept, values: 'int8' as const } },
  })),
  ...[0.99, 0.98, 0.95].map((share) => ({
    id: `baseline-lowrank${Math.round(100 * share)}`,
    title: `Low rank, ${Math.round(100 * share)} % energy`,
    description: `Convolutions as two factors with ${Math.round(100 * share)} % of their squared norm, in float16; no training.`,
    config: {
      ...start,
      method: 'low-rank' as const,
      lowRank: { unfolding: 'separable' as const, rule: 'energy' as const, share },
    },
  })),
]

/** What stands beside a compression when nobody says otherwise. */
export const standardBaselineIds: readonly string[] = [
  'baseline-float16',
  'baseline-int8',
  'baseline-int6',
  'baseline-int4',
  'baseline-kmeans3',
]
