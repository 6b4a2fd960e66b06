import { expect, test } from 'vitest'
import { learningRateAt, type LearningRateSchedule } from '#engine/training/schedule.ts'

const cosine: LearningRateSchedule = {
  type: 'cosine',
  learningRate: 5e-3,
  minLearningRate: 1e-6,
  steps: 100,
  warmupSteps: 0,
}
const at = (schedule: LearningRateSchedule, ...steps: number[]): number[] =>
  steps.map((step) => learningRateAt(schedule, step))

test('cosine starts at the rate, is half-way in the middle, and stays at the minimum', () => {
  const [first, middle, last, after] = at(cosine, 0, 50, 100, 1000)
  expect([first, last, after]).toEqual([5e-3, 1e-6, 1e-6])
  expect(middle).toBeCloseTo((5e-3 + 1e-6) / 2, 12)
})

test('exponential falls by a constant factor, one step below the minimum, and stays there', () => {
  const exponential: LearningRateSchedule = { ...cosine, type: 'exponential' }
  const [first = NaN, second = NaN, third = NaN] = at(exponential, 0, 1, 2)
  expect(second / first).toBeCloseTo(third / second, 12)
  const [end = NaN, below = NaN, after] = at(exponential, 100, 101, 5000)
  expect(end).toBeCloseTo(1e-6, 15)
  expect(below).toBeLessThan(1e-6)
  expect(after).toBe(below)
})

test('constant never changes', () => {
  expect(at({ ...cosine, type: 'constant' }, 0, 7, 1e6)).toEqual([5e-3, 5e-3, 5e-3])
})

test('warm-up rises linearly to the start of the schedule, which still ends in time', () => {
  const warm: LearningRateSchedule = { ...cosine, warmupSteps: 4 }
  const rates = at(warm, 0, 1, 2, 3, 4, 100)
  const expected = [1e-3, 2e-3, 3e-3, 4e-3, 5e-3, 1e-6]
  rates.forEach((rate, step) => expect(rate).toBeCloseTo(expected[step] ?? NaN, 12))
})
