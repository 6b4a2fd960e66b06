import type { BaselineConfig } from './experiment-config.ts'
import { assertNever } from './result.ts'

/** A baseline in a word or two, for names and tables: `int4`. */
export function baselineTitle(config: BaselineConfig): string {
  switch (config.method) {
    case 'quantisation':
      return config.quantisation.precision
    default:
      return assertNever(config.method)
  }
}
