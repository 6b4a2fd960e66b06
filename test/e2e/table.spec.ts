/** The table of experiments: what it takes to find, change and bring back, on runs of the real trainer, and what it looks like. */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import type { AppError } from '#shared/basics/result.ts'
import type { BaselineConfig } from '#shared/methods/direct/config.ts'
import { commandChannel } from '#shared/protocol/ipc-channels.ts'
import { enqueue, int4Config, whileComputing } from './experiments.ts'
import { expect, test } from './fixtures.ts'
import { inventExperiments } from './invented-experiments.ts'
import { ask, screenshotsFolder, show, storeFolderIn, type OpenStudio } from './launch.ts'
import { look } from './look.ts'

/** Thirty that differ: every precision, every number of shared weights, and shares of pruned weights. */
function thirtyConfigs(): readonly BaselineConfig[] {
  const base = int4Config()
  const precisions = ['float16', 'int8', 'int7', 'int6', 'int5', 'int4', 'int3', 'int2'] as const
  return [
    ...precisions.map((precision) => ({ ...base, quantisation: { precision } })),
    ...[1, 2, 3, 4, 5, 6, 7, 8].map((bits) => ({
      ...base,
      method: 'weight-sharing' as const,
      weightSharing: { bits, iterations: 5 },
    })),
    ...Array.from({ length: 14 }, (_, index) => ({
      ...base,
      method: 'pruning' as const,
      pruning: { kept: 0.05 * (index + 1), values: 'int8' as const },
    })),
  ]
}

const table = (page: Page) => page.getByRole('grid', { name: 'Experiments' })
const firstRow = (page: Page) => table(page).locator('tbody tr[data-key]').first()

test.describe('with runs of the trainer', () => {
  test.use({ start: 'library' })

  test('the best of 30 runs under 100 KiB takes three actions, and undoing a deletion one', async ({
    studio,
    folder,
  }) => {
    const { page } = studio
    const configs = thirtyConfigs()
    for (const [index, config] of configs.entries()) await enqueue(studio, `Run ${index + 1}`, config)
    const summaries = async () => (await ask(page, 'experiments.list', {})).items
    await expect
      .poll(async () => (await summaries()).filter(({ status }) => status === 'completed').length, whileComputing)
      .toBe(30)

    // Three actions.
    await page
      .getByRole('link', { name: /^Experiments/ })
      .or(page.getByRole('button', { name: /^Experiments/ }))
      .first()
      .click()
    await page.getByRole('searchbox', { name: 'Filter experiments' }).fill('size < 100 KiB')
    await page.getByRole('button', { name: 'Test accuracy' }).click()

    const small = (await summaries()).filter(({ outcome }) => (outcome.totalBytes ?? Infinity) < 100 * 1024)
    const best = small.toSorted((a, b) => (b.outcome.accuracy ?? 0) - (a.outcome.accuracy ?? 0))[0]
    await expect(page.getByText(`${small.length} of 30`)).toBeVisible()
    await expect(firstRow(page)).toContainText(`${(100 * (best?.outcome.accuracy ?? 0)).toFixed(2)} %`)
    expect(small.length).toBeGreaterThan(3)
    expect(small.length).toBeLessThan(30)

    await undoesDeletion(studio)
    await keysMoveAndSelect(page)
    await isFoundAgain(studio, small.length)
    await chipsAndTextAgree(page)
    await savesViews(page)
    await columnsOfConfiguration(page)
    await writesRows(studio, folder)
    await notesSaveThemselves(studio)
  })
})

async function undoesDeletion({ page }: OpenStudio): Promise<void> {
  const key = await firstRow(page).getAttribute('data-key')
  await firstRow(page).focus()
  await page.keyboard.press('Delete')
  await expect(page.getByRole('status').filter({ hasText: '1 experiment moved to the trash' })).toBeVisible()
  await expect(firstRow(page)).not.toHaveAttribute('data-key', key ?? '')
  await page.keyboard.press('Control+z')
  await expect(firstRow(page)).toHaveAttribute('data-key', key ?? '')
}

async function keysMoveAndSelect(page: Page): Promise<void> {
  await firstRow(page).focus()
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Shift+ArrowDown')
  await expect(page.getByText('3 experiments selected')).toBeVisible()
  await page.keyboard.press('Shift+F10')
  await expect(page.getByRole('menuitem', { name: 'Clone', exact: true })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.locator('tr[data-key]:focus')).toHaveCount(1)
  // Tags in bulk, and back.
  await page.getByRole('button', { name: 'Tags', exact: true }).click()
  await page.getByRole('combobox', { name: 'Add a tag' }).fill('short list')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Save tags' }).click()
  await expect(table(page).getByText('short list')).toHaveCount(3)
  await page
    .getByRole('status')
    .filter({ hasText: 'Tags of 3 experiments' })
    .getByRole('button', { name: 'Undo' })
    .click()
  await expect(table(page).getByText('short list')).toHaveCount(0)
  await page.getByRole('button', { name: 'Clear selection' }).click()
}

