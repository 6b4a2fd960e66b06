import type { BaselineConfig } from './config.ts'
import { directMethodOf } from './methods.ts'

/** A configuration in a few words, for names and tables: `int4`, `pruned to 50 % int8`. */
export function baselineTitle(config: BaselineConfig): string {
  const title = directMethodOf(config).shortTitle(config)
  return config.distillation.steps > 0 ? `${title}, distilled` : title
}

/** Whether a copy can be trained as this configuration stores it. */
export function isDistillable(config: BaselineConfig): boolean {
  return directMethodOf(config).isDistillable(config)
}
