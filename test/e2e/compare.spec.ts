import { mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import type { ComparedSubject } from '#shared/measures/comparison.ts'
import { shownEffects } from '#shared/measures/layer-effects.ts'
import { enqueue, int4Config, reaches, smokeConfig, whileComputing } from './experiments.ts'
import { expect, test } from './fixtures.ts'
import { ask, screenshotsFolder, show, type OpenStudio } from './launch.ts'
import { look } from './look.ts'

test.use({ start: 'library' })

test('real runs are compared by accuracy, pairs, classes, images, bytes and configuration', async ({
  studio,
  folder,
}) => {
  const { page } = studio
  const seeds = [1, 2]
  const ids = [(await enqueue(studio, 'int4', int4Config())).id]
  for (const seed of seeds) ids.push((await enqueue(studio, `Smoke, seed ${seed}`, { ...smokeConfig(), seed })).id)
  for (const id of ids) await reaches(studio, id, 'completed')
  const place = { name: 'compare', ids } as const
  const comparison = await ask(page, 'experiments.compare', { ids, split: 'test' })
  const [original] = comparison.originals
  if (original?.evaluation === undefined) throw new Error('The original was not measured.')
  const subject: ComparedSubject = { networkId: original.network.id, datasetId: original.dataset.id }

  // The original is a row of its own, once; the seeds are a group.
  await show(studio, place)
  const rows = page.getByRole('region', { name: 'Accuracy', exact: true }).getByRole('row')
  await expect(rows).toHaveCount(1 + 1 + ids.length)
  await expect(rows.nth(1)).toContainText(original.network.name)
  await expect(page.getByRole('region', { name: 'Over seeds' }).getByRole('row')).toHaveCount(2)
  const pictures: string[] = [...(await look(studio, 'compare-accuracy', place))]

  // A base of one's own: the difference of the original from int4 has the other sign.
  const pair = comparison.pairs.find(({ second }) => 'experimentId' in second && second.experimentId === ids[0])
  if (pair === undefined) throw new Error('int4 was not compared with its original.')
  await page.getByRole('combobox', { name: 'Compare with' }).click()
  await page.getByRole('option', { name: 'Against int4' }).click()
  const { onlyFirst, onlySecond } = pair.agreement
  await expect(rows.nth(1)).toContainText(`−${onlySecond}`)
  await expect(rows.nth(1)).toContainText(`+${onlyFirst}`)

  const tab = async (name: string): Promise<void> => page.getByRole('tab', { name }).click()
  await tab('Pairs')
  await expect(page.getByRole('region', { name: 'Every pair' }).getByRole('row')).toHaveCount(1 + 1 + ids.length)

  // Images that flipped, in one action from here, or two from anywhere else.
  await show(studio, place)
  await tab('Flipped images')
  const last = { experimentId: ids.at(-1) ?? '' }
  const { flips, images } = await ask(page, 'comparisons.flips', { first: subject, second: last, split: 'test' })
  expect(flips.every(({ first: one, second: other }) => (one.confidence ?? 0) > 0 && (other.confidence ?? 0) > 0)).toBe(
    true,
  )
  const gallery = page.getByRole('region', { name: 'Flipped images' }).first()
  await expect(gallery).toContainText(`${flips.length} of ${images} images`)
  await expect(gallery.getByRole('img')).toHaveCount(Math.min(42, flips.length))
  await gallery.getByRole('radio', { name: 'List' }).click()
  await expect(gallery.getByRole('row')).toHaveCount(1 + Math.min(42, flips.length))

  // The whole of it as one page, written by the process of the windows.
  const file = join(folder, 'comparison.html')
  await studio.app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
  }, file)
  await page.getByRole('button', { name: 'Save the comparison' }).click()
  await page.getByRole('menuitem', { name: 'Save as one page (HTML)' }).click()
  await expect(page.getByText('Saved as comparison.html')).toBeVisible()
  expect((await readFile(file, 'utf8')).match(/data:image\/png;base64,/g)?.length).toBeGreaterThan(0)

  const onTab = (name: string) => (shown: Page) => shown.getByRole('tab', { name }).click()
  for (const [name, title] of [
    ['pairs', 'Pairs'],
    ['classes', 'Classes'],
    ['flips', 'Flipped images'],
    ['bytes', 'Bytes'],
    ['configuration', 'Configuration'],
  ] as const) {
    pictures.push(...(await look(studio, `compare-${name}`, place, onTab(title))))
  }

  await test.step('limits dragged on the page of the network are the filter of the table', () => dragLimits(studio))
  pictures.push(...(await look(studio, 'network-pareto', { name: 'network', id: original.network.id })))

  await test.step('which layer hurts takes two actions, and one more keeps it', () => keepLayer(studio, ids[0] ?? ''))
  pictures.push(...(await look(studio, 'run-layers', { name: 'run', experimentId: ids[0] ?? '' }, scrollToLayers)))
  await test.step('an export says its exact sizes before', () => exportExactly(studio, ids[0] ?? '', folder))
  pictures.push(...(await look(studio, 'run-export', { name: 'run', experimentId: ids[0] ?? '' }, openExport)))
  expect(pictures).toStrictEqual([])
})

