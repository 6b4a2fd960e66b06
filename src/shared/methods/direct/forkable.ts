import type { ForkableParameter, ForkPoint } from '../../experiment/family-description.ts'
import type { BaselineConfig } from './config.ts'

/** Of the distillation what every step reads, and how its outcome is written. */
export function directForkable(_config: BaselineConfig, { step }: ForkPoint): readonly ForkableParameter[] {
  return [
    { path: 'seed' },
    { path: 'distillation.steps', least: step },
    ...[
      'distillation.learningRate',
      'distillation.minLearningRate',
      'distillation.rateWarmupSteps',
      'distillation.featureMapWeight',
      'distillation.distillationWeight',
      'distillation.temperature',
      'checkpointEverySteps',
      'storage.entropyCoding',
    ].map((path) => ({ path })),
  ]
}
