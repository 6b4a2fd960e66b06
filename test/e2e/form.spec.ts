/** The form for an experiment as people leave it and come back to it. */
import { expect, test } from './fixtures.ts'
import { smokeConfig } from './experiments.ts'
import { ask, quit, show } from './launch.ts'
import { look } from './look.ts'

test.use({ start: 'library' })

test('a form that is left is found again as it was, also after a restart', async ({ launch }) => {
  const first = await launch()
  const sections = first.page.getByRole('navigation', { name: 'Sections' })
  await sections.getByRole('button', { name: 'New experiment' }).click()
  await first.page.getByLabel('Name', { exact: true }).fill('Wider, ba')
  const hiddenSize = first.page.getByRole('textbox', { name: 'Hidden size' })
  await hiddenSize.fill('12x')
  await expect(hiddenSize).toHaveAccessibleDescription('Type a whole number of units from 1 to 8,192.')

  await sections.getByRole('button', { name: 'Queue' }).click()
  await sections.getByRole('button', { name: 'New experiment' }).click()
  await expect(first.page.getByLabel('Name', { exact: true })).toHaveValue('Wider, ba')
  await expect(first.page.getByRole('textbox', { name: 'Hidden size' })).toHaveValue('12x')
  // Typed and closed at once: nothing waits for a timer.
  await first.page.getByLabel('Name', { exact: true }).fill('Wider, barely')
  expect(await quit(first)).toBe(0)

  const { page, ...second } = await launch()
  await page.getByRole('navigation', { name: 'Sections' }).getByRole('button', { name: 'New experiment' }).click()
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Wider, barely')
  await expect(page.getByRole('textbox', { name: 'Hidden size' })).toHaveValue('12x')
  await expect(page.getByText('Everything is as you left it.')).toBeVisible()

  await page.getByRole('button', { name: 'Start afresh' }).click()
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('')
  await expect(page.getByText('Everything is as you left it.')).toBeHidden()
  await expect.poll(() => ask(page, 'window.memory', {})).toMatchObject({ forms: [] })

  // A draft is edited, its clone says what it came from, and what differs names it.
  const [network] = await ask(page, 'networks.list', {})
  const [dataset] = await ask(page, 'datasets.list', {})
  const subject = { networkId: network?.id ?? '', datasetId: dataset?.id ?? '' }
  const draft = await ask(page, 'experiments.create', {
    name: 'First',
    config: smokeConfig(),
    ...subject,
    enqueue: false,
  })
  await show({ page, ...second }, { name: 'run', experimentId: draft.id })
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Edit First' })).toBeVisible()
  await page.getByRole('textbox', { name: 'Hidden size' }).fill('48')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'First' })).toBeVisible()
  expect((await ask(page, 'experiments.get', { id: draft.id })).record.config).toMatchObject({
    predictor: { hiddenSize: 48 },
  })

  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Clone' }).click()
  await page.getByRole('textbox', { name: 'Hidden size' }).fill('24')
  await page.getByRole('button', { name: 'Keep as draft' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'First, hidden size 24' })).toBeVisible()
  await page.getByRole('button', { name: 'Compare with origin' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Compare' })).toBeVisible()
  expect(await quit({ page, ...second })).toBe(0)
})

test('the form looks right: presets, and what is wrong', async ({ studio }) => {
  const place = { name: 'new-experiment' } as const
  const found = [
    ...(await look(studio, 'form-presets', place, (page) => page.getByRole('combobox', { name: 'Preset' }).click())),
    ...(await look(studio, 'form-errors', place, async (page) => {
      await page.keyboard.press('Escape')
      await page.getByRole('textbox', { name: 'Hidden size' }).fill('12,5')
      await page.getByRole('textbox', { name: 'Embedding base' }).fill('')
    })),
  ]
  // A list that hangs over the page belongs to none of its landmarks, and is scrolled by the arrow keys of its combobox.
  const ofOpenList = /: (?:region|scrollable-region-focusable): /
  expect(found.filter((text) => !ofOpenList.test(text))).toStrictEqual([])
})
