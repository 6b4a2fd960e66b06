/** What somebody who is away is told, by the desktop's own way of telling it. */
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import type { Sweep } from '#shared/experiment/sweep/sweep.ts'
import { whileComputing } from './experiments.ts'
import { expect, test } from './fixtures.ts'
import { ask, show } from './launch.ts'
import { hasBus, startNotificationService } from './notification-service.ts'

test.use({ start: 'library' })
test.skip(process.platform !== 'linux', 'Other systems let nobody else show their notifications.')
test.skip(!hasBus(), 'There is no dbus-daemon; npm test installs it where no test may be skipped.')

test('an ended batch is told to somebody who is away, and a click shows what ended', async ({ launch }) => {
  const service = await startNotificationService()
  const before = process.env['DBUS_SESSION_BUS_ADDRESS']
  process.env['DBUS_SESSION_BUS_ADDRESS'] = service.address
  try {
    const studio = await launch()
    const { page, app } = studio
    await show(studio, { name: 'networks' })
    // Whoever looks at the window needs no notification.
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide())
    const [network] = await ask(page, 'networks.list', {})
    const [dataset] = await ask(page, 'datasets.list', {})
    const sweep: Sweep = {
      config: spectralDefaults,
      networkIds: [network?.id ?? ''],
      datasetId: dataset?.id ?? '',
      presetIds: [],
      plan: { kind: 'grid', vary: [] },
      seeds: [1],
    }
    await ask(page, 'batches.create', { name: 'Told', sweep, enqueue: true })
    await expect.poll(() => service.shown.length, whileComputing).toBe(1)
    const [told] = service.shown
    expect(told).toMatchObject({ title: 'Told has ended', body: '1 completed.' })
    if (told !== undefined) service.click(told)
    await expect(page.getByRole('heading', { level: 1, name: 'Told' })).toBeVisible()
  } finally {
    if (before === undefined) delete process.env['DBUS_SESSION_BUS_ADDRESS']
    else process.env['DBUS_SESSION_BUS_ADDRESS'] = before
    await service.stop()
  }
})
