import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { storeLayout, type StoreLayout } from '#main/store/layout.ts'
import { migrate } from '#main/store/migrate.ts'
import { migrations, schemaVersion } from '#main/store/migrations.ts'
import { loadSqlite } from '#main/store/sqlite.ts'
import { Store } from '#main/store/store.ts'
import { readMark } from '#main/store/store-mark.ts'
import { FakeClock } from '#test/support/fake-clock.ts'
import { recordFileOperations } from '#test/support/file-operations.ts'
import { folderDigest } from '#test/support/folder-digest.ts'
import { datasetRecord, networkRecord } from '#test/support/records.ts'
import { openStore, restoreStore } from '#test/support/store.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

/** A store with one network, closed; `hasBackup` leaves a backup with that network. */
async function storeWithNetwork(hasBackup: boolean): Promise<StoreLayout> {
  const store = await openStore()
  store.networks.insert(networkRecord(), [])
  if (hasBackup) await store.backup()
  await store.close()
  if (!hasBackup) rmSync(store.layout.backups, { recursive: true })
  return store.layout
}

describe('a folder that is no store', () => {
  it.each([
    ['a file', 'thesis.tex'],
    ['a file in a folder called like one of a store', 'temporary/photo.jpg'],
    ['a file in another folder', 'photos/one.jpg'],
  ])('with %s is refused, and left as it is', async (_what, file) => {
    const folder = temporaryFolder()
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), 'of somebody else')
    const before = folderDigest(folder)
    const refusal = expect.objectContaining({ code: 'not-a-store', where: folder }) as unknown
    await expect(openStore(folder)).rejects.toEqual(refusal)
    expect(() => Store.openForReading({ folder, clock: new FakeClock() })).toThrow(refusal as Error)
    expect(folderDigest(folder)).toEqual(before)
  })

  it('with the database of another program under our name is refused, and left as it is', async () => {
    const folder = temporaryFolder()
    const { database } = storeLayout(folder)
    const sqlite = loadSqlite()
    const db = new sqlite(database)
    db.exec('CREATE TABLE songs (title TEXT)')
    db.close()
    const before = readFileSync(database)
    await expect(openStore(folder)).rejects.toMatchObject({ code: 'not-a-store', where: database })
    expect(readFileSync(database)).toEqual(before)
  })
})

describe('a new store', () => {
  it('is marked before it has a database, says so when it has, and both are on disk', async () => {
    const folder = join(temporaryFolder(), 'store')
    const operations = recordFileOperations()
    const { layout } = await openStore(folder)
    const write = (name: string) => {
      const part = `.${name}.${process.pid}.part`
      return [`sync ${part}`, `rename ${part} to ${name}`, 'sync store']
    }
    expect(operations).toEqual([...write('owner.json'), ...write('store.json'), ...write('store.json')])
    const id = expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown
    expect(readMark(layout)).toEqual({ format: 'nern-studio-store', version: 1, id, hasDatabase: true })
  })

  it('has its mark when its database cannot be made', async () => {
    const folder = temporaryFolder()
    const layout = storeLayout(folder)
    // A folder in the place of the log keeps SQLite from making a database.
    mkdirSync(`${layout.database}-journal`)
    await expect(openStore(folder)).rejects.toThrow()
    expect(readMark(layout)).toMatchObject({ hasDatabase: false })
    rmSync(`${layout.database}-journal`, { recursive: true })
    expect((await openStore(folder)).experiments.list().total).toBe(0)
  })

  it('is made in a folder in which a kill ended the making of one', async () => {
    const folder = temporaryFolder()
    const layout = storeLayout(folder)
    writeFileSync(layout.mark, '{"format":"nern-studio-store","version":1,"id":"of the first","hasDatabase":false}')
    writeFileSync(layout.database, '')
    mkdirSync(layout.networks)
    expect((await openStore(folder)).experiments.list().total).toBe(0)
    expect(readMark(layout)).toMatchObject({ id: 'of the first', hasDatabase: true })
  })
})

