import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, it } from 'vitest'
import { listBackups, newestGoodBackup } from '#main/store/backups.ts'
import { loadSqlite } from '#main/store/sqlite.ts'
import { FakeClock } from '#test/support/fake-clock.ts'
import { recordFileOperations } from '#test/support/file-operations.ts'
import { networkRecord } from '#test/support/records.ts'
import { openStore } from '#test/support/store.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

const hour = 3_600_000

it('are numbered; the newest is the one made last, whatever the clock said', async () => {
  const clock = new FakeClock()
  const store = await openStore(temporaryFolder(), clock)
  store.networks.insert(networkRecord(), [])
  clock.advance(20_000 * hour)
  await store.backup()
  const back = new FakeClock()
  await store.close()
  const again = await openStore(store.layout.folder, back)
  again.networks.rename('net-1', 'Later')
  await again.backup()
  expect(listBackups(again.layout).map(({ counter, createdAt }) => [counter, createdAt.slice(0, 4)])).toEqual([
    [2, '2030'],
    [1, '2032'],
  ])
  const newest = newestGoodBackup(loadSqlite(), again.layout) ?? ''
  expect(newest).toContain('studio-00000002-')
  const sqlite = loadSqlite()
  const db = new sqlite(newest, { readonly: true })
  // It carries its own number.
  expect(db.prepare('SELECT value FROM counters').pluck().get()).toBe(2)
  db.close()
})

it('are due at the end of work although one is of the future', async () => {
  const store = await openStore()
  const { backups } = store.layout
  mkdirSync(backups)
  writeFileSync(join(backups, 'studio-2044-01-01T00-00-00-000Z.sqlite'), 'made while the clock was ahead')
  store.networks.insert(networkRecord(), [])
  await store.close()
  expect(readdirSync(backups)).toHaveLength(2)
})

it('are made at the end of work when something was written and the last is older than 15 minutes', async () => {
  const clock = new FakeClock()
  const store = await openStore(temporaryFolder(), clock)
  store.networks.insert(networkRecord(), [])
  await store.close()
  const { folder } = store.layout
  const countAfter = async (minutes: number, isWriting: boolean): Promise<number> => {
    clock.advance(minutes * 60_000)
    const again = await openStore(folder, clock)
    if (isWriting) again.networks.rename('net-1', `After ${minutes}`)
    await again.close()
    return listBackups(again.layout).length
  }
  expect([await countAfter(14, true), await countAfter(2, true)]).toEqual([1, 2])
})

it('have their name only when they are whole and on disk', async () => {
  const store = await openStore()
  store.networks.insert(networkRecord(), [])
  const operations = recordFileOperations()
  const name = basename((await store.backup()) ?? '')
  expect(operations).toEqual([`sync ${name}.part`, `rename ${name}.part to ${name}`, 'sync backups'])
  expect(readdirSync(store.layout.backups)).toEqual([name])
})

it('of a store without content never push out those of a full one', async () => {
  const store = await openStore()
  store.networks.insert(networkRecord(), [])
  await store.backup()
  store.networks.remove('net-1')
  const before = readdirSync(store.layout.backups)
  for (let time = 0; time < 12; time++) expect(await store.backup()).toBeUndefined()
  expect(readdirSync(store.layout.backups)).toEqual(before)
})

it('that a kill left half made are removed at the next opening; other files are not ours', async () => {
  const store = await openStore(temporaryFolder())
  const { backups, folder } = store.layout
  await store.close()
  mkdirSync(backups, { recursive: true })
  const begun = 'studio-00000003-2030-01-01T00-00-00-000Z.sqlite.part'
  for (const name of [begun, `${begun}-journal`, 'mine.part']) writeFileSync(join(backups, name), 'half')
  await openStore(folder)
  expect(readdirSync(backups)).toEqual(['mine.part'])
})
