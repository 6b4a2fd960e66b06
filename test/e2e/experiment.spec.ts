import { get, whileComputing } from './experiments.ts'
import { expect, test } from './fixtures.ts'
import { ask, show } from './launch.ts'

test.use({ start: 'library' })

test('a smoke experiment from the form to the comparison, watched live', async ({ studio }) => {
  const { page } = studio
  await show(studio, { name: 'new-experiment' })
  await page.getByRole('combobox', { name: 'Preset' }).click()
  await page.getByRole('option', { name: 'Smoke test' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('Smoke')
  await page.getByRole('button', { name: 'Add to the queue' }).click()

  await expect(page.getByRole('heading', { level: 1, name: 'Smoke' })).toBeVisible()
  // Live: the bar moves before the run is over, without anybody asking again.
  const progress = page.getByRole('region', { name: 'Progress' })
  await expect(progress).toContainText('66')
  // Nothing moves by itself: drawing the window sixty times a second would take its processor time from the training.
  await expect.poll(() => page.evaluate(() => document.getAnimations().length)).toBe(0)
  // By its name: processor and memory are drawn from the first heartbeat on, before there is a loss.
  const plot = page.getByRole('region', { name: 'Charts' }).getByRole('img', { name: /^Losses/ })
  await plot.locator('canvas').evaluate((canvas) => canvas.setAttribute('data-first', 'yes'))
  await expect(page.getByText('Completed').first()).toBeVisible(whileComputing)
  await expect(page.getByRole('heading', { name: 'Result' })).toBeVisible()
  // Points went into the charts that were there: building them anew at every redraw costs a processor core.
  await expect(plot.locator('canvas')).toHaveAttribute('data-first', 'yes')

  const [experiment] = (await ask(page, 'experiments.list', {})).items
  const result = (await get(studio, experiment?.id ?? '')).latestRun?.result
  expect(result?.kind).toBe('compress')
  const test = result?.kind === 'compress' ? result.accuracies.find(({ split }) => split === 'test') : undefined
  expect(test?.original.total).toBe(80)
  expect(test?.reconstructed.total).toBe(80)

  const importance = page.getByRole('region', { name: 'Weight importance' })
  await expect(importance).toContainText('Not measured yet for single weights on the validation split')
  await importance.getByRole('radio', { name: 'Kernels' }).click()
  await importance.getByRole('button', { name: 'Measure' }).click()
  const accuracies = importance.getByRole('img', { name: /^Accuracy of the pruned original network/ })
  await expect(accuracies).toBeVisible(whileComputing)
  // Where nothing is pruned yet, every order gives what the run measured of the original.
  await importance.getByRole('slider', { name: 'Pruned fraction' }).fill('0')
  const validation =
    result?.kind === 'compress' ? result.accuracies.find(({ split }) => split === 'validation') : undefined
  const original = (100 * (validation?.original.correct ?? NaN)) / (validation?.original.total ?? NaN)
  for (const order of ['Relative error', 'Magnitude', 'Random']) {
    const row = importance.getByRole('row').filter({ has: page.getByRole('rowheader', { name: order, exact: true }) })
    await expect(row).toContainText(`${original.toFixed(2)} %`)
  }
  const [kept] = await ask(page, 'runs.importance', { id: experiment?.latestRun?.id ?? '' })
  expect(kept).toMatchObject({ level: 'kernel', split: 'validation', images: 60 })

  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Go on from its predictor' }).click()
  await expect(page.getByText('The predictor of Smoke', { exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Keep as draft' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Smoke continued' })).toBeVisible()
  await expect(page.getByRole('row', { name: 'Starts from' })).toContainText('The predictor of Smoke')
  const [draft] = (await ask(page, 'experiments.list', {})).items
  expect((await get(studio, draft?.id ?? '')).config).toMatchObject({
    start: { runId: experiment?.latestRun?.id },
    distillation: { steps: 0 },
  })
  await show(studio, { name: 'run', experimentId: experiment?.id ?? '' })

  await page.getByRole('button', { name: 'Compare', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Compare' })).toBeVisible()
  const rows = page.getByRole('region', { name: 'Accuracy', exact: true }).getByRole('row')
  const percent = (value: { correct: number; total: number } | undefined) =>
    `${((100 * (value?.correct ?? NaN)) / (value?.total ?? NaN)).toFixed(2)}`
  await expect(rows.nth(1)).toContainText(percent(test?.original))
  await expect(rows.filter({ hasText: 'Smoke' })).toContainText(percent(test?.reconstructed))
})

test('a training starts from weights of the library, which bring their architecture', async ({ studio }) => {
  const { page } = studio
  const [network] = await ask(page, 'networks.list', {})
  await show(studio, { name: 'new-experiment', kind: 'train' })
  const start = page.getByRole('combobox', { name: 'Starts from' })
  const architecture = page.getByRole('combobox', { name: 'Architecture' })
  await expect(start).toContainText('Random weights')
  await architecture.click()
  await page.getByRole('option', { name: 'ResNet-20 (CIFAR, option A)' }).click()

  await start.click()
  await page.getByRole('option', { name: network?.name ?? '' }).click()
  await expect(architecture).toContainText('ResNet-20 (CIFAR, option B)')
  await page.getByRole('button', { name: 'Keep as draft' }).click()
  await expect(page.getByText('Draft').first()).toBeVisible()
  const [draft] = (await ask(page, 'experiments.list', {})).items
  expect(draft?.networkId).toBe(network?.id)

  // Another architecture leaves the weights behind.
  await show(studio, { name: 'new-experiment', fromId: draft?.id ?? '' })
  await expect(start).toContainText(network?.name ?? '')
  await architecture.click()
  await page.getByRole('option', { name: 'ResNet-20 (CIFAR, option A)' }).click()
  await expect(start).toContainText('Random weights')
})
