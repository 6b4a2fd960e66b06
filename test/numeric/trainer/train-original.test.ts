import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { datasetPath, storeLayout } from '#main/store/layout.ts'
import { preprocessingPresets } from '#shared/network/preprocessing.ts'
import { trainDefaults } from '#shared/training/defaults.ts'
import type { FromTrainer, TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { lastCheckpoint, metricOf, resultOf, runInProcess } from '#test/support/run-in-process.ts'
import { addSmallDataset } from '#test/support/small-dataset.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'
import { loadNetwork } from '#trainer/weights/stored-network.ts'

vi.setConfig({ testTimeout: 240_000 })

type TrainJob = Extract<TrainerJob, { kind: 'train' }>

it('learns, and ends with the same bytes when it was paused in the middle of an epoch', async () => {
  const storeFolder = await temporaryFolder()
  const { sha256 } = await addSmallDataset(storeFolder)
  const job: TrainJob = {
    kind: 'train',
    config: {
      ...trainDefaults,
      epochs: 3,
      batchSize: 32,
      warmupEpochs: 0.5,
      preprocessing: 'cifar10',
      keep: 'best-validation',
    },
    dataset: { path: datasetPath(storeLayout(storeFolder), sha256), sha256 },
  }
  const whole = await runInProcess(job)
  const losses = metricOf(whole, 'loss.epoch').map(([, loss]) => loss)
  expect(losses).toHaveLength(3)
  expect(losses[2]).toBeLessThan((losses[0] ?? 0) * 0.9)

  const first = await runInProcess(job, { pauseAfter: 8 })
  expect(first.at(-1)).toEqual({ type: 'paused', step: expect.any(Number) as number })
  const second = await runInProcess(job, { checkpoint: lastCheckpoint(first) })
  for (const name of ['loss.train', 'loss.epoch', 'accuracy.train', 'accuracy.validation', 'smoothness']) {
    const values = new Map([...metricOf(first, name), ...metricOf(second, name)])
    expect(values, name).toEqual(new Map(metricOf(whole, name)))
  }
  expect(resultOf('train', second)).toEqual({ ...resultOf('train', whole), seconds: expect.anything() as unknown })

  // Whoever loads the network normalises as its training did.
  const path = join(storeFolder, 'trained.safetensors')
  await writeFile(path, resultOf('train', whole).network)
  const { network } = await loadNetwork({ path, architecture: trainDefaults.architecture, classes: 10 })
  expect(network.preprocessing).toEqual(preprocessingPresets.cifar10.preprocessing)
})

it('goes on from stored weights', async () => {
  const storeFolder = await temporaryFolder()
  const { sha256 } = await addSmallDataset(storeFolder)
  const config = { ...trainDefaults, epochs: 3, batchSize: 32, warmupEpochs: 0 }
  const job: TrainJob = {
    kind: 'train',
    config,
    dataset: { path: datasetPath(storeLayout(storeFolder), sha256), sha256 },
  }
  const scratch = await runInProcess(job)
  const path = join(storeFolder, 'trained.safetensors')
  const { network } = resultOf('train', scratch)
  await writeFile(path, network)
  const start = { path, sha256: '', architecture: config.architecture, classes: 10 }
  const further = await runInProcess({ ...job, config: { ...config, epochs: 1, learningRate: 0.001 }, network: start })
  const firstLoss = (messages: readonly FromTrainer[]): number => metricOf(messages, 'loss.train')[0]?.[1] ?? NaN
  expect(firstLoss(further)).toBeLessThan(firstLoss(scratch) * 0.8)
  expect(resultOf('train', further).network).not.toEqual(network)
})

it('ends smoother with a smoothness term, and the same however often it was paused', async () => {
  const storeFolder = await temporaryFolder()
  const { sha256 } = await addSmallDataset(storeFolder)
  const config = { ...trainDefaults, epochs: 2, batchSize: 32, warmupEpochs: 0.5 }
  const job = (weight: number): TrainJob => ({
    kind: 'train',
    config: { ...config, smoothness: { form: 'cosine', weight } },
    dataset: { path: datasetPath(storeLayout(storeFolder), sha256), sha256 },
  })
  const plain = resultOf('train', await runInProcess(job(0))).smoothness
  const regularised = await runInProcess(job(1e-3))
  const { smoothness } = resultOf('train', regularised)
  // Random kernels point anywhere: their mean cosine is near 0.
  expect(Math.abs(smoothness?.before ?? NaN)).toBeLessThan(0.05)
  expect(smoothness?.before).toBe(plain?.before)
  expect(smoothness?.after ?? NaN).toBeGreaterThan((plain?.after ?? NaN) + 0.1)
  const terms = metricOf(regularised, 'loss.smoothness').map(([, value]) => value)
  expect(terms.at(-1)).toBeLessThan((terms[0] ?? NaN) - 0.1)
  expect(metricOf(regularised, 'smoothness').at(-1)?.[1]).toBeCloseTo(smoothness?.after ?? NaN, 6)

  const first = await runInProcess(job(1e-3), { pauseAfter: 3 })
  const second = await runInProcess(job(1e-3), { checkpoint: lastCheckpoint(first) })
  expect(resultOf('train', second)).toEqual({
    ...resultOf('train', regularised),
    seconds: expect.anything() as unknown,
  })
})
