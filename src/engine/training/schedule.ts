/** Learning rate at a step (method 4.3; what happens after the end: 14.A.11). */
import { assertNever } from '#shared/basics/result.ts'

export interface LearningRateSchedule {
  readonly type: 'cosine' | 'exponential' | 'constant'
  readonly learningRate: number
  readonly minLearningRate: number
  /** T: steps from the first to the one that would use `minLearningRate`, warm-up included. */
  readonly steps: number
  /** Linear rise at the start, ending at the schedule's own value; 0 for none. */
  readonly warmupSteps: number
}

/** @param step 0 for the first step */
export function learningRateAt(schedule: LearningRateSchedule, step: number): number {
  const { warmupSteps, learningRate } = schedule
  if (step < warmupSteps) return (learningRate * (step + 1)) / (warmupSteps + 1)
  return decayed(schedule, step - warmupSteps, Math.max(1, schedule.steps - warmupSteps))
}

function decayed({ type, learningRate, minLearningRate }: LearningRateSchedule, step: number, steps: number): number {
  switch (type) {
    case 'constant':
      return learningRate
    case 'cosine': {
      const fraction = Math.min(1, step / steps)
      return minLearningRate + 0.5 * (learningRate - minLearningRate) * (1 + Math.cos(Math.PI * fraction))
    }
    case 'exponential': {
      // Falls one step further than `minLearningRate` and stays there, as the authors' scheduler does.
      const decay = Math.pow(minLearningRate / learningRate, 1 / steps)
      return learningRate * Math.pow(decay, Math.min(step, steps + 1))
    }
    default:
      return assertNever(type)
  }
}
