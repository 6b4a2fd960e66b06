/** Curves of real runs over each other: from the table in few actions, by phases, zoomed, and found again. */
import type { Locator } from '@playwright/test'
import { enqueue, reaches, smokeConfig } from './experiments.ts'
import { expect, test } from './fixtures.ts'
import { show } from './launch.ts'
import { look } from './look.ts'

test.use({ start: 'library' })

const names = [1, 2, 3, 4].map((seed) => `Curve, seed ${seed}`)

test('losses of 4 runs lie over each other after 3 actions in the table', async ({ studio }) => {
  const { page } = studio
  const ids: string[] = []
  const config = smokeConfig()
  for (const [index, name] of names.entries()) {
    const predictor = { ...config.predictor, hiddenSize: config.predictor.hiddenSize + 4 * index }
    ids.push((await enqueue(studio, name, { ...config, predictor, seed: 1 + (index % 2) })).id)
  }
  for (const id of ids) await reaches(studio, id, 'completed')

  await show(studio, { name: 'experiments' })
  const tick = (name: string): Locator => page.getByRole('checkbox', { name: `Select ${name}` })
  await tick('Curve, seed 1').click()
  await tick('Curve, seed 4').click({ modifiers: ['Shift'] })
  await page.getByRole('button', { name: 'Curves of 4' }).click()

  const card = page.getByRole('region', { name: 'Curves' })
  const legend = card.getByRole('list', { name: 'Experiments in the charts' })
  await expect(legend.getByRole('listitem')).toHaveCount(4)
  const objective = card.getByRole('img', { name: 'Objective over steps' })
  await expect(objective.locator('canvas')).toBeVisible()

  // A phase, another axis on which the zoom stays where it was, and everything again.
  await card.getByRole('button', { name: 'distillation' }).click()
  await expect(card.getByRole('button', { name: 'Reset zoom' })).toBeVisible()
  await card.getByRole('radio', { name: 'Wall time' }).click()
  await expect(card.getByRole('img', { name: 'Objective over wall time' }).locator('canvas')).toBeVisible()
  await expect(card.getByRole('button', { name: 'Reset zoom' })).toBeVisible()
  await card.getByRole('radio', { name: 'Steps' }).click()
  await card.getByRole('button', { name: 'Reset zoom' }).click()
  await expect(card.getByRole('button', { name: 'Everything' })).toBeVisible()

  // What the table leaves out of charts, this legend does, and the other way round.
  await legend.getByRole('button', { name: 'Show Curve, seed 2 in charts' }).click()
  await expect(objective.locator('xpath=ancestor::figure').getByRole('listitem')).toHaveCount(3)
  await legend.getByRole('button', { name: 'Show Curve, seed 2 in charts' }).click()

  expect(await look(studio, 'curves', { name: 'curves', ids })).toStrictEqual([])
})
