/** Real databases, really damaged: what each way of a repair keeps, and that nothing it keeps is wrong. */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { sha256Of } from '#main/files/sha256.ts'
import { listBackups } from '#main/store/backups.ts'
import { packagePath, runManifestPath, storeLayout, type StoreLayout } from '#main/store/layout.ts'
import { migrate } from '#main/store/migrate.ts'
import { adoptManifests } from '#main/store/repair/adopt-manifests.ts'
import { parseManifest } from '#main/store/repair/manifest.ts'
import { assertAsWritten } from '#main/store/repair/manifests.ts'
import { loadSqlite } from '#main/store/sqlite.ts'
import { StoreRepair } from '#main/store/repair/store-repair.ts'
import type { Store } from '#main/store/store.ts'
import { Random } from '#shared/basics/random.ts'
import type { RepairOutcome, RepairPreview, RepairWay } from '#shared/protocol/commands/store-repair.ts'
import { FakeClock } from '#test/support/fake-clock.ts'
import { addCompleted, addNetworks, everythingOf } from '#test/support/filled-store.ts'
import { openStore } from '#test/support/store.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

const PAGE = 4096

interface Filled {
  readonly layout: StoreLayout
  readonly ids: readonly string[]
  /** By experiment, everything the store said of it before it was damaged. */
  readonly before: ReadonlyMap<string, unknown>
}

/** A closed store; its backup, if any, was made before the last three experiments were completed. */
async function filledStore({ hasBackup, completed = 12 }: { hasBackup: boolean; completed?: number }): Promise<Filled> {
  const store = await openStore()
  await addNetworks(store, 3)
  const ids = [...(await addCompleted(store, 'net-1', completed - 3))]
  if (hasBackup) await store.backup()
  ids.push(...(await addCompleted(store, 'net-2', 3)))
  const before = new Map<string, unknown>()
  for (const id of ids) before.set(id, await everythingOf(store, id))
  await store.close()
  if (!hasBackup) rmSync(store.layout.backups, { recursive: true })
  return { layout: store.layout, ids, before }
}

function repairOf(layout: StoreLayout): StoreRepair {
  const repair = StoreRepair.open({ folder: layout.folder, program: 'test', clock: new FakeClock() })
  onTestFinished(() => repair.close())
  return repair
}

function previewOf(layout: StoreLayout): RepairPreview {
  const repair = repairOf(layout)
  try {
    return repair.preview()
  } finally {
    repair.close()
  }
}

function apply(layout: StoreLayout, way: RepairWay): RepairOutcome {
  const repair = repairOf(layout)
  try {
    return repair.apply(way)
  } finally {
    repair.close()
  }
}

/** Ids that the opened store knows, each with everything it had. */
async function assertKept(store: Store, before: ReadonlyMap<string, unknown>): Promise<number> {
  const { items } = store.experiments.list()
  for (const { id } of items) expect(await everythingOf(store, id), id).toEqual(before.get(id))
  expect(store.check()).toBeUndefined()
  return items.length
}

function isPossible(preview: RepairPreview): readonly boolean[] {
  return preview.offers.map((offer) => offer.isPossible)
}

it('rebuilds a store from the manifests beside its files alone', async () => {
  const { layout, ids, before } = await filledStore({ hasBackup: false })
  rmSync(layout.database)
  const preview = previewOf(layout)
  expect([preview.best, isPossible(preview)]).toEqual(['rebuild', [false, false, true]])
  expect(apply(layout, 'rebuild').keeps).toEqual({
    networks: 3,
    datasets: 1,
    experiments: 12,
    completed: 12,
    runs: 12,
    points: 480,
    evaluations: 12,
  })
  const store = await openStore(layout.folder)
  expect(await assertKept(store, before)).toBe(ids.length)
  expect(store.networks.list().map(({ name }) => name)).toEqual(['Network 1', 'Network 2', 'Network 3'])
})

it('restores a backup and adopts what was completed after it', async () => {
  const { layout, ids, before } = await filledStore({ hasBackup: true })
  truncateSync(layout.database, 0)
  const outcome = apply(layout, 'restore')
  expect(outcome.notes).toEqual([
    expect.stringContaining('It begins with the backup studio-00000001-'),
    'From the manifests beside the files come 3 experiments, 3 runs.',
  ])
  expect(await assertKept(await openStore(layout.folder), before)).toBe(ids.length)
  // What was there lies whole in the folder it names.
  expect(readFileSync(join(outcome.setAside, 'studio.sqlite')).byteLength).toBe(0)
})