async function isFoundAgain(studio: OpenStudio, count: number): Promise<void> {
  const { page } = studio
  await show(studio, { name: 'home' })
  await show(studio, { name: 'experiments' })
  await expect(page.getByRole('searchbox', { name: 'Filter experiments' })).toHaveValue('size < 100 KiB')
  await expect(page.getByText(`${count} of 30`)).toBeVisible()
  await expect(page.getByRole('columnheader', { name: 'Test accuracy' })).toHaveAttribute('aria-sort', 'descending')
}

async function chipsAndTextAgree(page: Page): Promise<void> {
  const field = page.getByRole('searchbox', { name: 'Filter experiments' })
  await page.getByRole('button', { name: 'Add a filter' }).click()
  const form = page.getByRole('dialog', { name: 'Add a filter' })
  await form.getByRole('textbox', { name: 'Value' }).fill('60')
  await form.getByRole('button', { name: 'Apply' }).click()
  await expect(field).toHaveValue('size < 100 KiB and size < 60 KiB')
  await page.getByRole('button', { name: 'Remove size < 60 KiB' }).click()
  await expect(field).toHaveValue('size < 100 KiB')
  await field.fill('sise < 100 KiB')
  await page.getByRole('button', { name: 'size', exact: true }).click()
  await expect(field).toHaveValue('size < 100 KiB')
}

async function savesViews(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Views' }).click()
  await page.getByRole('menuitem', { name: 'Save as a view' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('Small ones')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Small ones' }).click()
  await page.getByRole('menuitem', { name: 'Usual view' }).click()
  await expect(page.getByText('30 of 30')).toBeVisible()
  await page.getByRole('button', { name: 'Views' }).click()
  await page.getByRole('menuitem', { name: 'Small ones' }).click()
  await expect(page.getByRole('searchbox', { name: 'Filter experiments' })).toHaveValue('size < 100 KiB')
  await page.getByRole('button', { name: 'Small ones' }).click()
  await page.getByRole('menuitem', { name: 'Delete Small ones' }).click()
  await page.getByRole('button', { name: 'Undo' }).last().click()
  await expect(page.getByRole('button', { name: 'Small ones' })).toBeVisible()
}

async function columnsOfConfiguration(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Columns' }).click()
  await page.getByRole('searchbox', { name: 'Find a column' }).fill('method')
  await page.getByRole('checkbox', { name: 'Method', exact: true }).first().click()
  await page.keyboard.press('Escape')
  await expect(table(page).getByRole('columnheader', { name: 'Method' })).toBeAttached()
  await expect(
    table(page)
      .getByText(/^(pruning|quantisation|weight-sharing|weight sharing)$/i)
      .first(),
  ).toBeAttached()
  // From the keyboard: one place to the left.
  const heading = page.getByRole('button', { name: 'Method' })
  await heading.focus()
  const before = await table(page).getByRole('columnheader').allTextContents()
  await page.keyboard.press('Control+ArrowLeft')
  const after = await table(page).getByRole('columnheader').allTextContents()
  expect(after.indexOf(before.at(-1) ?? '')).toBe(before.length - 2)
}

async function writesRows({ app, page }: OpenStudio, folder: string): Promise<void> {
  const path = join(folder, 'rows.csv')
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = async () => ({ canceled: false, filePath })
  }, path)
  await page.getByRole('button', { name: 'Export' }).click()
  await page.getByRole('menuitem', { name: 'CSV with the columns shown' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'written to rows.csv' })).toBeVisible()
  const [head, ...rows] = (await readFile(path, 'utf8')).trimEnd().split('\r\n')
  expect(head).toContain('size (bytes)')
  // Of all rows, not only of those that are drawn; the heading counts, too.
  expect(rows.length).toBe(Number(await table(page).getAttribute('aria-rowcount')) - 1)
}

async function notesSaveThemselves(studio: OpenStudio): Promise<void> {
  const { page } = studio
  await firstRow(page).focus()
  const id = (await firstRow(page).getAttribute('data-key')) ?? ''
  await page.keyboard.press('Enter')
  await page.getByRole('textbox', { name: 'Notes' }).fill('Kept without a button.')
  await show(studio, { name: 'home' })
  await expect
    .poll(async () => (await ask(page, 'experiments.get', { id })).record.notes)
    .toBe('Kept without a button.')
}

