import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { call, fillLibrary, openStudio, scriptTrainers, writeNetworkFile } from '#test/support/studio.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

/** Everything a store holds besides its database, by path. */
function filesOf(storeFolder: string): readonly string[] {
  return readdirSync(storeFolder, { recursive: true, encoding: 'utf8' })
    .filter((path) => !/^(studio\.sqlite|owner|store\.lock)/.test(path))
    .sort()
}

const file = (name: string, bytes: Uint8Array | string): string => {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, bytes)
  return path
}

const wrongFiles: readonly (readonly [string, () => string, string])[] = [
  ['missing', () => join(temporaryFolder(), 'nothing.safetensors'), 'not-found'],
  ['a folder', () => temporaryFolder(), 'file-unreadable'],
  ['empty', () => file('empty.safetensors', ''), 'file-truncated'],
  ['a text', () => file('text.pth', 'this is no checkpoint'), 'file-unsupported'],
  [
    'cut short',
    () => file('short.safetensors', readFileSync(writeNetworkFile(temporaryFolder())).subarray(0, 50_000)),
    'file-truncated',
  ],
  [
    'of no architecture',
    () => file('other.safetensors', writeSafetensors([['weight', { shape: [2], data: new Float32Array(2) }]])),
    'architecture-unknown',
  ],
]

it.each(wrongFiles)('refuses a network file that is %s, and leaves the store as it was', async (_what, make, code) => {
  const storeFolder = temporaryFolder()
  const studio = await openStudio({ storeFolder })
  await fillLibrary(studio)
  const before = { files: filesOf(storeFolder), networks: await call(studio, 'networks.list', {}) }
  const answer = await studio.invoke('networks.import', { taskId: 'wrong', file: make() })
  expect(answer).toMatchObject({ ok: false, error: { code } })
  if (!answer.ok) expect(answer.error.remedy ?? '').not.toBe('')
  expect({ files: filesOf(storeFolder), networks: await call(studio, 'networks.list', {}) }).toEqual(before)
})

it('leaves the store as it was when an import dies', async () => {
  const storeFolder = temporaryFolder()
  const studio = await openStudio({ storeFolder })
  const before = filesOf(storeFolder)
  scriptTrainers({ neverReady: true })
  const importing = studio.invoke('networks.import', { taskId: 'mine', file: writeNetworkFile(temporaryFolder()) })
  await studio.invoke('tasks.cancel', { taskId: 'mine' })
  expect(await importing).toMatchObject({ ok: false, error: { code: 'cancelled' } })
  expect(filesOf(storeFolder)).toEqual(before)
})

it('takes a network once, whatever it is called', async () => {
  const studio = await openStudio()
  const path = writeNetworkFile(temporaryFolder())
  const first = await call(studio, 'networks.import', { taskId: 'a', file: path, name: 'first' })
  expect(await call(studio, 'networks.import', { taskId: 'b', file: path, name: 'second' })).toEqual({
    ...first,
    isNew: false,
  })
  const other = writeNetworkFile(temporaryFolder(), 2)
  const answer = await studio.invoke('networks.import', { taskId: 'c', file: other, name: 'first' })
  expect(answer).toMatchObject({ ok: false, error: { code: 'already-exists' } })
})

it('refuses to run on a network file that was changed', async () => {
  const storeFolder = temporaryFolder()
  const studio = await openStudio({ storeFolder })
  const { network, dataset } = await fillLibrary(studio)
  writeFileSync(join(storeFolder, 'networks', `${network.sha256}.safetensors`), 'changed')
  const answer = await studio.invoke('networks.evaluate', {
    taskId: 'evaluate',
    id: network.id,
    datasetId: dataset.id,
    split: 'test',
    limit: 0,
  })
  expect(answer).toMatchObject({ ok: false, error: { code: 'file-corrupt' } })
})

it('keeps a network and a data set that an experiment uses', async () => {
  const studio = await openStudio()
  const { network, dataset } = await fillLibrary(studio)
  const { fastConfig } = await import('#shared/methods/nern/fast-preset.ts')
  const { id } = await call(studio, 'experiments.create', {
    config: fastConfig,
    networkId: network.id,
    datasetId: dataset.id,
    enqueue: false,
  })
  expect(await studio.invoke('networks.trash', { id: network.id })).toMatchObject({ error: { code: 'conflict' } })
  expect(await studio.invoke('datasets.trash', { id: dataset.id })).toMatchObject({ error: { code: 'conflict' } })
  await call(studio, 'experiments.trash', { ids: [id] })
  expect(await studio.invoke('networks.trash', { id: network.id })).toMatchObject({ error: { code: 'conflict' } })
  await call(studio, 'experiments.delete-forever', { ids: [id] })
  expect(await studio.invoke('networks.remove', { id: network.id })).toMatchObject({ error: { code: 'conflict' } })
  await call(studio, 'networks.trash', { id: network.id })
  await call(studio, 'datasets.trash', { id: dataset.id })
  expect([await call(studio, 'networks.list', {}), await call(studio, 'datasets.list', {})]).toEqual([[], []])
})

it('brings a network and a data set back from the trash as they were, and deletes them for good only there', async () => {
  const studio = await openStudio()
  const { network, dataset } = await fillLibrary(studio)
  const { fastConfig } = await import('#shared/methods/nern/fast-preset.ts')
  const before = await call(studio, 'networks.kernels', { id: network.id, layer: 'conv1.weight', count: 4 })
  await call(studio, 'networks.trash', { id: network.id })
  await call(studio, 'datasets.trash', { id: dataset.id })
  expect(await call(studio, 'library.trash', {})).toEqual({ networks: [network], datasets: [dataset] })
  // Nothing is made of what lies there.
  const experiment = { config: fastConfig, networkId: network.id, datasetId: dataset.id, enqueue: false }
  expect(await studio.invoke('experiments.create', experiment)).toMatchObject({ error: { code: 'not-found' } })
  await call(studio, 'networks.restore', { id: network.id })
  await call(studio, 'datasets.restore', { id: dataset.id })
  expect(await call(studio, 'networks.list', {})).toEqual([network])
  expect(await call(studio, 'networks.kernels', { id: network.id, layer: 'conv1.weight', count: 4 })).toEqual(before)
  expect((await call(studio, 'datasets.images', { id: dataset.id, split: 'test', indices: [0] })).labels).toHaveLength(
    1,
  )

  await call(studio, 'networks.trash', { id: network.id })
  await call(studio, 'networks.remove', { id: network.id })
  await call(studio, 'datasets.trash', { id: dataset.id })
  await call(studio, 'datasets.remove', { id: dataset.id })
  expect(await call(studio, 'library.trash', {})).toEqual({ networks: [], datasets: [] })
  for (const command of ['networks.restore', 'networks.trash', 'datasets.restore'] as const) {
    expect(await studio.invoke(command, { id: network.id })).toMatchObject({ error: { code: 'not-found' } })
  }
})
