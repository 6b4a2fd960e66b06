/** The weights of the objective at a step: a warm-up without distillation, then a linear rise (method 3). */

export interface ObjectiveWeights {
  readonly reconstruction: number
  readonly featureMaps: number
  readonly distillation: number
}

export interface ObjectiveSchedule {
  /** The weights after warm-up and ramp. */
  readonly weights: ObjectiveWeights
  /** Steps at the start with reconstruction alone. */
  readonly warmupSteps: number
  /** Steps over which the other two rise linearly; 0 jumps. */
  readonly rampSteps: number
}

/** @param step 0 for the first step */
export function objectiveWeightsAt(
  { weights, warmupSteps, rampSteps }: ObjectiveSchedule,
  step: number,
): ObjectiveWeights {
  const fraction = rampFraction(step - warmupSteps, rampSteps)
  return {
    reconstruction: weights.reconstruction,
    featureMaps: weights.featureMaps * fraction,
    distillation: weights.distillation * fraction,
  }
}

/** The first step of a ramp already counts 1 / rampSteps, so that no step runs both networks for nothing. */
function rampFraction(stepOfRamp: number, rampSteps: number): number {
  if (stepOfRamp < 0) return 0
  if (rampSteps === 0) return 1
  return Math.min(1, (stepOfRamp + 1) / rampSteps)
}