async function openExport(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Export', exact: true }).click()
  await expect(page.getByRole('dialog').getByText(/^Chosen: /)).toBeVisible(whileComputing)
}

async function exportExactly(studio: OpenStudio, experimentId: string, folder: string): Promise<void> {
  const { app, page } = studio
  await show(studio, { name: 'run', experimentId })
  await openExport(page)
  const dialog = page.getByRole('dialog')
  const said = await dialog.getByText(/^Chosen: /).textContent()
  await expect(dialog.getByText('weights = nern_load.load("int4.baseline.safetensors")')).toBeVisible()
  const out = join(folder, 'exported')
  await mkdir(out)
  await app.evaluate(({ dialog: native }, filePath) => {
    native.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] })
  }, out)
  await dialog.getByRole('button', { name: 'Choose a folder' }).click()
  await expect(dialog.getByText('Written into exported')).toBeVisible(whileComputing)
  const names = await readdir(out)
  expect(names).toContain('nern_load.py')
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(out, name))).size))
  const bytes = sizes.reduce((sum, size) => sum + size, 0)
  expect(said).toBe(`Chosen: ${bytes.toLocaleString('en-US')} bytes`)
  await page.keyboard.press('Escape')
}

const layersCard = (page: Page) => page.getByRole('region', { name: 'Which layer hurts' }).first()

function scrollToLayers(page: Page): Promise<void> {
  return layersCard(page).evaluate((card) => card.scrollIntoView({ block: 'start' }))
}

async function keepLayer(studio: OpenStudio, experimentId: string): Promise<void> {
  const { page } = studio
  const card = layersCard(page)
  // The first action opens the run.
  await show(studio, { name: 'run', experimentId })
  await card.getByRole('button', { name: 'Measure layers' }).click()
  const worst = card.getByRole('row').nth(1)
  await expect(worst).toContainText('Keep exact', whileComputing)
  const { record } = await ask(page, 'experiments.get', { id: experimentId })
  const [kept] = await ask(page, 'runs.layers', { id: record.latestRun?.id ?? '' })
  expect(kept).toMatchObject({ split: 'validation', images: 60 })
  const [first] = shownEffects(kept ?? { images: 0, original: 0, reconstructed: 0, layers: [] })
  await expect(worst).toContainText(first?.name ?? 'a layer')

  const button = worst.getByRole('button', { name: /^Keep exact/ })
  const total = /^Keep exact ([\d.]+ KiB)/.exec((await button.getAttribute('aria-label')) ?? '')?.[1] ?? ''
  await button.click()
  await expect(page.getByRole('heading', { level: 1, name: 'New experiment' })).toBeVisible()
  await expect(page.getByText(total).first()).toBeVisible()
  await expect(page.getByText(`Layers treated otherwise: ${first?.name ?? ''} exact`)).toBeVisible()
}

