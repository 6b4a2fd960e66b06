import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from '@playwright/test'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import { enqueue, get, interruptibleConfig, reaches, whileComputing } from './experiments.ts'
import { expect, test } from './fixtures.ts'
import { ask, root, show, type OpenStudio } from './launch.ts'
import { look } from './look.ts'

const run = promisify(execFile)
const studioScript = join(root, 'scripts', 'studio.mjs')

test.use({ start: 'library' })

test('takes a command of the command line while its window is open', async ({ studio }) => {
  const { page, storeFolder } = studio
  await show(studio, { name: 'queue' })
  await page.getByRole('switch', { name: 'Queue' }).click()
  const add = [
    'queue',
    'add',
    '--network',
    'Untrained ResNet-20',
    '--dataset',
    (await ask(page, 'datasets.list', {}))[0]?.name ?? '',
  ]
  const { stdout, stderr } = await run(process.execPath, [
    studioScript,
    ...add,
    '--preset',
    'spectral',
    '--name',
    'From outside',
    '--store',
    storeFolder,
    '--json',
  ])
  expect(stderr).toContain('has the store open and carries this out')
  const waiting = page.getByRole('list', { name: 'Waiting experiments' })
  await expect(waiting.getByRole('listitem')).toContainText('From outside')
  await page.getByRole('switch', { name: 'Queue' }).click()
  const { id } = JSON.parse(stdout) as { readonly id: string }
  await reaches(studio, id, 'completed')
})

test('shows what runs in two places, and when the others will have ended', async ({ studio }) => {
  await ask(studio.page, 'studio.update-settings', { places: 2 })
  await ask(studio.page, 'queue.set-active', { isActive: false })
  const first = await enqueue(studio, 'ResNet-20, spectral codes, 20x', spectralDefaults)
  await ask(studio.page, 'queue.set-active', { isActive: true })
  // What it measures says how long those behind it will take.
  await reaches(studio, first.id, 'completed')
  await ask(studio.page, 'queue.set-active', { isActive: false })
  for (let seed = 1; seed <= 10; seed++) {
    const isKnown = seed % 5 !== 0
    const config = isKnown ? { ...spectralDefaults, seed } : { ...interruptibleConfig(), seed }
    await enqueue(studio, `ResNet-20, ${isKnown ? 'spectral codes' : 'predictor'}, seed ${seed}`, config)
  }
  const held = await look(studio, 'queue-held', { name: 'queue' }, shownTimes)
  const long = [
    await enqueue(studio, 'Long, seed 1', longConfig(1)),
    await enqueue(studio, 'Long, seed 2', longConfig(2)),
  ]
  for (const { id } of long) await ask(studio.page, 'queue.move', { id, position: 1 })
  await ask(studio.page, 'queue.set-active', { isActive: true })
  for (const { id } of long) await reaches(studio, id, 'running')
  await ask(studio.page, 'studio.update-settings', { keepAwake: 'never' })
  await expect.poll(() => keepsAwake(studio)).toBe(false)
  await ask(studio.page, 'studio.update-settings', { keepAwake: 'always' })
  await expect.poll(() => keepsAwake(studio)).toBe(true)
  const running = await look(studio, 'queue-running', { name: 'queue' }, shownTimes)
  const { ids: cleared } = await ask(studio.page, 'queue.clear', {})
  expect(cleared.length).toBeGreaterThan(0)
  await ask(studio.page, 'queue.cancel', { ids: long.map(({ id }) => id) })
  for (const { id } of long) await reaches(studio, id, 'cancelled')
  await expect.poll(() => keepsAwake(studio)).toBe(false)
  expect([held, running]).toEqual([[], []])
})

/** Whether the studio holds the machine awake: ids of Electron's blockers count from 0. */
function keepsAwake({ app }: OpenStudio): Promise<boolean> {
  return app.evaluate(({ powerSaveBlocker }) =>
    Array.from({ length: 20 }, (_, id) => powerSaveBlocker.isStarted(id)).includes(true),
  )
}

/** Runs until it is cancelled, however fast the machine is. */
function longConfig(seed: number): CompressConfig {
  const config = interruptibleConfig()
  return { ...config, seed, reconstruction: { ...config.reconstruction, steps: 100_000 } }
}

async function shownTimes(page: Page): Promise<void> {
  await expect(page.getByText(/^about .*, starts/).first()).toBeVisible()
  await expect(page.getByText(/all done in more than/)).toBeVisible()
}

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

  // From the keyboard as well; the focus goes with the row.
  await waiting.getByRole('button', { name: 'Third', exact: true }).focus()
  await page.keyboard.press('Alt+End')
  await expect(waiting.getByRole('listitem').first()).toContainText('Second')
  await expect(page.getByRole('button', { name: 'Third', exact: true })).toBeFocused()
  await page.getByRole('button', { name: 'Move Third to the top' }).click()
  await expect(waiting.getByRole('listitem').first()).toContainText('Third')

  // Cleared with a click, and back with another, as it was.
  await page.getByRole('button', { name: 'Clear' }).click()
  await expect(page.getByText('Nothing is waiting.')).toBeVisible()
  await page.getByRole('button', { name: 'Put back' }).click()
  await expect(waiting.getByRole('listitem')).toHaveCount(2)
  await expect(waiting.getByRole('listitem').first()).toContainText('Third')

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