it('restores a named backup of a store that is whole, when somebody wants it back', async () => {
  const { layout } = await filledStore({ hasBackup: true })
  const repair = repairOf(layout)
  const name = listBackups(layout).at(-1)?.name ?? ''
  expect(name).not.toBe('')
  expect(() => repair.apply('restore', 'studio-elsewhere.sqlite')).toThrow(
    expect.objectContaining({ code: 'not-found', remedy: `Name one of these: ${name}.` }) as Error,
  )
  expect(repair.apply('restore', name).notes[0]).toContain(name)
  repair.close()
  expect((await openStore(layout.folder)).check()).toBeUndefined()
})

it('salvages around pages of zeros, wherever they are: everything is kept, and nothing is wrong', async () => {
  const filled = await filledStore({ hasBackup: true, completed: 20 })
  for (const seed of [1, 2, 3, 4]) {
    const folder = join(temporaryFolder(), 'store')
    cpSync(filled.layout.folder, folder, { recursive: true })
    const layout = storeLayout(folder)
    const random = Random.fromSeed(seed)
    const bytes = readFileSync(layout.database)
    // Never the first: that one holds the schema.
    for (let time = 0; time < 4; time++) {
      const page = 1 + random.integer(bytes.byteLength / PAGE - 1)
      bytes.fill(0, page * PAGE, (page + 1) * PAGE)
    }
    writeFileSync(layout.database, bytes)
    const repair = repairOf(layout)
    const { best, damage } = repair.preview()
    expect([best, damage], `seed ${seed}`).toEqual(['salvage', expect.any(String)])
    expect(repair.apply('salvage').keeps.completed).toBe(filled.ids.length)
    repair.close()
    const store = await openStore(folder)
    expect(await assertKept(store, filled.before), `seed ${seed}`).toBe(filled.ids.length)
    await store.close()
  }
})

it('reads rows on both sides of a damaged place without backup and manifests, and drops what hangs in the air', async () => {
  const { layout, ids } = await filledStore({ hasBackup: false, completed: 40 })
  rmSync(layout.runs, { recursive: true })
  const bytes = readFileSync(layout.database)
  const middle = Math.floor(bytes.byteLength / PAGE / 2)
  bytes.fill(0, middle * PAGE, (middle + 1) * PAGE)
  writeFileSync(layout.database, bytes)
  const { keeps, notes } = apply(layout, 'salvage')
  expect(notes[0]).toMatch(/^(Not every row could be read of: |Every row)/)
  expect(keeps.experiments).toBeGreaterThan(ids.length / 2)
  const store = await openStore(layout.folder)
  expect(store.check()).toBeUndefined()
  expect(store.experiments.list().total).toBe(keeps.experiments)
})

it('keeps what lies in the trash there, and brings nothing back that was deleted for good', async () => {
  const store = await openStore()
  await addNetworks(store, 1)
  const [trashed = '', deleted = ''] = await addCompleted(store, 'net-1', 2)
  store.experiments.trash([trashed])
  await store.backup()
  const [gone = ''] = store.runs.ids(deleted)
  store.experiments.remove([deleted])
  rmSync(join(store.layout.runs, gone), { recursive: true })
  await store.close()
  const { layout } = store
  expect(apply(layout, 'salvage').keeps.experiments).toBe(1)
  const again = await openStore(layout.folder)
  expect(again.experiments.trashedIds()).toEqual([trashed])
})

it('leaves out a manifest that is not what was written, by name', async () => {
  const { layout, ids } = await filledStore({ hasBackup: false })
  const [run = ''] = readdirSync(layout.runs)
  const path = runManifestPath(layout, run)
  writeFileSync(path, readFileSync(path, 'utf8').replace('"completed"', '"finished!"'))
  rmSync(layout.database)
  const { keeps, notes } = apply(layout, 'rebuild')
  expect(keeps.experiments).toBe(ids.length - 1)
  expect(notes).toContain(`Left out: runs/${run}/manifest.json: The manifest is not what was written.`)
})

