import { standardBaselineIds } from '#shared/methods/direct/presets.ts'
import { enqueue, get, int4Config, reaches, smokeConfig, whileComputing } from './experiments.ts'
import { expect, test } from './fixtures.ts'
import { ask, show } from './launch.ts'

test.use({ start: 'library' })

test('a baseline from the form to the comparison', async ({ studio }) => {
  const { page } = studio
  await show(studio, { name: 'new-experiment' })
  await page.getByRole('radio', { name: 'Run a baseline' }).click()
  await page.getByRole('combobox', { name: 'Preset' }).click()
  await page.getByRole('option', { name: /^int4 / }).click()
  // What it would weigh is known beforehand: 4 bits a weight instead of 32, and what stands beside them.
  const estimate = page.getByRole('region', { name: 'Size estimate' })
  await expect(estimate).toContainText(/7\.\d\d×/)
  await expect(estimate).toContainText('Kernels')
  await expect(estimate).not.toContainText('Relative size')
  await page.getByRole('button', { name: 'Add to the queue' }).click()

  await expect(page.getByRole('heading', { level: 1, name: 'Untrained ResNet-20 int4' })).toBeVisible()
  await expect(page.getByText('Baseline int4 of Untrained ResNet-20')).toBeVisible()
  await expect(page.getByText('Completed').first()).toBeVisible(whileComputing)
  await expect(page.getByRole('heading', { name: 'Result' })).toBeVisible()
  const [experiment] = (await ask(page, 'experiments.list', {})).items
  const result = (await get(studio, experiment?.id ?? '')).latestRun?.result
  if (result?.kind !== 'baseline') throw new Error('It left no result.')
  const ratio = `${result.sizes.compressionRatio.toFixed(2)}×`
  await expect(page.getByRole('region', { name: 'Result' })).toContainText(ratio)

  // It has no predictor to go on from.
  await page.getByRole('button', { name: 'More actions' }).click()
  await expect(page.getByRole('menuitem', { name: 'Clone', exact: true })).toBeVisible()
  await expect(page.getByRole('menuitem', { name: 'Go on from its predictor' })).toHaveCount(0)
  await page.keyboard.press('Escape')

  await page.getByRole('button', { name: 'Compare', exact: true }).click()
  const row = page.getByRole('region', { name: 'Accuracy', exact: true }).getByRole('row', { name: /int4/ })
  await expect(row).toContainText(ratio)
})

test('a distilled baseline draws its losses while it learns', async ({ studio }) => {
  const { page } = studio
  const config = int4Config()
  const distillation = { ...config.distillation, steps: 4, dataBatch: 8 }
  const { id } = await enqueue(studio, 'Distilled', {
    ...config,
    distillation,
  })
  await show(studio, { name: 'run', experimentId: id })
  await reaches(studio, id, 'completed')
  const charts = page.getByRole('region', { name: 'Charts' })
  await expect(charts).toContainText('Losses')
  await expect(charts.getByText('Distillation', { exact: true })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Progress' })).toContainText('4 of 4')
  await expect(page.getByRole('region', { name: 'Result' })).toContainText('distillation')
})

test('baselines are added beside a compression, and their rows fill as they end', async ({ studio }) => {
  const { page } = studio
  const smoke = await enqueue(studio, 'Smoke', smokeConfig())
  await reaches(studio, smoke.id, 'completed')
  await show(studio, { name: 'compare', ids: [smoke.id] })
  await page.getByRole('button', { name: 'Add baselines' }).click()
  const rows = page.getByRole('region', { name: 'Accuracy', exact: true }).getByRole('row')
  await expect(rows).toHaveCount(3 + standardBaselineIds.length)
  await expect(page.getByRole('button', { name: 'Add baselines' })).toHaveCount(0)
  for (const { id, plan } of (await ask(page, 'experiments.list', {})).items) {
    if (plan?.kind !== 'baseline') continue
    await reaches(studio, id, 'completed')
    const { name, latestRun } = await get(studio, id)
    if (latestRun?.result?.kind !== 'baseline') throw new Error(`${name} left no result.`)
    const ratio = `${latestRun.result.sizes.compressionRatio.toFixed(2)}×`
    await expect(rows.filter({ hasText: name })).toContainText(ratio)
  }
  // Asked again, nothing runs twice.
  await show(studio, { name: 'compare', ids: [smoke.id] })
  await page.getByRole('button', { name: 'Add baselines' }).click()
  await expect(rows).toHaveCount(3 + standardBaselineIds.length)
  expect((await ask(page, 'experiments.list', {})).total).toBe(1 + standardBaselineIds.length)
})

test('baselines of a network are queued from the list of networks, and compared without being run again', async ({
  studio,
}) => {
  const { page } = studio
  const int4 = await enqueue(studio, 'int4', int4Config())
  await reaches(studio, int4.id, 'completed')
  await show(studio, { name: 'networks' })
  await page.getByRole('button', { name: 'Add baselines: Untrained ResNet-20' }).click()
  const dialog = page.getByRole('dialog', { name: 'Baselines of Untrained ResNet-20' })
  await expect(dialog.getByRole('listitem').filter({ hasText: 'int4' })).toContainText('Completed')
  await expect(dialog.getByRole('checkbox')).toHaveCount(standardBaselineIds.length - 1)
  await dialog.getByRole('checkbox', { name: 'k-means, 3 bits' }).click()
  await dialog.getByRole('button', { name: 'Queue 3 baselines' }).click()

  // Those that were chosen, beside the one that was there; their rows fill as they end.
  await expect(page.getByRole('heading', { level: 1, name: 'Compare' })).toBeVisible()
  const rows = page.getByRole('region', { name: 'Accuracy', exact: true }).getByRole('row')
  await expect(rows).toHaveCount(2 + 4)
  const { items: made } = await ask(page, 'experiments.list', {})
  expect(made).toHaveLength(4)
  for (const { id } of made) await reaches(studio, id, 'completed')

  // On the network's own page the same dialog; what is there is not run again.
  const [network] = await ask(page, 'networks.list', {})
  await show(studio, { name: 'network', id: network?.id ?? '' })
  await page.getByRole('button', { name: 'Add baselines' }).click()
  await dialog.getByRole('checkbox', { name: 'k-means, 3 bits' }).click()
  await dialog.getByRole('button', { name: 'Compare' }).click()
  await expect(rows).toHaveCount(2 + 4)
  expect((await ask(page, 'experiments.list', {})).total).toBe(4)
})
