/** What can be done from everywhere: files of the system, the palette, the cheat sheet, the native menus. */
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ActionId } from '#shared/protocol/window-actions.ts'
import { smokeConfig } from './experiments.ts'
import { expect, test } from './fixtures.ts'
import { ask, quit, root, show, type OpenStudio } from './launch.ts'
import { look } from './look.ts'

test.use({ start: 'library' })

const sample = join(root, 'resources/samples/resnet20-cifar10.safetensors')

/** Whether an item of the native menu can be chosen. */
function isEnabled({ app }: OpenStudio, id: ActionId): Promise<boolean | undefined> {
  return app.evaluate(({ Menu }, item) => Menu.getApplicationMenu()?.getMenuItemById(item)?.enabled, id)
}

async function chooseMenuItem({ app }: OpenStudio, id: ActionId): Promise<void> {
  await app.evaluate(({ Menu }, item) => Menu.getApplicationMenu()?.getMenuItemById(item)?.click(), id)
}

test('files, palette, menus and keys lead to the same places', async ({ launch, folder }) => {
  const given = join(folder, 'given.safetensors')
  const later = join(folder, 'later.safetensors')
  await copyFile(sample, given)
  await copyFile(sample, later)

  const studio = await launch([given])
  const { app, page } = studio
  // The file that the studio was started with, then one that a second start hands over. A network is compressed where
  // dropped ones are.
  const heading = (name: string) => page.getByRole('heading', { level: 1, name })
  await expect(heading('given.safetensors')).toBeVisible()
  await app.evaluate(
    ({ app: electron }, path) => electron.emit('second-instance', {}, ['nern-studio', path], '/'),
    later,
  )
  await expect(heading('later.safetensors')).toBeVisible()

  // Both are in the palette from now on.
  await page.keyboard.press('Control+K')
  await page.getByRole('combobox', { name: 'Command' }).fill('given')
  await page.keyboard.press('Enter')
  await expect(heading('given.safetensors')).toBeVisible()

  // What the page in view can do, the palette and the menus can.
  const [network] = await ask(page, 'networks.list', {})
  const [dataset] = await ask(page, 'datasets.list', {})
  const subject = { networkId: network?.id ?? '', datasetId: dataset?.id ?? '' }
  const { id } = await ask(page, 'experiments.create', {
    name: 'Mine',
    config: smokeConfig(),
    ...subject,
    enqueue: false,
  })
  expect(await isEnabled(studio, 'clone')).toBe(false)
  await show(studio, { name: 'run', experimentId: id })
  await expect.poll(() => isEnabled(studio, 'clone')).toBe(true)
  expect(await isEnabled(studio, 'export')).toBe(false)
  await page.keyboard.press('Control+K')
  await page.getByRole('combobox', { name: 'Command' }).fill('edit')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'Edit Mine' })).toBeVisible()
  await chooseMenuItem(studio, 'open-queue')
  await expect(page.getByRole('heading', { level: 1, name: 'Queue' })).toBeVisible()
  await page.keyboard.press('Control+2')
  await expect(page.getByRole('heading', { level: 1, name: 'Networks' })).toBeVisible()

  await chooseMenuItem(studio, 'forget-recent')
  await expect.poll(() => isEnabled(studio, 'forget-recent')).toBe(false)

  // The sidebar stays hidden until it is wanted.
  const sidebarEdge = page.getByRole('separator', { name: 'Width of the sidebar' })
  await sidebarEdge.focus()
  await page.keyboard.press('ArrowRight')
  await expect(sidebarEdge).toHaveAttribute('aria-valuenow', '232')
  await page.keyboard.press('Control+B')
  await expect(page.getByRole('navigation', { name: 'Sections' })).toBeHidden()

  // So do the table as it was set up, the page that was open, and how far down it was.
  await show(studio, { name: 'experiments' })
  await page.getByRole('searchbox', { name: 'Filter experiments' }).fill('Mine')
  await show(studio, { name: 'network', id: network?.id ?? '' })
  await expect(page.getByRole('heading', { level: 2 }).first()).toBeVisible()
  const downBy = () => page.locator('main').evaluate(({ scrollTop }) => scrollTop)
  await expect.poll(() => page.locator('main').evaluate((main) => (main.scrollTo(0, 300), main.scrollTop))).toBe(300)
  await show(studio, { name: 'queue' })
  await page.keyboard.press('Alt+ArrowLeft')
  await expect.poll(downBy).toBe(300)
  expect(await quit(studio)).toBe(0)
  const again = await launch()
  await expect(again.page.getByRole('navigation', { name: 'Sections' })).toBeHidden()
  await expect(again.page.getByRole('heading', { level: 1, name: network?.name ?? '' })).toBeVisible()
  await expect.poll(() => again.page.locator('main').evaluate(({ scrollTop }) => scrollTop)).toBe(300)
  await again.page.keyboard.press('Control+B')
  await expect(again.page.getByRole('navigation', { name: 'Sections' })).toBeVisible()
  await expect(again.page.getByRole('separator')).toHaveAttribute('aria-valuenow', '232')
  await show(again, { name: 'experiments' })
  await expect(again.page.getByRole('searchbox', { name: 'Filter experiments' })).toHaveValue('Mine')

  const found = [
    ...(await look(again, 'palette', { name: 'home' }, (shown) => shown.keyboard.press('Control+K'))),
    ...(await look(again, 'cheat-sheet', { name: 'home' }, async (shown) => {
      await shown.keyboard.press('Escape')
      await shown.keyboard.press('?')
    })),
  ]
  expect(found).toStrictEqual([])
  expect(await quit(again)).toBe(0)
})
