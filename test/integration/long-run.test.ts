/** A spike of one point among a million, from the store to what a chart draws. */
import { expect, it } from 'vitest'
import { xOfStep } from '#renderer/charts/curve-axis.ts'
import { MetricStore, seriesOfCurve } from '#renderer/charts/metric-series.ts'
import { alignCurves } from '#renderer/charts/plot-data.ts'
import { curveOf, withDetail } from '#renderer/charts/run-curve.ts'
import { windowOf } from '#renderer/charts/zoom-of.ts'
import { addRunWithSpike, pointsOfLongRun, spikeOfLongRun as spike } from '#test/support/run-with-spike.ts'
import { openFilledStore } from '#test/support/store.ts'

it('is read, sent, kept and drawn, over the whole run and zoomed to its neighbours', async () => {
  const store = await openFilledStore()
  const { runId: id } = addRunWithSpike(store)

  // What crosses to a window is cloned; of a million points few do.
  const [curve] = structuredClone(await store.metrics.curves(id, { maxPoints: 2000 }))
  if (curve === undefined) throw new Error('the run has no curve')
  expect([curve.count, curve.steps.length <= 2000]).toEqual([pointsOfLongRun, true])
  const metrics = new MetricStore()
  metrics.addCurve(curve)
  const pace = { ...metrics.longest, wallOffsets: [] }
  const range = { min: 0, max: xOfStep(pace, metrics.lastStep, 'time') }
  const look = { isXLogarithmic: false, isLogarithmic: true, maximumPoints: 900 }
  const view = { axis: 'time', wallOffsets: [], factor: 1 } as const
  const whole = alignCurves([curveOf(metrics.get('loss.total'), view)], { range, ...look })
  expect(whole.x.length).toBeLessThanOrEqual(902)
  expect(whole.x[whole.columns[0]?.indexOf(spike.value) ?? -1]).toBe(spike.step / 50)

  // The window of a zoom is read point by point.
  const zoom = { min: (spike.step - 40) / 50, max: (spike.step + 40) / 50 }
  const { runId, ...window } = windowOf(id, zoom, 'time', pace)
  const [closer] = structuredClone(await store.metrics.curves(runId, { window, maxPoints: 2000 }))
  if (closer === undefined) throw new Error('the window has no curve')
  expect(closer.count).toBe(closer.steps.length)
  const detailed = withDetail(metrics.get('loss.total'), { ...window, data: seriesOfCurve(closer) })
  const near = alignCurves([curveOf(detailed, view)], { range, zoom, ...look })
  expect(near.x.filter((x) => x >= zoom.min && x <= zoom.max)).toHaveLength(81)
  expect(near.columns[0]).toContain(spike.value)
})
