import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { datasetPath, storeLayout } from '#main/store/layout.ts'
import { preprocessingPresets } from '#shared/preprocessing.ts'
import { trainDefaults } from '#shared/presets.ts'
import type { FromTrainer, JobResult, TrainerJob } from '#shared/trainer-protocol.ts'
import { addSmallDataset } from '#test/support/small-dataset.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'
import type { JobContext } from '#trainer/job-context.ts'
import { train } from '#trainer/jobs/train.ts'
import { loadNetwork } from '#trainer/network-file.ts'

vi.setConfig({ testTimeout: 240_000 })

type TrainJob = Extract<TrainerJob, { kind: 'train' }>

/** Runs the job in this process; asks for a pause once `pauseAfter` metrics messages have come. */
async function run(job: TrainJob, checkpoint?: Uint8Array, pauseAfter = Infinity): Promise<readonly FromTrainer[]> {
  const messages: FromTrainer[] = []
  let milliseconds = 0
  const context: JobContext = {
    executor: { executor: 'onnxruntime', provider: 'cpu', threads: 1 },
    checkpoint,
    send: (message) => messages.push(message),
    // A second a call: every step reports.
    now: () => (milliseconds += 1000),
    breathe: () => Promise.resolve(),
    isPauseRequested: () => messages.filter(({ type }) => type === 'metrics').length >= pauseAfter,
  }
  await train(job, context)
  return messages
}

function resultOf(messages: readonly FromTrainer[]): Extract<JobResult, { kind: 'train' }> {
  const found = messages.find((message) => message.type === 'result')
  if (found?.type !== 'result' || found.result.kind !== 'train') throw new Error('the run sent no result')
  return found.result
}

function lastCheckpoint(messages: readonly FromTrainer[]): Uint8Array {
  const found = messages.findLast((message) => message.type === 'checkpoint')
  if (found?.type !== 'checkpoint') throw new Error('the run sent no checkpoint')
  return found.bytes
}

/** Values of one metric by step. */
function metric(messages: readonly FromTrainer[], name: string): readonly (readonly [number, number])[] {
  const points = messages.flatMap((message) => (message.type === 'metrics' ? message.points : []))
  return points.filter((point) => point.name === name).map(({ step, value }) => [step, value])
}

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
  const whole = await run(job)
  const losses = metric(whole, 'loss.epoch').map(([, loss]) => loss)
  expect(losses).toHaveLength(3)
  expect(losses[2]).toBeLessThan((losses[0] ?? 0) * 0.9)

  const first = await run(job, undefined, 8)
  expect(first.at(-1)).toEqual({ type: 'paused', step: expect.any(Number) as number })
  const second = await run(job, lastCheckpoint(first))
  for (const name of ['loss.train', 'loss.epoch', 'accuracy.train', 'accuracy.validation']) {
    const values = new Map([...metric(first, name), ...metric(second, name)])
    expect(values, name).toEqual(new Map(metric(whole, name)))
  }
  expect(resultOf(second)).toEqual({ ...resultOf(whole), seconds: expect.anything() as unknown })

  // Whoever loads the network normalises as its training did.
  const path = join(storeFolder, 'trained.safetensors')
  await writeFile(path, resultOf(whole).network)
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
  const scratch = await run(job)
  const path = join(storeFolder, 'trained.safetensors')
  const { network } = resultOf(scratch)
  await writeFile(path, network)
  const start = { path, sha256: '', architecture: config.architecture, classes: 10 }
  const further = await run({ ...job, config: { ...config, epochs: 1, learningRate: 0.001 }, network: start })
  const firstLoss = (messages: readonly FromTrainer[]): number => metric(messages, 'loss.train')[0]?.[1] ?? NaN
  expect(firstLoss(further)).toBeLessThan(firstLoss(scratch) * 0.8)
  expect(resultOf(further).network).not.toEqual(network)
})
