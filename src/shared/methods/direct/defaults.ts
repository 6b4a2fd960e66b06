import { configVersion } from '../../experiment/config-fields.ts'
import { noDistillation, type BaselineConfig } from './config.ts'

/** What presets change: every field has a value, whatever the method. */
export const directDefaults: BaselineConfig = {
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
