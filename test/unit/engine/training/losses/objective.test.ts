import { expect, test } from 'vitest'
import { objectiveWeightsAt } from '#engine/training/losses/objective.ts'

const weights = { reconstruction: 1, featureMaps: 1e-3, distillation: 1e-2 }

test('distillation is off in the warm-up and rises linearly after it; reconstruction is always on', () => {
  const schedule = { weights, warmupSteps: 2, rampSteps: 4 }
  const shares = [0, 1, 2, 3, 4, 5, 100].map((step) => {
    const at = objectiveWeightsAt(schedule, step)
    expect(at.reconstruction).toBe(1)
    expect(at.distillation / weights.distillation).toBeCloseTo(at.featureMaps / weights.featureMaps, 12)
    return at.distillation / weights.distillation
  })
  expect(shares).toEqual([0, 0, 0.25, 0.5, 0.75, 1, 1])
})

test('without warm-up and ramp the weights hold from the first step', () => {
  expect(objectiveWeightsAt({ weights, warmupSteps: 0, rampSteps: 0 }, 0)).toEqual(weights)
})
