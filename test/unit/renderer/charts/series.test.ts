import { describe, expect, test } from 'vitest'
import { MetricStore } from '#renderer/charts/metric-series.ts'
import { alignSeries } from '#renderer/charts/plot-data.ts'
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
    expect([store.get('loss').steps, store.last('loss'), store.lastStep]).toEqual([[], undefined, -1])
  })
})

describe('smoothing', () => {
  test('leaves a constant as it is, from the first value on', () => {
    expect(smooth([2, 2, 2], 0.9).map((value) => value.toFixed(12))).toEqual(Array(3).fill('2.000000000000'))
  })

  test('weights earlier values by powers of the weight', () => {
    // (0.25 * 4 + 0.5 * 2 ... ) / (1 - 0.5^n)
    expect(smooth([4, 2], 0.5)).toEqual([4, (0.25 * 4 + 0.5 * 2) / 0.75])
  })

  test('passes over what is not finite', () => {
    expect(smooth([1, NaN, 1], 0.5)).toEqual([1, NaN, 1])
  })
})

describe('aligned columns', () => {
  test('put metrics with different steps on one axis', () => {
    const store = new MetricStore()
    store.add([point('a', 1, 1), point('a', 3, 0), point('b', 2, 5)])
    const options = { xOf: 'time', smoothing: 0, isLogarithmic: true, maximumPoints: 100 } as const
    expect(alignSeries([store.get('a'), store.get('b')], options)).toEqual({
      x: [0.01, 0.02, 0.03],
      columns: [
        [1, undefined, null],
        [1, undefined, null],
        [undefined, 5, undefined],
        [undefined, 5, undefined],
      ],
    })
  })
})
