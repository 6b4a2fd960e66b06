/** Curves of real runs over each other: from the table in few actions, by phases, zoomed, and found again. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { enqueue, get, reaches, smokeConfig } from './experiments.ts'
import { expect, test } from './fixtures.ts'
import { ask, screenshotsFolder, show } from './launch.ts'
import { look } from './look.ts'

test.use({ start: 'library' })

const names = [1, 2, 3, 4].map((seed) => `Curve, seed ${seed}`)

/** Moves the pointer down the middle of a chart until it is near a curve. */
async function pointAtCurve(page: Page, chart: Locator): Promise<void> {
  await chart.scrollIntoViewIfNeeded()
  const { x = 0, y = 0, width = 0, height = 0 } = (await chart.locator('.u-over').boundingBox()) ?? {}
  for (let down = 2; down < height; down += 4) {
    await page.mouse.move(x + width / 2, y + down)
    const cursor = await chart.locator('.u-over').evaluate((over) => getComputedStyle(over).cursor)
    if (cursor === 'pointer') return
  }
  throw new Error('No curve is near the middle of the chart.')
}

test('losses of 4 runs lie over each other after 3 actions in the table', async ({ studio, folder }) => {
  const { page } = studio
  const ids: string[] = []
  const config = smokeConfig()
  for (const [index, name] of names.entries()) {
    const predictor = { ...config.predictor, hiddenSize: config.predictor.hiddenSize + 4 * Math.floor(index / 2) }
    ids.push((await enqueue(studio, name, { ...config, predictor, seed: 1 + (index % 2) })).id)
  }
  for (const id of ids) await reaches(studio, id, 'completed')

  await show(studio, { name: 'experiments' })
  const tick = (name: string): Locator => page.getByRole('checkbox', { name: `Select ${name}` })
  await tick('Curve, seed 1').click()
  await tick('Curve, seed 4').click({ modifiers: ['Shift'] })
  await page.getByRole('button', { name: 'Curves of 4' }).click()

  const card = page.getByRole('region', { name: 'Curves' })
  const legend = card.getByRole('list', { name: 'Experiments in the charts' })
  await expect(legend.getByRole('listitem')).toHaveCount(4)
  const objective = card.getByRole('img', { name: 'Objective over steps' })
  await expect(objective.locator('canvas')).toBeVisible()

  // A phase, another axis on which the zoom stays where it was, and everything again.
  await card.getByRole('button', { name: 'Distillation', exact: true }).click()
  await expect(card.getByRole('button', { name: 'Reset zoom' })).toBeVisible()
  await card.getByRole('radio', { name: 'Wall time' }).click()
  await expect(card.getByRole('img', { name: 'Objective over wall time' }).locator('canvas')).toBeVisible()
  await expect(card.getByRole('button', { name: 'Reset zoom' })).toBeVisible()
  await card.getByRole('radio', { name: 'Steps' }).click()
  await card.getByRole('button', { name: 'Reset zoom' }).click()
  await expect(card.getByRole('button', { name: 'Everything' })).toBeVisible()

  // What the table leaves out of charts, this legend does, and the other way round.
  await legend.getByRole('button', { name: 'Show Curve, seed 2 in charts' }).click()
  await expect(objective.locator('xpath=ancestor::figure').getByRole('listitem')).toHaveCount(3)
  await legend.getByRole('button', { name: 'Show Curve, seed 2 in charts' }).click()

  // Two recipes with two seeds each: two means, with a band.
  const grouping = card.getByRole('combobox', { name: 'Grouping' })
  await grouping.click()
  await page.getByRole('option', { name: 'Mean over seeds' }).click()
  await expect(objective.locator('xpath=ancestor::figure').getByRole('listitem')).toHaveCount(2)
  await page.screenshot({ path: join(screenshotsFolder, 'curves-seeds.png'), animations: 'disabled' })
  await grouping.click()
  await page.getByRole('option', { name: 'Every run' }).click()

  // Any number against any other.
  const scatter = page.getByRole('region', { name: 'One value against another' })
  await scatter.getByRole('combobox', { name: 'Upwards' }).click()
  await page.getByRole('option', { name: 'last(loss.total)' }).click()
  await expect(scatter).toContainText('4 of 4 experiments have both')
  await scatter.scrollIntoViewIfNeeded()
  await page.screenshot({ path: join(screenshotsFolder, 'curves-scatter.png'), animations: 'disabled' })
  await card.scrollIntoViewIfNeeded()

  // The numbers of a chart in 2 actions: every stored point, one line each.
  const file = join(folder, 'objective.csv')
  const save = (filePath: string): Promise<void> =>
    studio.app.evaluate(({ dialog }, path) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: path })
    }, filePath)
  const menu = card.getByRole('button', { name: 'Take out: Objective' })
  await save(file)
  await menu.click()
  await page.getByRole('menuitem', { name: 'Save numbers (CSV)' }).click()
  await expect(page.getByText('Saved as objective.csv')).toBeVisible()
  const rows = (await readFile(file, 'utf8')).trimEnd().split('\r\n')
  const runIds = (await Promise.all(ids.map((id) => get(studio, id)))).map(({ latestRun }) => latestRun?.id ?? '')
  const stored = await ask(page, 'runs.curves', { ids: runIds, metrics: ['loss.total'], maxPoints: 20_000 })
  expect(rows.length - 1).toBe(stored.reduce((sum, { curves }) => sum + (curves[0]?.count ?? 0), 0))
  for (const name of names) expect(rows.some((row) => row.startsWith(`"${name}",1,loss.total,`))).toBe(true)
  for (const [item, ending] of [
    ['Save drawing (SVG)', 'svg'],
    ['Save picture (PNG)', 'png'],
  ] as const) {
    await save(join(screenshotsFolder, `curves-objective.${ending}`))
    await menu.click()
    await page.getByRole('menuitem', { name: item }).click()
    await expect(page.getByText(`Saved as curves-objective.${ending}`)).toBeVisible()
  }
  expect(await readFile(join(screenshotsFolder, 'curves-objective.svg'), 'utf8')).toMatch(/^<svg .*<path d="M\d/)
  const png = await readFile(join(screenshotsFolder, 'curves-objective.png'))
  expect([png.readUInt32BE(16), png.subarray(1, 4).toString()]).toEqual([1920, 'PNG'])
  await menu.click()
  await page.getByRole('menuitem', { name: 'Show as table' }).click()
  await expect(page.getByRole('dialog').getByRole('columnheader')).toHaveCount(1 + 2 * names.length)
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()

  expect(await look(studio, 'curves', { name: 'curves', ids })).toStrictEqual([])

  // A click on a curve opens its run.
  await pointAtCurve(page, page.getByRole('img', { name: 'Objective over steps' }))
  await page.mouse.down()
  await page.mouse.up()
  await expect(page.getByRole('heading', { level: 1, name: /^Curve, seed \d$/ })).toBeVisible()
})
