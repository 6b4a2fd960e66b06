/** What the page of a run as long as runs get shows: nothing of it is lost between the store and the picture. */
import type { Locator } from '@playwright/test'
import { Store } from '#main/store/store.ts'
import { FakeClock } from '#test/support/fake-clock.ts'
import { datasetRecord, networkRecord } from '#test/support/records.ts'
import { addRunWithSpike, pointsOfLongRun, spikeOfLongRun } from '#test/support/run-with-spike.ts'
import { expect, test } from './fixtures.ts'
import { show, storeFolderIn } from './launch.ts'

test('a spike of one point among a million is in the picture of its chart', async ({ folder, launch }) => {
  const store = await Store.open({ folder: storeFolderIn(folder), program: 'test', clock: new FakeClock() })
  store.networks.insert(networkRecord(), [])
  store.datasets.insert(datasetRecord())
  const { experimentId, runId } = addRunWithSpike(store)
  store.runs.end(runId, 'cancelled')
  store.experiments.transition(experimentId, 'cancel')
  await store.close()

  const studio = await launch()
  await show(studio, { name: 'run', experimentId })
  const chart = studio.page.getByRole('img', { name: 'Losses over steps' })
  await chart.scrollIntoViewIfNeeded()
  await expect.poll(() => drawnHeight(chart, spikeOfLongRun.step / pointsOfLongRun)).toBeGreaterThan(0.9)
  // Elsewhere, off the lines of the grid, the curve stays at the bottom.
  expect(await drawnHeight(chart, 0.33)).toBeLessThan(0.2)
})

/** How far up a chart its line reaches at a place of the horizontal axis, both as shares; by the pixels of its canvas. */
function drawnHeight(chart: Locator, share: number): Promise<number> {
  return chart.evaluate((element, at) => {
    const canvas = element.querySelector('canvas')
    const plot = element.querySelector('.u-over')?.getBoundingClientRect()
    const context = canvas?.getContext('2d')
    if (!canvas || !plot || !context) return NaN
    const outer = canvas.getBoundingClientRect()
    const scale = canvas.width / outer.width
    const [left, top] = [(plot.left - outer.left) * scale, (plot.top - outer.top) * scale]
    const [width, height] = [plot.width * scale, Math.floor(plot.height * scale)]
    const near = 2
    const strip = (share: number) =>
      context.getImageData(Math.round(left + share * width) - near, Math.round(top), 2 * near + 1, height)
    // Twelve pixels to the left there is the same grid, and nothing of a line that is as narrow as a point.
    const [own, beside] = [strip(at), strip(at - (12 * scale) / width)]
    const isDrawn = (row: number): boolean => {
      const rowBytes = 4 * own.width
      for (let byte = row * rowBytes; byte < (row + 1) * rowBytes; byte++) {
        if (Math.abs((own.data[byte] ?? 0) - (beside.data[byte] ?? 0)) > 16) return true
      }
      return false
    }
    for (let row = 0; row < height; row++) if (isDrawn(row)) return 1 - row / height
    return 0
  }, share)
}
