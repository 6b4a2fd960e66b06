import { expect, test } from 'vitest'
import { fieldPoints, numberFields, pointRange } from '#renderer/features/curves/field-points.ts'
import { summaryOf } from '#shared/experiment/experiment-summary.ts'
import { experimentRecord } from '#test/support/experiment-records.ts'

const experiments = ['a', 'b', 'c'].map((id) => summaryOf(experimentRecord({ id, name: `of ${id}` })))
const values: Readonly<Record<string, Readonly<Record<string, number | null>>>> = {
  'last(loss.total)': { a: 0.5, b: 0, c: null },
  'config.seed': { a: 1, b: 2, c: 3 },
}
const pointsWith = (isLogarithmic: boolean) =>
  fieldPoints(
    experiments,
    { x: { fieldId: 'config.seed', isLogarithmic: false }, y: { fieldId: 'last(loss.total)', isLogarithmic } },
    (field, id) => values[field]?.[id],
  ).map(({ id, x, y }) => [id, x, y])

test('an experiment with both numbers is a point, where a logarithmic axis can show it', () => {
  expect(pointsWith(false)).toEqual([
    ['a', 1, 0.5],
    ['b', 2, 0],
  ])
  expect(pointsWith(true)).toEqual([['a', 1, 0.5]])
})

test('metrics, results and configurations can be chosen', () => {
  const ids = numberFields.map(({ id }) => id)
  expect(ids).toEqual(expect.arrayContaining(['size', 'max(loss.total)', 'config.predictor.hiddenSize']))
})

test('equal values get room, others some air', () => {
  expect(pointRange([4, 4], false)[0]).toBeLessThan(4)
  const [low, high] = pointRange([0, 10], false)
  expect([low < 0, high > 10]).toEqual([true, true])
  expect(pointRange([1, 100], true)[0]).toBeGreaterThan(0)
})
