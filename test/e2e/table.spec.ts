/** The table of experiments: pictures of its states. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures.ts'
import { inventExperiments } from './invented-experiments.ts'
import { screenshotsFolder, storeFolderIn } from './launch.ts'
import { look } from './look.ts'

test('a table of 10,000 experiments, grouped and not, and its menus', async ({ folder, launch }) => {
  await mkdir(storeFolderIn(folder), { recursive: true })
  await inventExperiments(folder, 10_000)
  const studio = await launch()
  const { page } = studio
  const found: string[] = []
  found.push(...(await look(studio, 'table-10000', { name: 'experiments' })))
  const groups = async (page: Page) => {
    await page.getByRole('button', { name: 'Group', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Hidden size' }).click()
    await expect(page.getByRole('treegrid')).toBeVisible()
    await page.mouse.move(5, 5)
  }
  found.push(...(await look(studio, 'table-grouped', { name: 'experiments' }, groups)))
  found.push(
    ...(await look(studio, 'table-columns', { name: 'experiments' }, (page) =>
      page.getByRole('button', { name: 'Columns' }).click(),
    )),
  )
  await page.keyboard.press('Escape')
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.getByRole('row').nth(3).click({ button: 'right' })
  await page.screenshot({ path: join(screenshotsFolder, 'table-menu.png') })
  await page.keyboard.press('Escape')
  await page.getByRole('columnheader', { name: 'Size', exact: true }).click({ button: 'right' })
  await page.screenshot({ path: join(screenshotsFolder, 'table-column-menu.png') })
  await page.keyboard.press('Escape')
  expect(found).toStrictEqual([])
})
