import { describe, expect, test } from 'vitest'
import { MetricStore } from '#renderer/charts/metric-series.ts'
import { alignCurves, countOutside, rowUpTo } from '#renderer/charts/plot-data.ts'

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

describe('a stored series', () => {
  const curve = (steps: readonly number[], count: number) => ({
    ...{ metric: 'loss', count, steps: Float64Array.from(steps) },
    elapsedMs: Float64Array.from(steps, (step) => 10 * step),
    values: Float64Array.from(steps, () => 1),
  })

  test('goes before what streamed in while it was read', () => {
    const store = new MetricStore()
    store.add([point('loss', 4, 9)])
    store.addCurve(curve([1, 3], 2))
    expect([store.get('loss').steps, store.get('loss').values, store.isThinned]).toEqual([[1, 3, 4], [1, 1, 9], false])
    expect(store.longest.steps).toEqual([1, 3, 4])
  })

  test('says whether there are more points than these', () => {
    const store = new MetricStore()
    store.addCurve(curve([1, 3], 1000))
    expect(store.isThinned).toBe(true)
  })
})

describe('aligned columns', () => {
  const a = { raw: { x: [0.01, 0.03], y: [1, 0] } }
  const b = { raw: { x: [0.02], y: [5] }, smoothed: [4], band: { low: [3], high: [6] } }
  const whole = { range: { min: 0, max: 0.09 }, isXLogarithmic: false, isLogarithmic: true, maximumPoints: 100 }
  const _ = undefined

  test('put lines with different places on one axis, from its start to its end', () => {
    const own = [_, 1, _, null, _]
    const others = [5, 4, 3, 6].map((value) => [_, _, value, _, _])
    expect(alignCurves([a, b], whole)).toEqual({ x: [0, 0.01, 0.02, 0.03, 0.09], columns: [own, own, ...others] })
  })

  test('begin where a logarithmic axis does', () => {
    expect(alignCurves([a, b], { ...whole, isXLogarithmic: true }).x).toEqual([0.01, 0.02, 0.03, 0.09])
  })

  test('hold what is in sight, its neighbours and its spikes', () => {
    const x = Array.from({ length: 10_000 }, (_value, index) => index)
    const y = x.map((at) => (at === 6001 ? 99 : Math.sin(at)))
    const zoom = { min: 6000, max: 6999 }
    const aligned = alignCurves([{ raw: { x, y } }], {
      ...{ range: { min: 0, max: 9999 }, zoom, isXLogarithmic: false, isLogarithmic: false },
      maximumPoints: 100,
    })
    expect([aligned.x[0], aligned.x[1], aligned.x.at(-2), aligned.x.at(-1)]).toEqual([0, 6000, 7000, 9999])
    expect(aligned.x.length).toBeLessThanOrEqual(102)
    expect(aligned.columns[0]).toContain(99)
    expect(countOutside([{ raw: { x, y } }], { low: -2, high: 2 }, zoom)).toBe(1)
    expect(countOutside([{ raw: { x, y } }], { low: -2, high: 2 }, { min: 0, max: 10 })).toBe(0)
  })

  test('have a newest point up to an x, or none yet', () => {
    const x = [0, 10, 20, 30, 40]
    const column = [undefined, 1, undefined, null, undefined]
    expect([0, 9.9, 10, 35, Infinity].map((at) => rowUpTo(x, column, at))).toEqual([undefined, undefined, 1, 1, 1])
    expect(rowUpTo(x, undefined, 30)).toBeUndefined()
    expect(rowUpTo([], [], 30)).toBeUndefined()
  })
})
