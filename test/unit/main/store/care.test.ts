import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { checkpointFileName } from '#main/store/checkpoints.ts'
import { networkPath, packagePath, runPath } from '#main/store/layout.ts'
import { loadSqlite } from '#main/store/sqlite.ts'
import type { Store } from '#main/store/store.ts'
import { addCompleted, addNetworks, everythingOf } from '#test/support/filled-store.ts'
import { systemClock } from '#main/basics/clock.ts'
import { openStore } from '#test/support/store.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

async function filledStore(): Promise<{ readonly store: Store; readonly ids: readonly string[] }> {
  const store = await openStore(temporaryFolder(), systemClock)
  await addNetworks(store, 2)
  return { store, ids: await addCompleted(store, 'net-1', 3) }
}

const nothing = () => {}

it('says what takes room, by kind and by experiment', async () => {
  const { store, ids } = await filledStore()
  await store.care.backUp()
  const usage = await store.care.usage()
  const kinds = usage.kinds.filter(({ kind }) => kind !== 'other')
  expect(kinds.map(({ kind, files }) => [kind, files])).toEqual([
    ['database', 3],
    ['networks', 4],
    ['packages', 9],
    ['backups', 1],
  ])
  expect(usage.kinds.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)).toBe(usage.sizeBytes)
  expect(usage.experiments.map(({ id }) => id).sort()).toEqual([...ids].sort())
  expect(usage.backups).toHaveLength(1)
})

it('finds every file and every result that is not as it was written', async () => {
  const { store, ids } = await filledStore()
  const whole = await store.care.check(true, nothing)
  // The data set of this test has no images.
  expect(whole.findings.map(({ where }) => where)).toEqual([`datasets/${'c'.repeat(64)}`])
  const [first = '', second = '', third = ''] = ids.map((id) => store.runs.ids(id)[0] ?? '')
  const [network] = store.networks.list()
  writeFileSync(networkPath(store.layout, network?.sha256 ?? ''), 'other weights')
  writeFileSync(packagePath(store.layout, first, 'nern'), '')
  const sqlite = loadSqlite()
  const db = new sqlite(store.layout.database)
  db.prepare('UPDATE run_results SET result = replace(result, 9173, 9175) WHERE run_id = ?').run(second)
  db.prepare('UPDATE points SET value = 0 WHERE step = 5 AND series_id = (SELECT id FROM series WHERE run_id = ?)').run(
    third,
  )
  db.close()
  const { findings, files } = await store.care.check(true, nothing)
  expect(files).toBe(2 + 1 + 6)
  expect(findings.map(({ where, problem }) => [where, problem.replace(/[0-9a-f]{64}/g, '…')])).toEqual([
    [`run ${second}`, 'The database does not say of its result what was written when it completed.'],
    [`run ${third}`, 'The database does not say of its metrics what was written when it completed.'],
    [`networks/${network?.sha256}.safetensors`, '….safetensors has changed: expected SHA-256 …, found ….'],
    [`datasets/${'c'.repeat(64)}`, expect.any(String)],
    [`runs/${first}/package.nern.safetensors`, 'package.nern.safetensors has changed: expected SHA-256 …, found ….'],
  ])
})

it('sweeps what belongs to nothing, and keeps what is young, known or in the trash', async () => {
  const { store, ids } = await filledStore()
  const [trashed = '', deleted = ''] = ids
  const [keptRun = ''] = store.runs.ids(trashed)
  const [goneRun = ''] = store.runs.ids(deleted)
  store.experiments.trash([trashed])
  store.experiments.remove([deleted])
  const old = new Date(Date.now() - 2 * 3_600_000)
  const write = (path: string, isOld: boolean): void => {
    writeFileSync(path, 'x'.repeat(10))
    if (isOld) utimesSync(path, old, old)
  }
  const orphan = join(store.layout.networks, `${'e'.repeat(64)}.safetensors`)
  write(orphan, true)
  write(join(store.layout.networks, `${'f'.repeat(64)}.safetensors`), false)
  write(join(runPath(store.layout, keptRun), '.package.1.part'), true)
  mkdirSync(join(store.layout.datasets, 'd'.repeat(64)))
  for (const path of [runPath(store.layout, goneRun), join(store.layout.datasets, 'd'.repeat(64))])
    utimesSync(path, old, old)
  const found = (await store.care.orphans()).map(({ path }) => path)
  expect([...found].sort()).toEqual(
    [
      `networks/${'e'.repeat(64)}.safetensors`,
      `datasets/${'d'.repeat(64)}`,
      `runs/${goneRun}`,
      `runs/${keptRun}/.package.1.part`,
    ].sort(),
  )
  expect((await store.care.sweep()).map(({ path }) => path)).toEqual(found)
  expect([existsSync(orphan), await store.care.orphans()]).toEqual([false, []])
  expect(readdirSync(store.layout.runs).sort()).toEqual(ids.flatMap((id) => store.runs.ids(id)).sort())
  expect(existsSync(packagePath(store.layout, keptRun, 'nern'))).toBe(true)
})

it('copies a store whole, as one of its own', async () => {
  const { store, ids } = await filledStore()
  const folder = join(temporaryFolder(), 'copy')
  await store.care.exportTo(folder)
  const copy = await openStore(folder)
  for (const id of ids) expect(await everythingOf(copy, id)).toEqual(await everythingOf(store, id))
  expect(copy.check()).toBeUndefined()
  const markOf = ({ layout }: Store) => (JSON.parse(readFileSync(layout.mark, 'utf8')) as { id: string }).id
  expect(markOf(copy)).not.toBe(markOf(store))
  await expect(store.care.exportTo(folder)).rejects.toMatchObject({ code: 'already-exists' })
})

