/** The settings of SQLite that docs/reliability.md promises, as an open store has them. */
import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { openDatabase } from '#main/store/open-database.ts'
import { storeLayout } from '#main/store/layout.ts'
import { migrate, readVersion } from '#main/store/migrate.ts'
import { migrations } from '#main/store/migrations.ts'
import { loadSqlite } from '#main/store/sqlite.ts'
import { openStore } from '#test/support/store.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

it('a store writes through a log, and every commit reaches the disk', async () => {
  const layout = storeLayout(temporaryFolder())
  const found = { state: 'new' } as const
  const { db } = await openDatabase(loadSqlite(), layout, { found, isAfterUncleanEnd: false, now: 'now' })
  const settings = ['journal_mode', 'synchronous', 'foreign_keys'].map((name) => db.pragma(name, { simple: true }))
  db.close()
  // 2 is FULL.
  expect(settings).toEqual(['wal', 2, 1])
})

it('news that can be fetched again wait for no disk, and what comes after them does', async () => {
  const store = await openStore()
  const before = store.settings.get('queue.is-active')
  store.transactionOfNews(() => store.settings.set('queue.is-active', !before))
  expect(() =>
    store.transactionOfNews(() => {
      store.settings.set('queue.is-active', before)
      throw new Error('half')
    }),
  ).toThrow('half')
  expect(store.settings.get('queue.is-active')).toBe(!before)
  await store.close()
})

it('a migration that fails leaves the database as it was', () => {
  const sqlite = loadSqlite()
  const db = new sqlite(':memory:')
  const createsTable = /CREATE TABLE (\w+)/
  const last = migrations.findLastIndex(({ sql }) => createsTable.test(sql)) + 1
  migrate(db, last - 2)
  // What the last one that makes a table wants to make is there already: it fails behind the one before it.
  const made = createsTable.exec(migrations[last - 1]?.sql ?? '')?.[1] ?? 'none'
  db.exec(`CREATE TABLE ${made} (a)`)
  expect(() => migrate(db)).toThrow(/already exists/)
  expect(readVersion(db)).toBe(last - 2)
  db.close()
})

it('an owner that ends well leaves no sign of itself', async () => {
  const store = await openStore()
  expect(existsSync(store.layout.owner)).toBe(true)
  await store.close()
  expect(existsSync(store.layout.owner)).toBe(false)
})
