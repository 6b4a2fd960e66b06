import { describe, expect, test } from 'vitest'
import { rangeMovedBy, rangeZoomedBy } from '#renderer/charts/chart-gestures.ts'
import { convertX, stepOfX, xOfPoints, xOfStep } from '#renderer/charts/curve-axis.ts'
import { usualRange } from '#renderer/charts/outliers.ts'
import { commonBands, phaseBands, phaseRanges } from '#renderer/charts/phase-bands.ts'
import { curveOf, withDetail } from '#renderer/charts/run-curve.ts'
import { windowOf, zoomOn } from '#renderer/charts/zoom-of.ts'

/** 100 quick steps, 10 slow ones after a pause of an hour. */
const pace = {
  steps: [50, 100, 105, 110],
  elapsedMs: [5000, 10_000, 15_000, 20_000],
  wallOffsets: [
    { elapsedMs: 0, offsetMs: 1000 },
    { elapsedMs: 11_000, offsetMs: 3_600_000 },
  ],
}
const phases = [
  { name: 'reconstruction', firstStep: 0, steps: 100 },
  { name: 'distillation', firstStep: 100, steps: 40 },
  { name: 'quantisation', firstStep: 140, steps: 5 },
]

describe('the horizontal axis', () => {
  test('has the points of a run at their step, their training time or their wall time', () => {
    expect(xOfPoints(pace, 'step')).toEqual([50, 100, 105, 110])
    expect(xOfPoints(pace, 'time')).toEqual([5, 10, 15, 20])
    expect(xOfPoints(pace, 'wall')).toEqual([6, 11, 3615, 3620])
    expect(xOfPoints({ ...pace, wallOffsets: [] }, 'wall')).toEqual([NaN, NaN, NaN, NaN])
  })

  test('has every step between the points, from the start to the newest', () => {
    expect([-5, 0, 25, 110, 999].map((step) => xOfStep(pace, step, 'time'))).toEqual([0, 0, 2.5, 20, 20])
    expect([2.5, 12, 99].map((x) => stepOfX(pace, x, 'time'))).toEqual([25, 102, 110])
    expect(convertX(pace, 25, 'step', 'wall')).toBe(3.5)
    expect(convertX(pace, 3615, 'wall', 'step')).toBe(105)
  })

  test('keeps a zoom where it was when it changes', () => {
    const zoom = { axis: 'step', min: 100, max: 110 } as const
    expect(zoomOn('step', zoom, pace)).toEqual({ min: 100, max: 110 })
    expect(zoomOn('time', zoom, pace)).toEqual({ min: 10, max: 20 })
    expect(zoomOn('time', undefined, pace)).toBeUndefined()
    expect(windowOf('run', { min: 10, max: 20 }, 'time', pace)).toEqual({ runId: 'run', afterStep: 99, upToStep: 111 })
  })

  test('is zoomed and moved within its ends', () => {
    const all = { min: 0, max: 100 }
    expect(rangeZoomedBy(all, all, 0.5)).toEqual({ min: 25, max: 75 })
    expect(rangeZoomedBy(all, all, 0.5, 1)).toEqual({ min: 50, max: 100 })
    expect(rangeZoomedBy({ min: 90, max: 100 }, all, 2)).toEqual({ min: 80, max: 100 })
    expect(rangeZoomedBy({ min: 25, max: 75 }, all, 2)).toBeUndefined()
    expect(rangeMovedBy({ min: 20, max: 40 }, all, 0.5)).toEqual({ min: 30, max: 50 })
    expect(rangeMovedBy({ min: 70, max: 90 }, all, 1)).toEqual({ min: 80, max: 100 })
  })
})

describe('phases', () => {
  const run = { phases, pace }

  test('are bands as far as the run has come', () => {
    expect(phaseBands(run, 'step')).toEqual([
      { name: 'reconstruction', min: 0, max: 100 },
      { name: 'distillation', min: 100, max: 110 },
    ])
    expect(phaseBands(run, 'time')[1]).toEqual({ name: 'distillation', min: 10, max: 20 })
  })

  test('of several runs are drawn where they agree, and can be zoomed to in any case', () => {
    const slower = { ...run, pace: { ...pace, elapsedMs: pace.elapsedMs.map((elapsed) => 2 * elapsed) } }
    expect(commonBands([run, slower], 'step')).toEqual(phaseBands(run, 'step'))
    expect(commonBands([run, slower], 'time')).toEqual([])
    expect(phaseRanges([run, slower], 'time')).toEqual([
      { name: 'reconstruction', min: 0, max: 20 },
      { name: 'distillation', min: 10, max: 40 },
    ])
  })
})

describe('the usual range', () => {
  test("ends at Tukey's outer fences", () => {
    const values = Array.from({ length: 101 }, (_, index) => index)
    expect(usualRange(values, false)).toEqual({ low: 25 - 150, high: 75 + 150 })
    expect(usualRange([...values, NaN, 1e9], false)?.high).toBeLessThan(300)
  })

  test('counts in factors on a logarithmic axis', () => {
    const values = Array.from({ length: 101 }, (_, index) => 10 ** (index / 100))
    const range = usualRange([...values, 0], true)
    expect(Math.log10(range?.high ?? NaN)).toBeCloseTo(0.75 + 1.5, 9)
  })

  test('is not known of a few values', () => expect(usualRange([1, 2, 900], false)).toBeUndefined())
})

describe('a curve', () => {
  const data = { steps: [1, 2, 3, 4], elapsedMs: [10, 20, 30, 40], values: [1, 2, 3, 4] }

  test('is in the unit shown, with its smoothed line over the raw one', () => {
    const view = { axis: 'time', wallOffsets: [], factor: 100 } as const
    expect(curveOf(data, view)).toEqual({ raw: { x: [0.01, 0.02, 0.03, 0.04], y: [100, 200, 300, 400] } })
    const smoothing = { method: 'mean', width: 0.021, isLogarithmic: false } as const
    expect(curveOf(data, { ...view, smoothing }).smoothed?.[1]).toBeCloseTo(200, 9)
  })

  test('without places has no points', () => {
    expect(curveOf(data, { axis: 'wall', wallOffsets: [], factor: 1 }).raw.x).toEqual([])
  })

  test('has closer points where they were read, and newer ones after them', () => {
    const detail = { steps: [2, 2.5, 3], elapsedMs: [20, 25, 30], values: [2, 7, 3] }
    const shown = withDetail(data, { afterStep: 1, upToStep: 99, data: detail })
    expect([shown.steps, shown.values]).toEqual([
      [1, 2, 2.5, 3, 4],
      [1, 2, 7, 3, 4],
    ])
    expect(withDetail(data, undefined)).toBe(data)
  })
})
