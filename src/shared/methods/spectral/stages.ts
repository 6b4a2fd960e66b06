import { storedFormStages, type PlannedImages, type Stage } from '../../experiment/stages.ts'
import type { SpectralConfig } from './config.ts'

export const codingStage = 'coding'

/** All stages of a compression by coded kernels. */
export function spectralStages({ distillation }: SpectralConfig, images: PlannedImages): readonly Stage[] {
  return storedFormStages(distillation.steps, { name: codingStage, units: 1, assumedSeconds: 1 }, images)
}
