/** The one knob on real runs: candidates on the page of a network, a search that stops at the first that fits, and its states. */
import type { Locator, Page } from '@playwright/test'
import { whileComputing } from './experiments.ts'
import { expect, test } from './fixtures.ts'
import { ask, show, type OpenStudio } from './launch.ts'
import { look } from './look.ts'

test.use({ start: 'library' })

const knob = (page: Page): Locator => page.getByRole('region', { name: 'One knob', exact: true })

async function openNetwork(studio: OpenStudio): Promise<string> {
  const [network] = await ask(studio.page, 'networks.list', {})
  const id = network?.id ?? ''
  await show(studio, { name: 'network', id })
  await knob(studio.page).scrollIntoViewIfNeeded()
  return id
}

test('limits become candidates, and a search runs them until the first fits', async ({ studio }) => {
  const { page } = studio
  const id = await openNetwork(studio)
  const card = knob(page)
  const find = card.getByRole('button', { name: 'Find candidates' })
  await card.getByLabel('Lose at most').fill('half')
  await expect(card).toContainText('A number above 0, such as 0.5.')
  await expect(find).toBeDisabled()

  await card.getByLabel('Lose at most').fill('20')
  await card.getByLabel('Size at most').fill('100')
  await card.getByLabel('Size at most').press('Enter')
  const candidates = card.getByRole('list', { name: 'Candidates' }).getByRole('listitem')
  await expect(candidates.first()).toBeVisible(whileComputing)
  await expect(candidates.first()).toContainText(/points, about/)
  await expect(candidates.first()).toContainText(/Learnt from \d+ runs of/)

  await card.getByRole('button', { name: 'Search', exact: true }).click()
  const search = card.getByRole('region', { name: 'Search' })
  await expect(search.getByRole('status')).toContainText(/fits: .* lost on the validation images/, whileComputing)
  await expect(search.getByText('fits', { exact: true })).toHaveCount(1)
  // Every attempt is an experiment like any other.
  const { items } = await ask(page, 'experiments.list', {})
  expect(items.filter(({ status }) => status === 'completed').length).toBeGreaterThan(0)

  const found = await look(studio, 'knob', { name: 'network', id }, async () => {
    await card.getByLabel('Lose at most').fill('0.5')
    await card.getByLabel('Size at most').fill('')
    await find.click()
    await expect(candidates.first()).toBeVisible(whileComputing)
    await candidates.first().scrollIntoViewIfNeeded()
  })
  expect(found).toStrictEqual([])

  await card.getByLabel('Lose at most').fill('')
  await expect(find).toBeDisabled()
  await card.getByLabel('Size at most').fill('1')
  await find.click()
  await expect(card).toContainText(/No method makes this network as small as 1\.00 KiB/, whileComputing)
})
