import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { storeLayout } from '#main/store/layout.ts'
import { migrate } from '#main/store/migrate.ts'
import { schemaVersion } from '#main/store/migrations.ts'
import { loadSqlite } from '#main/store/sqlite.ts'
import { Store } from '#main/store/store.ts'
import { FakeClock } from '#test/support/fake-clock.ts'
import { folderDigest } from '#test/support/folder-digest.ts'
import { networkRecord } from '#test/support/records.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

const clock = new FakeClock()

async function openOwner(folder = join(temporaryFolder(), 'store')): Promise<Store> {
  const store = await Store.open({ folder, program: 'owner', clock })
  onTestFinished(() => store.close())
  return store
}

function openReader(folder: string): Store {
  const store = Store.openForReading({ folder, clock })
  onTestFinished(() => store.close())
  return store
}

/** A database as a studio of that version left it. */
function storeOfVersion(version: number): string {
  const folder = temporaryFolder()
  const sqlite = loadSqlite()
  const db = new sqlite(storeLayout(folder).database)
  db.pragma('journal_mode = WAL')
  migrate(db, Math.min(version, schemaVersion))
  db.pragma(`user_version = ${version}`)
  db.close()
  return folder
}

it('reads what an owner commits, while it owns the store and after', async () => {
  const owner = await openOwner()
  const reader = openReader(owner.layout.folder)
  expect(reader.networks.list()).toEqual([])
  const record = networkRecord()
  owner.networks.insert(record, [])
  expect(reader.networks.list()).toEqual([record])
  await owner.close()
  expect(reader.networks.list()).toEqual([record])
  expect(openReader(owner.layout.folder).networks.list()).toEqual([record])
})

it('keeps nobody from owning the store, and leaves the files of an owner alone', async () => {
  const owner = await openOwner()
  const { folder, temporary } = owner.layout
  writeFileSync(join(temporary, 'being-made'), 'half')
  const before = folderDigest(folder)
  const first = openReader(folder)
  const second = openReader(folder)
  expect([first.check(), second.check()]).toEqual([undefined, undefined])
  await first.close()
  expect(folderDigest(folder)).toEqual(before)
  await owner.close()
  await openOwner(folder)
})

it('cannot write', async () => {
  const owner = await openOwner()
  const reader = openReader(owner.layout.folder)
  expect(() => reader.networks.insert(networkRecord(), [])).toThrow(/readonly database/)
  expect(owner.networks.list()).toEqual([])
})

it('reads a store that is not there yet as an empty one, and makes none', () => {
  const folder = join(temporaryFolder(), 'store')
  const reader = openReader(folder)
  expect(reader.experiments.list()).toEqual({ items: [], total: 0 })
  expect(reader.notices).toEqual([`There is no store in ${folder} yet.`])
  expect(() => reader.networks.insert(networkRecord(), [])).toThrow(/readonly database/)
  expect(existsSync(folder)).toBe(false)
})

it('refuses the store of an earlier studio, which only an owner brings up to date', () => {
  const folder = storeOfVersion(schemaVersion - 1)
  const before = folderDigest(folder)
  expect(() => openReader(folder)).toThrow(
    expect.objectContaining({
      code: 'store-older',
      message: `The store has version ${schemaVersion - 1}; this studio reads version ${schemaVersion}.`,
      remedy: expect.stringContaining('studio store upgrade') as string,
    }),
  )
  expect(folderDigest(folder)).toEqual(before)
})

it('refuses the store of a newer studio', () => {
  const folder = storeOfVersion(schemaVersion + 1)
  expect(() => openReader(folder)).toThrow(expect.objectContaining({ code: 'store-newer' }))
})

it('says that a database is damaged and restores nothing', async () => {
  const owner = await openOwner()
  const { folder, database, damaged } = owner.layout
  owner.networks.insert(networkRecord(), [])
  await owner.backup()
  await owner.close()
  writeFileSync(database, readFileSync(database).fill(7, 0, 100))
  expect(() => openReader(folder)).toThrow(expect.objectContaining({ code: 'store-corrupt', where: database }))
  expect(existsSync(damaged)).toBe(false)
})