it('brings in what another store has, once, and changes neither what is here nor the other one', async () => {
  const { store: other, ids } = await filledStore()
  const waiting = other.experiments.insert({
    name: 'waiting',
    config: other.experiments.get(ids[0] ?? '').config,
    networkId: 'net-2',
    datasetId: 'data-1',
  })
  other.experiments.transition(waiting.id, 'enqueue')
  const store = await openStore()
  // The same content under another id and name.
  await addNetworks(store, 1)
  store.networks.rename('net-1', 'Mine')
  const own = await addCompleted(store, 'net-1', 1)
  const before = await everythingOf(store, own[0] ?? '')
  const came = await store.care.importFrom(other.layout.folder)
  expect(came).toMatchObject({ networks: 1, datasets: 0, experiments: 4, runs: 3 })
  store.experiments.refresh()
  expect(store.experiments.get(waiting.id)).toMatchObject({ status: 'paused', name: 'waiting' })
  expect(await everythingOf(store, own[0] ?? '')).toEqual(before)
  for (const id of ids) {
    const { runs } = (await everythingOf(store, id)) as { readonly runs: unknown }
    expect(runs).toEqual(((await everythingOf(other, id)) as { readonly runs: unknown }).runs)
  }
  expect(other.experiments.get(waiting.id).status).toBe('queued')
  expect(await store.care.importFrom(other.layout.folder)).toMatchObject({ networks: 0, experiments: 0, runs: 0 })
})

it('gives room back to the disk', async () => {
  const { store } = await filledStore()
  const ids = await addCompleted(store, 'net-2', 10, 2000)
  store.experiments.remove(ids)
  expect(store.care.vacuum()).toBeGreaterThan(100_000)
  expect(store.check()).toBeUndefined()
})

it('copies a store anew where an earlier copy was not finished, and takes that for no store meanwhile', async () => {
  const { store, ids } = await filledStore()
  const folder = join(temporaryFolder(), 'copy')
  await store.care.exportTo(folder)
  const mark = JSON.parse(readFileSync(join(folder, 'store.json'), 'utf8')) as object
  writeFileSync(join(folder, 'store.json'), JSON.stringify({ ...mark, hasDatabase: false, isUnfinishedCopy: true }))
  // The log of a copy that was killed: applied to the next one, it would damage it.
  writeFileSync(join(folder, 'studio.sqlite-journal'), 'begun')
  await expect(openStore(folder)).rejects.toMatchObject({ code: 'not-a-store' })
  await store.care.exportTo(folder)
  expect(existsSync(join(folder, 'studio.sqlite-journal'))).toBe(false)
  const copy = await openStore(folder)
  for (const id of ids) expect(await everythingOf(copy, id)).toEqual(await everythingOf(store, id))
})

it('brings in files that an import before could not copy', async () => {
  const { store: other, ids } = await filledStore()
  const store = await openStore()
  await store.care.importFrom(other.layout.folder)
  const [network] = store.networks.list()
  const [run = ''] = store.runs.ids(ids[0] ?? '')
  rmSync(networkPath(store.layout, network?.sha256 ?? ''))
  rmSync(runPath(store.layout, run), { recursive: true })
  await store.care.importFrom(other.layout.folder)
  expect(existsSync(networkPath(store.layout, network?.sha256 ?? ''))).toBe(true)
  expect(existsSync(packagePath(store.layout, run, 'nern'))).toBe(true)
  expect(readdirSync(store.layout.temporary)).toEqual([])
})

it('lets go of checkpoints of finished runs when their time is over, and of no others', async () => {
  const day = 24 * 60 * 60 * 1000
  const started = Date.parse('2026-05-01T12:00:00Z')
  let now = started
  const store = await openStore(temporaryFolder(), { ...systemClock, now: () => now })
  await addNetworks(store, 1)
  const [finished = '', failed = ''] = (await addCompleted(store, 'net-1', 2)).map((id) => store.runs.ids(id)[0] ?? '')
  const sqlite = loadSqlite()
  const db = new sqlite(store.layout.database)
  db.prepare("UPDATE runs SET ended_at = ?, status = CASE id WHEN ? THEN 'failed' ELSE status END").run(
    new Date(started).toISOString(),
    failed,
  )
  db.close()
  for (const runId of [finished, failed]) {
    const checkpoint = { runId, step: 10, phase: 'reconstruction', sha256: 'a'.repeat(64), sizeBytes: 3 }
    store.checkpoints.add(checkpoint)
    writeFileSync(join(runPath(store.layout, runId), checkpointFileName(checkpoint)), 'abc')
  }
  const path = join(runPath(store.layout, finished), checkpointFileName({ step: 10, sha256: 'a'.repeat(64) }))
  now = started + 29 * day
  expect(await store.care.removeOldCheckpoints('30-days')).toEqual(new Set())
  expect(store.care.checkpointDisk('7-days')).toEqual({
    all: { files: 1, sizeBytes: 3 },
    old: { files: 1, sizeBytes: 3 },
  })
  now = started + 31 * day
  expect(await store.care.removeOldCheckpoints('for-ever')).toEqual(new Set())
  expect(existsSync(path)).toBe(true)
  expect(await store.care.removeOldCheckpoints('30-days')).toEqual(new Set([finished]))
  expect([existsSync(path), store.checkpoints.list(finished), store.checkpoints.list(failed).length]).toEqual([
    false,
    [],
    1,
  ])
})
