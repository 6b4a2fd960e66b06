/** A network keeps the preprocessing of its import; another one makes another network. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { defaultPreprocessing, preprocessingPresets, type Preprocessing } from '#shared/network/preprocessing.ts'
import { answerOf, runCommand } from '#test/support/command-line.ts'
import { call, fillLibrary, openStudio, writeNetworkFile } from '#test/support/studio.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

const caffe = preprocessingPresets['caffe-rgb'].preprocessing

it('keeps what it was imported with, also for the next owner of the store', async () => {
  const storeFolder = temporaryFolder()
  const file = writeNetworkFile(temporaryFolder())
  const options = ['--mean', '123,117,104', '--std', '1', '--scale', '255', '--name', 'from Caffe']
  expect(await answerOf(storeFolder, ['network', 'import', file, ...options])).toMatchObject({ preprocessing: caffe })
  const { stdout } = await runCommand(storeFolder, ['network', 'show', 'from Caffe'])
  expect(stdout).toContain('Caffe, RGB: mean 0.482353, 0.458824, 0.407843; deviation 0.00392157')
})

it('refuses a mean in bytes without its scale', async () => {
  const file = writeNetworkFile(temporaryFolder())
  const ended = await runCommand(temporaryFolder(), ['network', 'import', file, '--mean', '123', '--std', '1'])
  expect(ended).toMatchObject({ code: 2, stderr: expect.stringMatching(/--scale 255/) })
})

it('has a name of its own in the store for each preprocessing of the same weights', async () => {
  const studio = await openStudio()
  const { network, dataset } = await fillLibrary(studio)
  expect(network.preprocessing).toEqual(defaultPreprocessing)
  const measured = await call(studio, 'networks.evaluate', {
    taskId: 'measure',
    id: network.id,
    datasetId: dataset.id,
    split: 'test',
    limit: 0,
  })
  const wanted = { ...caffe, resize: 40 }
  const derived = await call(studio, 'networks.derive', { taskId: 'derive', id: network.id, preprocessing: wanted })
  expect(derived).toMatchObject({
    name: 'small 2',
    architecture: network.architecture,
    origin: network.origin,
    parameters: network.parameters,
    preprocessing: wanted,
  })
  expect(derived.sha256).not.toBe(network.sha256)
  // What was measured belongs to the preprocessing it was measured with.
  expect((await call(studio, 'networks.get', { id: derived.id })).evaluations).toEqual([])
  const kept = await call(studio, 'networks.get', { id: network.id })
  expect(kept.record).toEqual(network)
  expect(kept.evaluations).toEqual([measured])
  const weights = (id: string): Buffer => readFileSync(studio.networkFile(id)).subarray(-4 * network.parameters)
  expect(weights(derived.id)).toEqual(weights(network.id))
})

it('makes no second network where nothing changes, nor one that cannot be', async () => {
  const studio = await openStudio()
  const { network } = await fillLibrary(studio)
  const derive = (preprocessing: Partial<Preprocessing>) =>
    studio.invoke('networks.derive', { taskId: 'derive', id: network.id, preprocessing })
  expect(await derive({})).toMatchObject({ ok: false, error: { code: 'already-exists' } })
  expect(await derive({ mean: [0.1, 0.2] })).toMatchObject({ ok: false, error: { code: 'invalid-argument' } })
  expect(await derive({ resize: 16 })).toMatchObject({ ok: false, error: { where: 'preprocessing.resize' } })
  expect(await call(studio, 'networks.list', {})).toHaveLength(1)
})
