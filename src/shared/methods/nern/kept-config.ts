import { without } from '../../basics/without.ts'
import type { CompressConfig } from './config.ts'

/**
 * A configuration as packages and digests have it: fields that came later are left out where they choose what there was
 * before them, so that equal predictors stay equal files and equal choices equal digests.
 */
export function keptConfig(config: CompressConfig): Readonly<Record<string, unknown>> {
  const { predictor, representation } = config
  return {
    ...config,
    representation: representation.tiles ? representation : without(representation, ['tiles']),
    predictor: predictor.partition.by === 'none' ? without(predictor, ['partition']) : predictor,
  }
}
