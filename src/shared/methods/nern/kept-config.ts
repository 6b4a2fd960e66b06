import { without } from '../../basics/without.ts'
import type { CompressConfig } from './config.ts'

/**
 * A configuration as packages and digests have it: fields that came later are left out where they choose what there was
 * before them, so that equal predictors stay equal files and equal choices equal digests.
 */
export function keptConfig(config: CompressConfig): Readonly<Record<string, unknown>> {
  if (config.predictor.partition.by !== 'none') return config
  return { ...config, predictor: without(config.predictor, ['partition']) }
}