it('writes manifests that are missing, once', async () => {
  const store = await openStore()
  await addNetworks(store, 1)
  await addCompleted(store, 'net-1', 2)
  for (const name of readdirSync(store.layout.runs)) rmSync(runManifestPath(store.layout, name))
  expect([await store.manifests.writeMissing(), await store.manifests.writeMissing()]).toEqual([2, 0])
  expect(readdirSync(store.layout.runs).every((name) => existsSync(runManifestPath(store.layout, name)))).toBe(true)
})

it('is refused while somebody has the store open, and where there is none', async () => {
  const store = await openStore()
  const open = (folder: string) => () => StoreRepair.open({ folder, program: 'test', clock: new FakeClock() })
  expect(open(store.layout.folder)).toThrow(expect.objectContaining({ code: 'store-locked' }) as Error)
  expect(open(join(store.layout.folder, 'none'))).toThrow(expect.objectContaining({ code: 'not-found' }) as Error)
})

it('takes a result and points that are not what was written from the manifest', async () => {
  const { layout, before } = await filledStore({ hasBackup: false })
  const sqlite = loadSqlite()
  const db = new sqlite(layout.database)
  // As a flipped bit in a cell would: SQLite finds nothing wrong with it.
  db.exec(`UPDATE run_results SET result = replace(result, '"correct":9173', '"correct":9175') WHERE rowid = 2`)
  db.exec('UPDATE points SET value = value + 1 WHERE series_id = 3 AND step = 7')
  db.close()
  expect(apply(layout, 'salvage').notes).toContain('From the manifests beside the files come 2 runs.')
  await assertKept(await openStore(layout.folder), before)
})

it.each([
  ['cut to nothing', (bytes: Buffer) => bytes.subarray(0, 0)],
  ['with one bit flipped', (bytes: Buffer) => bytes.fill((bytes[5] ?? 0) ^ 4, 5, 6)],
])('a package %s is named with what was expected and found', async (_what, damage) => {
  const store = await openStore()
  await addNetworks(store, 1)
  const [id = ''] = await addCompleted(store, 'net-1', 1)
  const [run = ''] = store.runs.ids(id)
  const path = packagePath(store.layout, run, 'nern')
  await assertAsWritten(store.layout, run, path)
  const written = readFileSync(path)
  const expected = sha256Of(written)
  writeFileSync(path, damage(written))
  await expect(assertAsWritten(store.layout, run, path)).rejects.toMatchObject({
    code: 'file-corrupt',
    message: expect.stringContaining(`expected SHA-256 ${expected}`) as string,
    where: path,
  })
})

it('does not end with less than there is because the repaired database could not be written', async () => {
  const { layout } = await filledStore({ hasBackup: false })
  const sqlite = loadSqlite()
  const db = new sqlite(':memory:')
  migrate(db)
  db.pragma('query_only = ON')
  expect(() => adoptManifests(sqlite, layout, db)).toThrow(/readonly/)
})

it('keeps in a rebuild the names, tags, notes and stars that were given when the runs were done', async () => {
  const store = await openStore()
  await addNetworks(store, 1)
  const [id = ''] = await addCompleted(store, 'net-1', 1)
  const [run = ''] = store.runs.ids(id)
  const path = runManifestPath(store.layout, run)
  const before = parseManifest(readFileSync(path, 'utf8'), path)
  store.experiments.update(id, { name: 'The best', tags: ['paper'], notes: 'as in table 2', isStarred: true })
  store.manifests.noteChanged(id)
  // A damaged package is not blessed by that: its digest stays.
  writeFileSync(packagePath(store.layout, run, 'nern'), 'damaged')
  await store.manifests.writeChanged()
  expect(parseManifest(readFileSync(path, 'utf8'), path).files).toEqual(before.files)
  await store.close()
  rmSync(store.layout.database)
  rmSync(store.layout.backups, { recursive: true, force: true })
  apply(store.layout, 'rebuild')
  const rebuilt = await openStore(store.layout.folder)
  expect(rebuilt.experiments.get(id)).toMatchObject({
    name: 'The best',
    tags: ['paper'],
    notes: 'as in table 2',
    isStarred: true,
  })
})
