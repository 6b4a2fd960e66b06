import type { Page } from '@playwright/test'
import type { Sweep } from '#shared/experiment/sweep/sweep.ts'
import { smokeConfig, whileComputing } from './experiments.ts'
import { expect, test } from './fixtures.ts'
import { ask, show, type OpenStudio } from './launch.ts'
import { look } from './look.ts'

test.use({ start: 'library' })

/** Queues two runs of which one learns at a rate that no training survives. */
async function queueFailing({ page }: OpenStudio): Promise<string> {
  const [network] = await ask(page, 'networks.list', {})
  const [dataset] = await ask(page, 'datasets.list', {})
  const sweep: Sweep = {
    config: smokeConfig(),
    networkIds: [network?.id ?? ''],
    datasetId: dataset?.id ?? '',
    presetIds: [],
    plan: { kind: 'grid', vary: [{ path: 'distillation.optimizer.learningRate', values: [10, 2e-4] }] },
    seeds: [1],
  }
  const { record } = await ask(page, 'batches.create', { name: 'Learning rates', sweep, enqueue: true })
  return record.id
}

test('ten variants in two seeds in six actions, then one batch of them', async ({ studio }) => {
  const { page } = studio
  const found: string[] = []
  const [network] = await ask(page, 'networks.list', {})
  await show(studio, { name: 'network', id: network?.id ?? '' })

  let actions = 0
  const act = async (action: Promise<void>): Promise<void> => {
    await action
    actions++
  }
  await act(page.getByRole('button', { name: 'Compress', exact: true }).click())
  await act(page.getByRole('radio', { name: 'Compress by spectral codes' }).click())
  await act(page.getByRole('button', { name: 'Vary Compression ratio' }).click())
  await act(page.getByRole('textbox', { name: 'Values of Compression ratio' }).fill('8..26 step 2'))
  await act(page.getByRole('textbox', { name: 'Seeds' }).fill('2'))
  await expect(page.getByText('10 variants × 2 seeds = 20 runs')).toBeVisible()
  await act(page.getByRole('button', { name: 'Queue 20 runs' }).click())
  expect(actions).toBeLessThanOrEqual(6)

  // Progress: the runs are those of the sweep, and one after the other is completed.
  await expect(page.getByRole('heading', { level: 1, name: /compression ratio/ })).toBeVisible()
  const table = page.getByRole('region', { name: 'Experiments' })
  await expect(table.getByRole('row')).toHaveCount(21)
  await expect(table.getByText('Completed').first()).toBeVisible(whileComputing)

  const { record } = await batchOf(page)
  found.push(...(await look(studio, 'batch-running', { name: 'batch', id: record.id })))

  await page.getByRole('button', { name: 'Pause', exact: true }).click()
  await expect(page.getByText(/^\d+ paused, \d+ completed$/)).toBeVisible(whileComputing)
  // Where there is no longer anything to run, what was left out can be tried again.
  await page.getByRole('button', { name: 'Cancel', exact: true }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel the batch' }).click()
  await expect(page.getByText(/^\d+ completed, \d+ cancelled$/)).toBeVisible()
  await page.getByRole('button', { name: 'Compare all' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Compare' })).toBeVisible()

  const id = await queueFailing(studio)
  await show(studio, { name: 'batch', id })
  await expect(page.getByText('1 completed, 1 failed')).toBeVisible(whileComputing)
  found.push(...(await look(studio, 'batch-failed', { name: 'batch', id })))
  await page.getByRole('button', { name: 'Retry the failed' }).click()
  await expect(page.getByText(/1 completed, 1 failed/)).toHaveCount(0)
  await expect(page.getByText('1 completed, 1 failed')).toBeVisible(whileComputing)

  found.push(...(await look(studio, 'batches', { name: 'batches' })))

  // To the trash with its experiments, and back.
  await show(studio, { name: 'batch', id })
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Move to the trash' }).click()
  await expect(page.getByRole('button', { name: 'Learning rates', exact: true })).toHaveCount(0)
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByRole('button', { name: 'Learning rates', exact: true }).click()
  await expect(page.getByText('1 completed, 1 failed')).toBeVisible()
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Show in the table of experiments' }).click()
  await expect(page.getByText(/learning rate \(distillation phase\) 10/)).toBeVisible()
  await expect(page.getByText(/compression ratio 8/)).toHaveCount(0)

  // A sweep of several kinds of values, drawn at random.
  found.push(...(await look(studio, 'sweep-form', { name: 'new-experiment', kind: 'compress' }, typeSweep)))

  found.push(...(await look(studio, 'sweep-list', { name: 'new-experiment', kind: 'compress' }, typeList)))

  // Another configuration in its place, as text; what is wrong with one is told with its line.
  found.push(...(await look(studio, 'form-yaml', { name: 'new-experiment', kind: 'spectral' }, typeYaml)))
  await page.getByRole('textbox', { name: 'YAML of the configuration' }).fill('preset: small\nseed: 7\n')
  await page.getByRole('button', { name: 'Use it' }).click()
  await expect(page.getByRole('textbox', { name: 'Hidden size' })).toHaveValue('188')
  await expect(page.getByText('1 value differs from the preset.')).toBeVisible()
  expect(found).toStrictEqual([])
})

async function typeYaml(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'YAML ...' }).click()
  await page.getByRole('textbox', { name: 'YAML of the configuration' }).fill('preset: spectral\nsize:\n  ratoi: 20\n')
  await expect(page.getByText(/There is no parameter size.ratoi. \(line 3, column 3\)/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Use it' })).toBeDisabled()
}

async function typeSweep(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Vary Hidden size' }).click()
  await page.getByRole('textbox', { name: 'Values of Hidden size' }).fill('96..192')
  await page.getByRole('heading', { name: 'Evaluation and storage' }).click()
  await page.getByRole('button', { name: 'Vary Predictor stored as' }).click()
  await page.getByRole('checkbox', { name: '8-bit integers' }).click()
  await page.getByRole('radio', { name: 'At random' }).click()
  await expect(page.getByText('20 variants × 1 seed = 20 runs')).toBeVisible()
}

/** Two fields side by side: their first values, then their second ones. */
async function typeList(page: Page): Promise<void> {
  await page.getByRole('radio', { name: 'One by one' }).click()
  await page.getByRole('textbox', { name: 'Values of Hidden size' }).fill('96, 128, 128')
  const stored = page.getByRole('textbox', { name: 'Values of Predictor stored as' })
  await stored.fill('float16, int8')
  await expect(page.getByText('2 values here and 3 of Hidden size: as many as there, or one.')).toBeVisible()
  await stored.fill('float16, int8, int4')
  await expect(page.getByText('3 variants × 1 seed = 3 runs')).toBeVisible()
}

async function batchOf(page: Page) {
  const [batch] = await ask(page, 'batches.list', {})
  return ask(page, 'batches.get', { id: batch?.id ?? '' })
}