test('a table of 10,000 experiments, grouped, filtered and with its menus', async ({ folder, launch }) => {
  await mkdir(storeFolderIn(folder), { recursive: true })
  await inventExperiments(folder, 10_000)
  const studio = await launch()
  const { page } = studio
  const place = { name: 'experiments' } as const
  const found: string[] = []
  found.push(...(await look(studio, 'table-10000', place)))
  await headingsMoveResizeAndSort(page)
  const groups = async (page: Page) => {
    await page.getByRole('button', { name: 'Group', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Hidden size' }).click()
    await expect(page.getByRole('treegrid')).toBeVisible()
    await page.mouse.move(5, 5)
  }
  found.push(...(await look(studio, 'table-grouped', place, groups)))
  const wrong = (page: Page) =>
    page.getByRole('searchbox', { name: 'Filter experiments' }).fill('size < 100 KiB and drop <= 3 furlongs')
  found.push(...(await look(studio, 'table-wrong-filter', place, wrong)))
  const select = async (page: Page) => {
    await page.getByRole('searchbox', { name: 'Filter experiments' }).fill('size < 100 KiB and drop <= 6')
    await page.getByRole('button', { name: /^Grouped/ }).click()
    await page.getByRole('menuitem', { name: 'Do not group' }).click()
    await page.getByRole('row').nth(2).click()
    await page.keyboard.down('Shift')
    await page.getByRole('row').nth(6).click()
    await page.keyboard.up('Shift')
  }
  found.push(...(await look(studio, 'table-selected', place, select)))
  const columns = async (page: Page) => page.getByRole('button', { name: 'Columns' }).click()
  found.push(...(await look(studio, 'table-columns', place, columns)))
  await page.keyboard.press('Escape')
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.getByRole('row').nth(3).click({ button: 'right' })
  await page.screenshot({ path: join(screenshotsFolder, 'table-menu.png') })
  await page.keyboard.press('Escape')
  await page.getByRole('columnheader', { name: 'Size', exact: true }).click({ button: 'right' })
  await page.screenshot({ path: join(screenshotsFolder, 'table-column-menu.png') })
  await page.keyboard.press('Escape')
  const trash = async (page: Page) => {
    await page.keyboard.press('Control+a')
    await page.getByRole('button', { name: 'Move to the trash' }).click()
    await page.getByRole('radio', { name: /^Trash/ }).click()
  }
  found.push(...(await look(studio, 'table-trash', place, trash)))
  expect(found).toStrictEqual([])
})

/** By the pointer and by keys; then the table is as it was. */
async function headingsMoveResizeAndSort(page: Page): Promise<void> {
  const heading = (name: string) => table(page).getByRole('columnheader', { name, exact: true })
  const widthOf = async (name: string) => Math.round((await heading(name).boundingBox())?.width ?? 0)
  const before = await widthOf('Size')
  const box = await heading('Size').boundingBox()
  if (box === null) throw new Error('The column Size is not drawn.')
  await page.mouse.move(box.x + box.width - 3, box.y + 10)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width + 37, box.y + 10, { steps: 4 })
  await page.mouse.up()
  expect(await widthOf('Size')).toBe(before + 40)
  await page.getByRole('button', { name: 'Size', exact: true }).focus()
  await page.keyboard.press('Shift+ArrowLeft')
  expect(await widthOf('Size')).toBe(before + 24)
  await page.getByRole('button', { name: 'Ratio' }).dragTo(heading('Status'))
  const titles = (await table(page).getByRole('columnheader').allTextContents()).map((title) => title.trim())
  expect(titles.indexOf('Ratio')).toBe(titles.indexOf('Status') - 1)
  // Equal ones by name as well: Shift with the key that presses a heading.
  await page.getByRole('button', { name: 'Ratio' }).click()
  await page.getByRole('button', { name: 'Name' }).focus()
  await page.keyboard.press('Shift+Enter')
  await expect(heading('Ratio 1')).toBeVisible()
  await expect(heading('Name 2')).toBeVisible()
  await page.getByRole('button', { name: 'Views' }).click()
  await page.getByRole('menuitem', { name: 'Usual view' }).click()
}

test('the list while it is read, when it cannot be read, and when there is nothing in it', async ({ studio }) => {
  const found = await look(studio, 'table-empty', { name: 'experiments' })
  await answerListWith(studio, undefined)
  await studio.page.reload()
  await show(studio, { name: 'experiments' })
  await expect(studio.page.getByRole('status', { name: 'Loading' })).toBeVisible()
  await studio.page.screenshot({ path: join(screenshotsFolder, 'table-loading.png'), animations: 'disabled' })
  await answerListWith(studio, {
    code: 'store-corrupt',
    message: 'The database disk image is malformed.',
    where: 'studio.sqlite',
    remedy: 'Restore a backup: Doctor, Backups.',
  })
  await studio.page.reload()
  const failed = await look(studio, 'table-failed', { name: 'experiments' })
  await expect(studio.page.getByRole('button', { name: 'Try again' })).toBeVisible()
  expect([...found, ...failed]).toStrictEqual([])
})

/** What the main process answers to the question for the list from now on; never, without an error. */
async function answerListWith({ app }: OpenStudio, error: AppError | undefined): Promise<void> {
  await app.evaluate(
    ({ ipcMain }, [channel, failure]) => {
      ipcMain.removeHandler(channel)
      ipcMain.handle(channel, () => (failure === undefined ? new Promise(() => {}) : { ok: false, error: failure }))
    },
    [commandChannel('experiments.list'), error] as const,
  )
}
