import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { datasetPath, storeLayout } from '#main/store/layout.ts'
import { float32Tensor, sizeOf, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { trainDefaults } from '#shared/training/defaults.ts'
import { Random } from '#shared/basics/random.ts'
import type { TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { addSmallDataset } from '#test/support/small-dataset.ts'
import { messagesOf, resultOf } from '#test/support/trainer-job.ts'
import { reconstructionErrors } from '#trainer/measure/reconstruction-errors.ts'
import { loadNetwork, type LoadedNetwork } from '#trainer/weights/stored-network.ts'

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

type ImportanceJob = Extract<TrainerJob, { kind: 'importance' }>

/** Of the 60 validation images each of the 10 classes has as many. */
const CHANCE = 6

const architecture = 'resnet20-cifar-b'
let folder: string
let original: LoadedNetwork
let job: ImportanceJob

async function store(name: string, parameters: HostTensors): Promise<string> {
  const path = join(folder, `${name}.safetensors`)
  await writeFile(path, writeSafetensors(Object.entries(parameters)))
  return path
}

/** The represented weights of the original network after `change`. */
function changed(change: (weight: number) => number): HostTensors {
  return Object.fromEntries(
    original.network.representedLayers.map(({ name, shape }) => [
      name,
      float32Tensor(shape, Float32Array.from(original.parameters[name]?.data ?? [], change)),
    ]),
  )
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nern-test-'))
  const { sha256 } = await addSmallDataset(folder)
  const dataset = { path: datasetPath(storeLayout(folder), sha256), sha256 }
  const config = { ...trainDefaults, architecture, epochs: 8, batchSize: 32, warmupEpochs: 0.5 } as const
  const { network } = await resultOf<'train'>({ kind: 'train', config, dataset })
  const path = join(folder, 'original.safetensors')
  await writeFile(path, network)
  original = await loadNetwork({ path, architecture, classes: 10 })
  const random = Random.fromSeed(11)
  const noisy = changed((weight) => weight + 0.02 * random.normal())
  job = {
    kind: 'importance',
    network: { path, sha256: '', architecture, classes: 10 },
    reconstructedPath: await store('reconstructed', { ...original.parameters, ...noisy }),
    representation: { linearLayers: false, tiles: false },
    relativeError: reconstructionErrors(original.parameters, noisy).relativeError,
    dataset,
    level: 'weight',
    split: 'validation',
    limit: 0,
    scores: ['relative-error', 'magnitude', 'random'],
    fractions: [0, 0.5, 1],
    seeds: [1, 2],
  }
})
afterAll(() => rm(folder, { recursive: true }))

function correctOf(path: string): Promise<number> {
  const { network, dataset, split, limit } = job
  return resultOf<'evaluate'>({ kind: 'evaluate', network: { ...network, path }, dataset, split, limit }).then(
    ({ evaluation }) => evaluation.correct,
  )
}

it('begins at the accuracy of the original network and ends at chance, whatever the score', async () => {
  const { images, layers, curves } = await resultOf<'importance'>(job)
  const whole = await correctOf(job.network.path)
  expect(images).toBe(60)
  expect(whole).toBeGreaterThan(2 * CHANCE)
  const ends = curves.map(({ points }) => [points[0]?.correct, points[2]?.correct])
  // Without a weight every image is classified alike, and each class has as many images.
  expect(ends).toEqual([
    [[whole], [CHANCE]],
    [[whole], [CHANCE]],
    [
      [whole, whole],
      [CHANCE, CHANCE],
    ],
  ])
  const weights = layers.reduce((sum, layer) => sum + layer.weights, 0)
  for (const { points } of curves) {
    const zeroed = points.map((point) => point.zeroed.reduce((sum, count) => sum + count, 0))
    expect(zeroed).toEqual([0, weights / 2, weights])
  }
})

it('measures half of the weights pruned by magnitude as a network that was pruned by hand', async () => {
  const magnitudes = original.network.representedLayers
    .flatMap(({ name }) => [...(original.parameters[name]?.data ?? [])].map(Math.abs))
    .sort((a, b) => a - b)
  const threshold = magnitudes[magnitudes.length / 2] ?? NaN
  const pruned = changed((weight) => (Math.abs(weight) < threshold ? 0 : weight))
  const { curves } = await resultOf<'importance'>({ ...job, scores: ['magnitude'], fractions: [0.5] })
  const expected = await correctOf(await store('pruned', { ...original.parameters, ...pruned }))
  expect(curves[0]?.points[0]?.correct).toEqual([expected])
})

it('zeroes whole filters, and no more weights than asked', async () => {
  const { layers, curves } = await resultOf<'importance'>({ ...job, level: 'filter', fractions: [0.3], limit: 10 })
  const filterSizes = original.network.representedLayers.map(({ shape }) => sizeOf(shape) / shape[0])
  const asked = 0.3 * layers.reduce((sum, layer) => sum + layer.weights, 0)
  for (const { points } of curves) {
    const zeroed = points[0]?.zeroed ?? []
    expect(zeroed.filter((count, at) => count % (filterSizes[at] ?? NaN) !== 0)).toEqual([])
    const total = zeroed.reduce((sum, count) => sum + count, 0)
    expect(total).toBeLessThanOrEqual(asked)
    expect(total).toBeGreaterThan(asked - Math.max(...filterSizes))
  }
})

it('refuses a reconstructed network that is not the one the run ended with', async () => {
  await expect(messagesOf({ ...job, reconstructedPath: job.network.path })).rejects.toMatchObject({
    code: 'file-corrupt',
    where: job.network.path,
  })
})

it('reports progress and stops between two batches when it is cancelled', async () => {
  const phases = (await messagesOf({ ...job, scores: ['magnitude'], fractions: [0, 0.5] })).filter(
    (message) => message.type === 'phase',
  )
  expect(phases).toEqual([
    { type: 'phase', phase: 'pruning by magnitude', done: 1, total: 2, isRepeatable: true },
    { type: 'phase', phase: 'pruning by magnitude', done: 2, total: 2, isRepeatable: true },
  ])
  await expect(messagesOf(job, 2)).rejects.toMatchObject({ code: 'cancelled' })
})
