import { enqueue, get, interruptibleConfig, reaches, whileComputing } from './experiments.ts'
import { expect, test } from './fixtures.ts'
import { show } from './launch.ts'

test.use({ start: 'library' })

test('pause, resume, reorder and cancel from the queue', async ({ studio }) => {
  const { page } = studio
  const first = await enqueue(studio, 'First', interruptibleConfig())
  const second = await enqueue(studio, 'Second', interruptibleConfig())
  const third = await enqueue(studio, 'Third', interruptibleConfig())
  await show(studio, { name: 'queue' })
  await reaches(studio, first.id, 'running')
  const waiting = page.getByRole('list', { name: 'Waiting experiments' })
  await expect(waiting.getByRole('listitem')).toHaveCount(2)

  await page.getByRole('button', { name: 'Move Third up' }).click()
  await expect(waiting.getByRole('listitem').first()).toContainText('Third')
  expect((await get(studio, third.id)).queuePosition).toBe(1)

  // Off, so that nothing starts in the place of what is paused.
  await page.getByRole('switch', { name: 'Queue' }).click()
  await page.getByRole('button', { name: 'Pause: First' }).click()
  await reaches(studio, first.id, 'paused')
  const pausedAt = (await get(studio, first.id)).latestRun?.step ?? -1
  expect(pausedAt).toBeGreaterThanOrEqual(0)

  // It takes its old place again, before those that came later.
  await page.getByRole('button', { name: 'Resume: First' }).click()
  await reaches(studio, first.id, 'queued')
  await expect(waiting.getByRole('listitem').first()).toContainText('First')
  await page.getByRole('switch', { name: 'Queue' }).click()
  await expect
    .poll(async () => (await get(studio, first.id)).latestRun?.step ?? -1, whileComputing)
    .toBeGreaterThan(pausedAt)

  // Waiting ones lose nothing; a run that has worked is asked about.
  await page.getByRole('button', { name: 'Cancel: Third' }).click()
  await reaches(studio, third.id, 'cancelled')
  await page.getByRole('button', { name: 'Cancel: First' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel the run' }).click()
  await reaches(studio, first.id, 'cancelled')
  await reaches(studio, second.id, 'running')
  await page.getByRole('button', { name: 'Try again: Third' }).click()
  await reaches(studio, third.id, 'queued')
})
