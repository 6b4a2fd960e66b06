import { describe, expect, test } from 'vitest'
import { MetricStore } from '#renderer/charts/metric-series.ts'
import { alignSeries, rowUpTo } from '#renderer/charts/plot-data.ts'
import { smooth } from '#renderer/charts/smoothing.ts'

const point = (name: string, step: number, value: number) => ({ name, step, elapsedMs: step * 10, value })

describe('a metric store', () => {
  test('merges snapshot and stream by step, the later value wins', () => {
    const store = new MetricStore()
    store.add([point('loss', 1, 5), point('loss', 3, 3)])
    store.add([point('loss', 2, 4), point('loss', 3, 2.5), point('loss', 4, 2)])
    expect(store.get('loss')).toEqual({ steps: [1, 2, 3, 4], elapsedMs: [10, 20, 30, 40], values: [5, 4, 2.5, 2] })
    expect(store.last('loss')).toEqual({ step: 4, value: 2 })
    expect(store.lastStep).toBe(4)
  })

  test('knows nothing of a metric it never saw', () => {
    const store = new MetricStore()
    expect([store.get('loss').steps, store.last('loss'), store.lastStep, store.lastElapsedMs]).toEqual([
      [],
      undefined,
      -1,
      0,
    ])
  })
})

describe('smoothing', () => {
  const linear = { width: 10, isLogarithmic: false }

  test('leaves a constant as it is, from the first value on', () => {
    expect(smooth([0, 1, 50], [2, 2, 2], linear).map((value) => value.toFixed(9))).toEqual(Array(3).fill('2.000000000'))
    expect(smooth([7], [3], linear)).toEqual([3])
  })

  test('weighs a value by the stretch before it, and by its distance', () => {
    // Each of the three stretches is one width long.
    const [, , last = NaN] = smooth([0, 10, 20], [1, 2, 4], linear)
    const weights = [Math.exp(-2), Math.exp(-1), 1]
    const sum = weights.reduce((total, weight) => total + weight)
    expect(last).toBeCloseTo(((weights[0] ?? 0) * 1 + (weights[1] ?? 0) * 2 + 4) / sum, 12)
  })

  test('gives many points in a short stretch no more weight than one', () => {
    const dense = Array.from({ length: 100 }, (_, index) => 10 + index / 1000)
    const once = smooth([0, 10, 20], [0, 1, 0], linear).at(-1) ?? NaN
    const often = smooth([0, ...dense, 20], [0, ...dense.map(() => 1), 0], linear).at(-1) ?? NaN
    expect(Math.abs(often - once)).toBeLessThan(0.01)
  })

  test('lies in the middle of a logarithmic axis: between 1 and 100 at 10', () => {
    const x = Array.from({ length: 1000 }, (_, index) => index)
    const values = x.map((index) => (index % 2 === 0 ? 1 : 100))
    const [last = NaN] = smooth(x, values, { width: 200, isLogarithmic: true }).slice(-1)
    expect(last).toBeGreaterThan(9.7)
    expect(last).toBeLessThan(10.3)
  })

  test('passes over what the axis cannot show', () => {
    expect(smooth([0, 1, 2], [1, NaN, 1], linear)).toEqual([1, NaN, 1])
    expect(smooth([0, 1, 2], [1, -5, 1], { width: 10, isLogarithmic: true })).toEqual([1, -5, 1])
  })

  test('is off at width 0', () => {
    const values = [3, 1, 2]
    expect(smooth([0, 1, 2], values, { width: 0, isLogarithmic: false })).toBe(values)
  })
})

describe('aligned columns', () => {
  test('put metrics with different steps on one axis, from 0 to the end of the run', () => {
    const store = new MetricStore()
    store.add([point('a', 1, 1), point('a', 3, 0), point('b', 2, 5)])
    const options = { xOf: 'time', xEnd: 0.09, isLogarithmic: true, maximumPoints: 100 } as const
    const a = [undefined, 1, undefined, null, undefined]
    const b = [undefined, undefined, 5, undefined, undefined]
    const series = ['a', 'b'].map((name) => ({ data: store.get(name), smoothing: 0 }))
    expect(alignSeries(series, options)).toEqual({
      x: [0, 0.01, 0.02, 0.03, 0.09],
      columns: [a, a, b, b],
    })
  })

  test('have a newest point up to an x, or none yet', () => {
    const x = [0, 10, 20, 30, 40]
    const column = [undefined, 1, undefined, null, undefined]
    expect([0, 9.9, 10, 35, Infinity].map((at) => rowUpTo(x, column, at))).toEqual([undefined, undefined, 1, 1, 1])
    expect(rowUpTo(x, undefined, 30)).toBeUndefined()
    expect(rowUpTo([], [], 30)).toBeUndefined()
  })
})
