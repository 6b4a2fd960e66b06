/** Two experiments of the real trainer side by side: each ends with the bytes of one that had the machine to itself. */
import { expect, it, vi } from 'vitest'
import type { Studio } from '#main/studio.ts'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import type { ExperimentRecord } from '#shared/protocol/records.ts'
import { sha256HexOfFile } from '#trainer/sha256.ts'
import { packagePath, storeLayout } from '#main/store/layout.ts'
import { fillStore, realStudioOptions } from '#test/support/real-trainer.ts'
import { call, openStudio, reaches } from '#test/support/studio.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 })

/** One that computes on images too, and evaluates between its steps. */
const config: CompressConfig = {
  ...fastConfig,
  predictor: { ...fastConfig.predictor, hiddenSize: 24 },
  permutation: { ...fastConfig.permutation, mode: 'none' },
  reconstruction: { ...fastConfig.reconstruction, steps: 40, sampling: { method: 'uniform', kernels: 256 } },
  distillation: {
    ...fastConfig.distillation,
    steps: 4,
    dataBatch: 4,
    sampling: { method: 'uniform', kernels: 256 },
    rampSteps: 2,
  },
  quantisation: { ...fastConfig.quantisation, steps: 0 },
  evaluation: { everySteps: 2, images: 32, keep: 'best-validation' },
}

/** A machine of four cores with two places: two threads each. */
async function openTwoPlaces(): Promise<{ readonly studio: Studio; readonly storeFolder: string }> {
  const storeFolder = temporaryFolder()
  await fillStore(storeFolder)
  const { executor: _oneThread, ...options } = realStudioOptions(storeFolder)
  const studio = await openStudio({ ...options, machine: { cores: 4, memoryBytes: 8 * 2 ** 30 } })
  await call(studio, 'studio.update-settings', { places: 2 })
  return { studio, storeFolder }
}

async function create(studio: Studio, seed: number): Promise<ExperimentRecord> {
  const [network] = await call(studio, 'networks.list', {})
  const [dataset] = await call(studio, 'datasets.list', {})
  return call(studio, 'experiments.create', {
    config: { ...config, seed },
    networkId: network?.id ?? '',
    datasetId: dataset?.id ?? '',
    enqueue: true,
  })
}

/** Where a run computed, and the digest of the package it ended with. */
async function endOf(storeFolder: string, { latestRun }: ExperimentRecord) {
  const path = packagePath(storeLayout(storeFolder), latestRun?.id ?? '', 'nern')
  return { device: latestRun?.device, package: await sha256HexOfFile(path) }
}

it('ends with the same bytes side by side as alone with the same threads', async () => {
  const { studio, storeFolder } = await openTwoPlaces()
  const expected = () =>
    call(studio, 'experiments.expected-seconds', {
      configs: [config],
      networkId: alone.networkId ?? '',
      datasetId: alone.datasetId,
      executor: { executor: 'onnxruntime', provider: 'cpu', threads: 2 },
    })
  const alone = await create(studio, 1)
  expect(await expected()).toEqual([undefined])
  studio.queue.startDispatching()
  const undisturbed = await endOf(storeFolder, await reaches(studio, alone.id, 'completed', 'failed'))
  expect(undisturbed.device).toMatch(/2 threads/)
  // What it measured says how long the next will take.
  expect((await expected())[0]).toBeGreaterThan(0)

  let mostAtOnce = 0
  studio.events.on('queue-changed', ({ running }) => (mostAtOnce = Math.max(mostAtOnce, running.length)))
  await call(studio, 'queue.set-active', { isActive: false })
  const beside = [await create(studio, 1), await create(studio, 2), await create(studio, 1)]
  await call(studio, 'queue.set-active', { isActive: true })
  const ends: Awaited<ReturnType<typeof endOf>>[] = []
  for (const { id } of beside) {
    ends.push(await endOf(storeFolder, await reaches(studio, id, 'completed', 'failed')))
  }
  expect(mostAtOnce).toBe(2)
  expect([ends[0], ends[2]]).toEqual([undisturbed, undisturbed])
  expect(ends[1]?.package).not.toBe(undisturbed.package)
})

it('starts more at once as soon as there are more places, and shows them', async () => {
  const { studio } = await openTwoPlaces()
  await call(studio, 'studio.update-settings', { places: 1 })
  const [first, second] = [await create(studio, 1), await create(studio, 2)]
  studio.queue.startDispatching()
  expect(await call(studio, 'queue.list', {})).toMatchObject({ places: 1, running: [first.id], waiting: [second.id] })
  await call(studio, 'studio.update-settings', { places: 2 })
  expect(await call(studio, 'queue.list', {})).toMatchObject({ places: 2, running: [first.id, second.id], waiting: [] })
  await call(studio, 'queue.cancel', { ids: [first.id, second.id] })
  await Promise.all([reaches(studio, first.id, 'cancelled'), reaches(studio, second.id, 'cancelled')])
})
