import { describe, expect, test } from 'vitest'
import { groupCurves } from '#renderer/charts/group-curves.ts'
import { groupRuns } from '#renderer/features/curves/run-groups.ts'
import { experimentRecord } from '#test/support/experiment-records.ts'
import { summaryOf } from '#shared/experiment/experiment-summary.ts'

describe('curves of a group', () => {
  const options = { band: 'range', isLogarithmic: false, maximumPoints: 100 } as const

  test('are averaged where they are, with values between their points', () => {
    const rising = { x: [0, 10], y: [0, 10] }
    const constant = { x: [5, 20], y: [4, 4] }
    expect(groupCurves([rising, constant], options)).toEqual({
      x: [0, 5, 10, 20],
      mean: [0, 4.5, 7, 4],
      low: [0, 4, 4, 4],
      high: [0, 5, 10, 4],
    })
  })

  test('have the sample deviation around their mean', () => {
    const curves = [1, 2, 6].map((y) => ({ x: [0, 1], y: [y, y] }))
    const { mean, low, high } = groupCurves(curves, { ...options, band: 'deviation' })
    // Of 1, 2 and 6: mean 3, squares 4 + 1 + 9 over 2.
    expect([mean[0], low[0], high[0]]).toEqual([3, 3 - Math.sqrt(7), 3 + Math.sqrt(7)])
  })

  test('are averaged by factors on a logarithmic axis', () => {
    const curves = [1, 100].map((y) => ({ x: [0], y: [y] }))
    expect(groupCurves(curves, { ...options, isLogarithmic: true }).mean[0]).toBeCloseTo(10, 12)
  })

  test('have as many points as are wanted, the ends among them', () => {
    const x = Array.from({ length: 1001 }, (_, index) => index)
    const { x: places, mean } = groupCurves([{ x, y: x }], { ...options, maximumPoints: 11 })
    expect(places).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000])
    expect(mean).toEqual(places)
  })

  test('pass over what is no number', () => {
    const curves = [
      { x: [0, 1, 2], y: [1, NaN, 3] },
      { x: [0, 1, 2], y: [3, 5, 5] },
    ]
    expect(groupCurves(curves, options).mean).toEqual([2, 5, 4])
  })
})

test('runs are grouped in the order of the first of each, and named by what they share', () => {
  const run = (name: string) => ({ experiment: summaryOf(experimentRecord({ id: name, name })) })
  const runs = ['A, seed 1', 'B', 'A, seed 2', 'C'].map(run)
  const groups = groupRuns(runs, ({ experiment: { name } }) =>
    name === 'C' ? undefined : { key: name.charAt(0), ...(name === 'B' ? { name: 'method B' } : {}) },
  )
  expect(groups.map(({ name, runs: members }) => [name, members.length])).toEqual([
    ['A', 2],
    ['method B', 1],
    ['C', 1],
  ])
})
