import type { ForkableParameter, ForkPoint } from '../../experiment/family-description.ts'
import type { SpectralConfig } from './config.ts'

/** Of the distillation what every step reads; codes are in units of the step that the size decided, which stays. */
export function spectralForkable({ distillation }: SpectralConfig, { step }: ForkPoint): readonly ForkableParameter[] {
  const { steps, frozenShare } = distillation
  const isFrozen = step > steps - Math.floor(steps * frozenShare)
  // So many that the steps before the codes are frozen hold what is done.
  const least = Math.ceil(step / Math.max(Number.EPSILON, 1 - frozenShare))
  return [
    { path: 'seed' },
    ...(isFrozen ? [] : [{ path: 'distillation.steps', least }]),
    ...[
      'distillation.codeRate',
      'distillation.scaleRate',
      'distillation.biasRate',
      'distillation.rateWarmupSteps',
      'distillation.featureMapWeight',
      'distillation.distillationWeight',
      'distillation.temperature',
      'checkpointEverySteps',
    ].map((path) => ({ path })),
  ]
}
