import type { BaselineConfig } from './config.ts'
import { assertNever } from '../../basics/result.ts'

/** A baseline in a few words, for names and tables: `int4`, `pruned to 50 % int8`. */
export function baselineTitle(config: BaselineConfig): string {
  return config.distillation.steps > 0 ? `${methodTitle(config)}, distilled` : methodTitle(config)
}

function methodTitle(config: BaselineConfig): string {
  switch (config.method) {
    case 'quantisation':
      return config.quantisation.precision
    case 'weight-sharing':
      return `k-means ${config.weightSharing.bits} bit`
    case 'low-rank':
      return `low rank ${percent(config.lowRank.share)} ${config.lowRank.rule}`
    case 'pruning':
      return `pruned to ${percent(config.pruning.kept)} ${config.pruning.values}`
    default:
      return assertNever(config.method)
  }
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(2))} %`
}

/** Whether a copy can be trained as this baseline stores it. */
export function isDistillable({ method, quantisation }: BaselineConfig): boolean {
  return method === 'pruning' || (method === 'quantisation' && quantisation.precision !== 'float16')
}
