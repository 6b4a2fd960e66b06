import { storedFormStages, type PlannedImages, type Stage } from '../../experiment/stages.ts'
import type { BaselineConfig } from './config.ts'

export const compressionStage = 'compression'

/** All stages of a compression that stores the kernels themselves. */
export function directStages({ distillation }: BaselineConfig, images: PlannedImages): readonly Stage[] {
  return storedFormStages(distillation.steps, { name: compressionStage, units: 1, assumedSeconds: 0.3 }, images)
}
