/** The form for an experiment as people leave it and come back to it. */
import { expect, test } from './fixtures.ts'
import { ask, quit } from './launch.ts'

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
  expect(await quit({ page, ...second })).toBe(0)
})