describe('a store of an earlier studio', () => {
  it('is known by its database, gets a mark, and keeps it', async () => {
    const folder = temporaryFolder()
    const layout = storeLayout(folder)
    const sqlite = loadSqlite()
    const db = new sqlite(layout.database)
    migrate(db, 13)
    db.exec(`INSERT INTO datasets (id, name, kind, class_names, image_shape, counts, sha256, size_bytes, evidence, created_at)
      VALUES ('data-1', 'CIFAR-10', 'cifar10', '[]', '[3,32,32]', '${JSON.stringify(datasetRecord().counts)}', 'd', 1, 'known', 'then')`)
    db.close()
    const store = await openStore(folder)
    expect([store.schemaVersion, store.datasets.list().length]).toEqual([schemaVersion, 1])
    const mark = readMark(layout)
    expect(mark).toMatchObject({ hasDatabase: true })
    await store.close()
    await openStore(folder)
    expect(readMark(layout)).toEqual(mark)
  })

  it('from 16 to 17 keeps what its layers cost by package and data set, as long as there is a run of it', async () => {
    expect(migrations[16]?.sql).toContain('layer_effects')
    const folder = temporaryFolder()
    const sqlite = loadSqlite()
    const db = new sqlite(storeLayout(folder).database)
    migrate(db, 16)
    db.exec(`INSERT INTO datasets (id, name, kind, class_names, image_shape, counts, sha256, size_bytes, evidence, created_at)
      VALUES ('data-1', 'CIFAR-10', 'cifar10', '[]', '[3,32,32]', '${JSON.stringify(datasetRecord().counts)}', 'd', 1, 'known', 'then');
      INSERT INTO experiments (id, name, status, dataset_id, created_at, updated_at, number)
        VALUES ('exp-1', 'old', 'completed', 'data-1', 'then', 'then', 1);
      INSERT INTO runs (id, experiment_id, attempt, status, executor, started_at)
        VALUES ('run-1', 'exp-1', 1, 'completed', '{}', 'then')`)
    db.close()
    const store = await openStore(folder)
    const none = { lost: 0, won: 0 }
    const layers = [{ name: 'conv1.weight', weights: 432, isChanged: true, only: { lost: 3, won: 1 }, putBack: none }]
    const effects = { images: 10, original: 9, reconstructed: 7, layers }
    const saved = {
      ...effects,
      runId: 'run-1',
      packageSha256: 'p',
      datasetSha256: 'd',
      split: 'test',
      device: 'cpu',
    } as const
    store.layerEffects.save(saved)
    store.layerEffects.save(saved)
    expect(store.layerEffects.list('p', 'd')).toMatchObject([saved])
    expect(store.layerEffects.list('p', 'other')).toEqual([])
    store.experiments.trash(['exp-1'])
    store.experiments.remove(['exp-1'])
    expect(store.layerEffects.list('p', 'd')).toEqual([])
  })

  it('from 13 to 14 counts its backups from the first', async () => {
    expect(migrations[13]?.sql).toContain('counters')
    const folder = temporaryFolder()
    const sqlite = loadSqlite()
    const db = new sqlite(storeLayout(folder).database)
    migrate(db, 13)
    db.exec(`INSERT INTO settings VALUES ('theme', '"dark"')`)
    db.close()
    const store = await openStore(folder)
    expect(store.settings.get('theme')).toBe('dark')
    await store.backup()
    expect(readdirSync(store.layout.backups)).toEqual([
      // Before the migration there was no content that a backup could have kept, but there was no backup either.
      'studio-00000001-2030-01-02T03-04-05-000Z.sqlite',
    ])
  })
})