/** From the runs of the test above, between the smallest and the largest of them. */
async function dragLimits(studio: OpenStudio): Promise<void> {
  const { page } = studio
  const [network] = await ask(page, 'networks.list', {})
  await show(studio, { name: 'network', id: network?.id ?? '' })
  const card = page.getByRole('region', { name: 'Accuracy against bytes' })
  const size = card.getByRole('slider', { name: 'Size at most' })
  const loss = card.getByRole('slider', { name: 'Accuracy at least' })
  await loss.focus()
  await loss.press('Delete')
  await expect(card.getByRole('status')).toHaveText('3 runs')

  const { items } = await ask(page, 'experiments.list', {})
  const sizes = items.map(({ outcome }) => outcome.totalBytes ?? 0).toSorted((a, b) => a - b)
  const line = await size.boundingBox()
  const frame = await card.getByRole('img', { name: /^Accuracy on the test images/ }).boundingBox()
  if (line === null || frame === null) throw new Error('The limits are not in sight.')
  await page.mouse.move(line.x + line.width / 2, line.y + 40)
  await page.mouse.down()
  await page.mouse.move(frame.x + frame.width * 0.5, line.y + 40, { steps: 5 })
  await page.mouse.up()
  const typed = page.getByRole('region', { name: 'One knob', exact: true }).getByLabel('Size at most')
  await expect(typed).toHaveValue(/^\d/)
  const limit = Math.floor(1024 * Number(await typed.inputValue()))
  const within = sizes.filter((bytes) => bytes <= limit).length
  await expect(card.getByRole('status')).toHaveText(`${within} of 3 runs within the limits`)

  // By keys, so far that all but the largest are within.
  const largest = sizes.at(-1) ?? 0
  const bytes = async (): Promise<number> => Math.floor(1024 * Number(await typed.inputValue()))
  await size.focus()
  for (let press = 0; press < 200 && (await bytes()) < largest; press++) await size.press('ArrowRight')
  while ((await bytes()) >= largest) await size.press('ArrowLeft')
  const wanted = items.filter(({ outcome }) => (outcome.totalBytes ?? Infinity) < largest).map(({ name }) => name)
  await expect(card.getByRole('status')).toHaveText(`${wanted.length} of 3 runs within the limits`)
  const showInTable = card.getByRole('button', { name: 'Show in the table' })
  const filter = page.getByRole('searchbox', { name: 'Filter experiments' })
  await showInTable.click()
  await expect(filter).toHaveValue(/size <= [\d.]+ KiB/)
  await expect(page.getByRole('grid').getByRole('row')).toHaveCount(1 + wanted.length)
  for (const name of wanted) await expect(page.getByRole('grid')).toContainText(name)

  // A frame around the left part of the picture goes before the limits, until it is removed.
  await page.keyboard.press('Alt+ArrowLeft')
  const picture = await card.getByRole('img', { name: /^Accuracy on the test images/ }).boundingBox()
  const limitLine = await size.boundingBox()
  if (picture === null || limitLine === null) throw new Error('The picture is not in sight.')
  const at = (share: number) => picture.x + picture.width * share
  await page.mouse.move(at(0.08), limitLine.y + 5)
  await page.mouse.down()
  await page.mouse.move(at(0.22), limitLine.y + limitLine.height - 5, { steps: 5 })
  await page.mouse.up()
  const status = card.getByRole('status')
  await expect(status).toHaveText(/^\d of 3 runs in the frame$/)
  const framed = Number.parseInt((await status.textContent()) ?? '', 10)
  expect(framed).toBeGreaterThan(0)
  expect(framed).toBeLessThan(3)
  await page.screenshot({ path: join(screenshotsFolder, 'network-frame.png'), animations: 'disabled' })
  await showInTable.click()
  await expect(filter).toHaveValue(/size >= [\d.]+ KiB and size <= [\d.]+ KiB and accuracy >= /)
  await expect(page.getByRole('grid').getByRole('row')).toHaveCount(1 + framed)
  await page.keyboard.press('Alt+ArrowLeft')
}
