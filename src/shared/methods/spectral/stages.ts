import {
  distillationStages,
  evaluationStage,
  finalBatches,
  type PlannedImages,
  type Stage,
} from '../../experiment/stages.ts'
import type { SpectralConfig } from './config.ts'

export const codingStage = 'coding'

/** All stages of a compression by coded kernels. */
export function spectralStages({ distillation }: SpectralConfig, images: PlannedImages): readonly Stage[] {
  return [
    ...distillationStages(distillation.steps),
    { name: codingStage, units: 1, assumedSeconds: 1 },
    { name: evaluationStage, units: finalBatches(images) },
  ]
}