/** What is done to a database, by name; the store has a network and was closed in good order. */
const damages: Readonly<Record<string, (layout: StoreLayout) => void>> = {
  missing: ({ database }) => rmSync(database),
  'emptied to 0 bytes': ({ database }) => truncateSync(database, 0),
  'cut after the first page': ({ database }) => truncateSync(database, 4096),
  'cut in the middle of a page': ({ database }) => truncateSync(database, 6000),
  'without its header': ({ database }) => writeFileSync(database, readFileSync(database).fill(0, 0, 100)),
  'replaced by a text': ({ database }) => writeFileSync(database, 'this was a database once, and now it is not'),
  'replaced by one without content': ({ database }) => {
    rmSync(database)
    const sqlite = loadSqlite()
    const db = new sqlite(database)
    db.pragma('user_version = 0')
    db.exec('CREATE TABLE songs (title TEXT)')
    db.close()
  },
  'with a page of zeros where a table begins': ({ database }) => {
    const bytes = readFileSync(database)
    const sqlite = loadSqlite()
    const db = new sqlite(database, { readonly: true })
    const root = Number(db.prepare(`SELECT rootpage FROM sqlite_schema WHERE name = 'networks'`).pluck().get())
    db.close()
    writeFileSync(database, bytes.fill(0, (root - 1) * 4096, root * 4096))
  },
}

describe.each(Object.entries(damages))('a database %s', (_name, damage) => {
  it('is left as it is until somebody chooses; then it is set aside, and the newest good backup takes its place', async () => {
    const layout = await storeWithNetwork(true)
    damage(layout)
    const before = folderDigest(layout.folder)
    for (let start = 0; start < 3; start++) {
      await expect(openStore(layout.folder)).rejects.toMatchObject({ code: 'store-corrupt', where: layout.database })
    }
    expect(folderDigest(layout.folder)).toEqual(before)
    const wreck = existsSync(layout.database) ? readFileSync(layout.database) : undefined
    const { setAside } = restoreStore(layout.folder)
    const kept = join(setAside, 'studio.sqlite')
    expect(existsSync(kept) ? readFileSync(kept) : undefined).toEqual(wreck)
    expect((await openStore(layout.folder)).networks.list()).toEqual([networkRecord()])
  })

  it('is never taken for a new store, and a reader says so', async () => {
    const layout = await storeWithNetwork(false)
    damage(layout)
    await expect(openStore(layout.folder)).rejects.toMatchObject({ code: 'store-corrupt' })
    expect(() => Store.openForReading({ folder: layout.folder, clock: new FakeClock() })).toThrow(
      expect.objectContaining({ code: 'store-corrupt' }) as Error,
    )
  })
})

it('takes an earlier backup when the newest are damaged as well', async () => {
  const layout = await storeWithNetwork(true)
  for (const counter of ['00000002', '00000003']) {
    writeFileSync(join(layout.backups, `studio-${counter}-2032-01-01T00-00-00-000Z.sqlite`), 'newer, and damaged')
  }
  truncateSync(layout.database, 0)
  restoreStore(layout.folder)
  const restored = await openStore(layout.folder)
  expect(restored.networks.list()).toEqual([networkRecord()])
  restored.networks.rename('net-1', 'Renamed')
  // It goes on counting behind those that are damaged.
  expect(await restored.backup()).toContain('studio-00000004-')
})

it('looks through a database whose last owner was killed, and only then', async () => {
  const layout = await storeWithNetwork(true)
  const bytes = readFileSync(layout.database)
  const sqlite = loadSqlite()
  const db = new sqlite(layout.database, { readonly: true })
  // An index that no cheap look reads.
  const root = Number(
    db.prepare(`SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_networks_2'`).pluck().get(),
  )
  db.close()
  writeFileSync(layout.database, bytes.fill(0, (root - 1) * 4096 + 8, root * 4096))
  const opened = await openStore(layout.folder)
  expect(opened.notices).toEqual([])
  expect(opened.check()).toBeDefined()
  await opened.close()
  writeFileSync(layout.owner, '{"pid":1,"program":"studio run","since":"then"}')
  // Also when nothing was done about it.
  for (let start = 0; start < 2; start++) {
    await expect(openStore(layout.folder)).rejects.toMatchObject({ code: 'store-corrupt' })
  }
})

it('empties the folder of files being made, and no other', async () => {
  const layout = await storeWithNetwork(false)
  writeFileSync(join(layout.temporary, 'half'), 'made')
  writeFileSync(join(layout.networks, 'stray'), 'kept')
  await openStore(layout.folder)
  expect([readdirSync(layout.temporary), readdirSync(layout.networks)]).toEqual([[], ['stray']])
})
