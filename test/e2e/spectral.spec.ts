import type { Page } from '@playwright/test'
import { formatNumber } from '#shared/basics/format.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import { enqueue, get, reaches, smokeConfig, whileComputing } from './experiments.ts'
import { expect, test } from './fixtures.ts'
import { ask, show } from './launch.ts'
import { look } from './look.ts'

test.use({ start: 'library' })

async function scrollToCodes(page: Page): Promise<void> {
  const card = page.getByRole('region', { name: 'Spectral codes' })
  await card.getByRole('application').scrollIntoViewIfNeeded()
  await expect(card.getByText('Bits a code by frequency')).toBeVisible()
}

/** The Codes card says of a code what the package says of it. */
async function readsCodes(page: Page, runId: string): Promise<void> {
  const card = page.getByRole('region', { name: 'Spectral codes' })
  await card.getByRole('combobox', { name: 'Layer' }).click()
  await page.getByRole('option', { name: /^layer1\.0\.conv1\.weight/ }).click()
  const { layers } = await ask(page, 'runs.codes', { taskId: 'codes-of-test', id: runId })
  const layer = layers.find(({ sample }) => sample.name === 'layer1.0.conv1.weight')
  const [bits, code] = [layer?.codeBits[1] ?? NaN, layer?.codes[1] ?? NaN]
  const values = card.getByRole('application')
  // The first arrow marks the first code, the second goes on to the next.
  await values.press('ArrowRight')
  await values.press('ArrowRight')
  const read = card.getByRole('status')
  await expect(read).toContainText('frequency 0 down, 1 across')
  await expect(read).toContainText(`In the file ${formatNumber(code)} ×`)
  await expect(read).toContainText(`Bits ${bits.toFixed(2)}`)
  await expect(card.getByRole('list', { name: 'Bits a code by frequency' }).getByRole('listitem')).toHaveCount(9)
  // Of a run without steps the codes say all.
  await expect(page.getByRole('region', { name: 'Kernels' })).toHaveCount(0)
}

test('spectral codes from the form, with a layer of its own, to the comparison', async ({ studio }) => {
  const { page } = studio
  const smoke = await enqueue(studio, 'Smoke', smokeConfig())
  await reaches(studio, smoke.id, 'completed')
  await show(studio, { name: 'new-experiment' })
  await page.getByRole('radio', { name: 'Compress by spectral codes' }).click()
  // What it will weigh is what was asked for.
  const estimate = page.getByRole('region', { name: 'Size estimate' })
  await expect(estimate).toContainText('15.00×')
  await expect(page.getByRole('textbox', { name: 'Bytes of the file' })).toHaveCount(0)

  // Layers by name, checked against the network, or one by one.
  await page.getByRole('heading', { name: 'Layers' }).click()
  const layers = page.getByRole('textbox', { name: 'Layers treated otherwise' })
  await layers.fill('conv1.wieght exact')
  await expect(page.getByText('Did you mean conv1.weight?')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Add to the queue' })).toBeDisabled()
  await layers.fill('')
  await page.getByRole('combobox', { name: 'conv1.weight: As the rest', exact: true }).click()
  await page.getByRole('option', { name: 'Exact', exact: true }).click()
  await expect(layers).toHaveValue('conv1.weight exact')
  const kept = 'Layers marked exact are kept to the bit, with their batch norms: conv1.weight.'
  await expect(page.getByRole('region', { name: 'Kept of the original' })).toContainText(kept)
  await page.getByRole('button', { name: 'Add to the queue' }).click()

  await expect(page.getByRole('heading', { level: 1, name: 'Untrained ResNet-20 spectral 15x' })).toBeVisible()
  await expect(page.getByText('Compresses Untrained ResNet-20 by spectral codes')).toBeVisible()
  await expect(page.getByText('Completed').first()).toBeVisible(whileComputing)
  const { items } = await ask(page, 'experiments.list', {})
  const made = items.find(({ plan }) => plan?.kind === 'spectral')
  const result = (await get(studio, made?.id ?? '')).latestRun?.result
  if (result?.kind !== 'spectral') throw new Error('It left no result.')
  const { compressionRatio } = result.sizes
  expect(compressionRatio).toBeGreaterThan(15 / 1.01)
  expect(compressionRatio).toBeLessThan(15 * 1.01)
  // An exact layer has no error to report.
  expect(result.layers.map(({ name }) => name)).not.toContain('conv1.weight')
  const ratio = `${compressionRatio.toFixed(2)}×`
  await expect(page.getByRole('region', { name: 'Result' })).toContainText(ratio)

  await readsCodes(page, made?.latestRun?.id ?? '')
  expect(await look(studio, 'run-page-codes', { name: 'run', experimentId: made?.id ?? '' }, scrollToCodes)).toEqual([])

  // It has no predictor to go on from.
  await page.getByRole('button', { name: 'More actions' }).click()
  await expect(page.getByRole('menuitem', { name: 'Clone', exact: true })).toBeVisible()
  await expect(page.getByRole('menuitem', { name: 'Go on from its predictor' })).toHaveCount(0)
  await page.keyboard.press('Escape')

  await show(studio, { name: 'compare', ids: [smoke.id, made?.id ?? ''] })
  const row = page.getByRole('region', { name: 'Accuracy', exact: true }).getByRole('row', { name: /spectral 15x/ })
  await expect(row).toContainText(ratio)
  await page.getByRole('tab', { name: 'Bytes' }).click()
  const whatIsKept = page.getByRole('region', { name: 'Kept of the original' })
  await expect(whatIsKept).toContainText(kept)
  await expect(whatIsKept).toContainText('Kernels come from the predictor')
})

test('distilled codes draw losses, rate and price of a bit while they learn', async ({ studio }) => {
  const { page } = studio
  const { id } = await enqueue(studio, 'Distilled codes', {
    ...spectralDefaults,
    distillation: { ...spectralDefaults.distillation, steps: 4, dataBatch: 8 },
  })
  await show(studio, { name: 'run', experimentId: id })
  await reaches(studio, id, 'completed')
  const charts = page.getByRole('region', { name: 'Charts' })
  await expect(charts).toContainText('Losses')
  await expect(charts).toContainText('Rate')
  await expect(charts).toContainText('Price of a bit')
  await expect(page.getByRole('region', { name: 'Progress' })).toContainText('4 of 4')
  await expect(page.getByRole('region', { name: 'Result' })).toContainText('distillation')
})
