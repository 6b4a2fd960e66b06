import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { systemClock } from '#main/basics/clock.ts'
import { storeLayout } from '#main/store/layout.ts'
import { Store } from '#main/store/store.ts'
import { addCompleted, addNetworks } from '#test/support/filled-store.ts'
import { expect, test } from './fixtures.ts'
import { ask, launchStudio, quit, screenshotsFolder, storeFolderIn } from './launch.ts'

const themes = ['light', 'dark'] as const

/** A closed store with experiments completed before and after its backup, whose database is cut. */
async function damagedStore(folder: string): Promise<void> {
  const store = await Store.open({ folder: storeFolderIn(folder), program: 'test', clock: systemClock })
  await addNetworks(store, 2)
  await addCompleted(store, 'net-1', 4)
  await store.backup()
  await addCompleted(store, 'net-2', 3)
  await store.close()
  const { database } = store.layout
  await truncate(database, 4096 * 9)
}

/** A button that closes its window may be gone before the click has been answered. */
async function clickLast(page: Page, name: string): Promise<void> {
  await page
    .getByRole('button', { name })
    .click()
    .catch(() => undefined)
}

test('a damaged store: what each way keeps is shown, one is chosen, and the studio opens on it', async ({ folder }) => {
  await damagedStore(folder)
  const studio = await launchStudio(folder)
  const { app, page } = studio
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The store is damaged')
  const restore = page.getByRole('button', { name: 'Restore' })
  await expect(restore).toBeVisible()
  await page.setViewportSize({ width: 1280, height: 800 })
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme })
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme)
    await page.screenshot({ path: join(screenshotsFolder, `damaged-store-${colorScheme}.png`), animations: 'disabled' })
    // Legacy mode: the other one opens a second page, which the studio refuses.
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([])
  }
  await expect(page.getByRole('row', { name: /^Completed experiments/ })).toContainText('7')
  // The window has these commands and no others.
  await expect(ask(page, 'experiments.list', {})).rejects.toThrow(/needs the desktop app/)
  await restore.click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The store is repaired')
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme })
    await page.screenshot({
      path: join(screenshotsFolder, `repaired-store-${colorScheme}.png`),
      animations: 'disabled',
    })
  }
  const opening = app.waitForEvent('window')
  await clickLast(page, 'Open the studio')
  const opened = await opening
  await opened.getByRole('heading', { level: 1 }).waitFor()
  const { items } = await ask(opened, 'experiments.list', {})
  expect(items.filter(({ status }) => status === 'completed')).toHaveLength(7)
  expect(await quit({ ...studio, page: opened })).toBe(0)
  const layout = storeLayout(studio.storeFolder)
  expect(await readdir(layout.damaged)).toHaveLength(1)
  expect(await readFile(layout.log, 'utf8')).toContain('The store was repaired (restore)')
})

test('a store of which nothing can be kept is left as it is', async ({ folder }) => {
  const layout = storeLayout(storeFolderIn(folder))
  await (await Store.open({ folder: layout.folder, program: 'test', clock: systemClock })).close()
  await writeFile(layout.database, 'this was a database once'.repeat(1000))
  const studio = await launchStudio(folder)
  await expect(studio.page.getByText('None of the ways keeps anything.')).toBeVisible()
  await studio.page.setViewportSize({ width: 1280, height: 800 })
  await studio.page.screenshot({ path: join(screenshotsFolder, 'damaged-store-nothing.png'), animations: 'disabled' })
  const exited = new Promise((resolve) => studio.process.once('exit', resolve))
  await clickLast(studio.page, 'Quit without changing anything')
  expect(await exited).toBe(0)
  expect(await readFile(layout.database, 'utf8')).toMatch(/^this was a database once/)
})
