import { expect, it, vi } from 'vitest'
import { listBackups } from '#main/store/backups.ts'
import { storeLayout } from '#main/store/layout.ts'
import { FakeClock } from '#test/support/fake-clock.ts'
import { networkRecord } from '#test/support/records.ts'
import { openStore } from '#test/support/store.ts'
import { openStudio } from '#test/support/studio.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

const hour = 3_600_000

it('backs up every hour while it works, and keeps ten backups at most', async () => {
  const storeFolder = temporaryFolder()
  const clock = new FakeClock()
  const store = await openStore(storeFolder, clock)
  store.networks.insert(networkRecord(), [])
  await store.close()
  const layout = storeLayout(storeFolder)
  const counters = () => listBackups(layout).map(({ counter }) => counter)
  expect(counters()).toEqual([1])
  const studio = await openStudio({ storeFolder, clock })
  for (let expected = 2; expected <= 5; expected++) {
    clock.advance(hour - 1)
    expect(counters()[0]).toBe(expected - 1)
    clock.advance(1)
    await vi.waitUntil(() => counters()[0] === expected, { timeout: 60_000 })
  }
  // One a day beside the newest three.
  await vi.waitUntil(() => counters().length === 3, { timeout: 60_000 })
  await studio.close()
})
