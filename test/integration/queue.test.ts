import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadSqlite } from '#main/store/sqlite.ts'
import { defaultLimits } from '#main/trainer-host/supervisor.ts'
import type { Studio } from '#main/studio.ts'
import type { SpectralConfig } from '#shared/methods/spectral/config.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import { summaryOf } from '#shared/experiment/experiment-summary.ts'
import type { ExperimentRecord, MetricPoint } from '#shared/protocol/records.ts'
import {
  call,
  createExperiment,
  fillLibrary,
  nextEvent,
  openStudio,
  reaches,
  reachesStep,
  scriptTrainers,
  writeNetworkFile,
} from '#test/support/studio.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

const STEPS = 60

interface Ending {
  readonly points: readonly MetricPoint[]
  readonly predictor: string
}

async function endingOf(studio: Studio, storeFolder: string, experiment: ExperimentRecord): Promise<Ending> {
  const id = experiment.latestRun?.id ?? ''
  return {
    points: await call(studio, 'runs.metrics', { id, afterStep: -1, maxPoints: 1000 }),
    predictor: readFileSync(join(storeFolder, 'runs', id, 'package.nern.safetensors'), 'utf8'),
  }
}

let undisturbed: Promise<Ending> | undefined

/** What an experiment that nobody disturbs ends with: the same for every test, so it is run once. */
function undisturbedEnding(): Promise<Ending> {
  undisturbed ??= runUndisturbed()
  return undisturbed
}

async function runUndisturbed(): Promise<Ending> {
  const storeFolder = temporaryFolder()
  const studio = await openStudio({ storeFolder })
  const experiment = await createExperiment(studio, await fillLibrary(studio), STEPS)
  studio.queue.startDispatching()
  return endingOf(studio, storeFolder, await reaches(studio, experiment.id, 'completed', 'failed'))
}

/** Starts an experiment and stops its trainer's clock at a step; trainers started after it run freely. */
async function startAndHold(studio: Studio, id: string, step: number): Promise<void> {
  scriptTrainers({ holdAtStep: step })
  const reached = reachesStep(studio, id, step)
  studio.queue.startDispatching()
  await reached
  scriptTrainers({})
}

it('runs an experiment to its end and keeps what it made', async () => {
  const storeFolder = temporaryFolder()
  const studio = await openStudio({ storeFolder })
  const library = await fillLibrary(studio)
  const { id } = await createExperiment(studio, library, STEPS)
  studio.queue.startDispatching()
  const { latestRun } = await reaches(studio, id, 'completed', 'failed')
  expect(latestRun).toMatchObject({
    status: 'completed',
    attempt: 1,
    step: STEPS,
    totalSteps: STEPS,
    device: 'scripted',
  })
  expect(latestRun?.result).toMatchObject({
    kind: 'compress',
    accuracies: [
      { split: 'validation', original: { correct: 9, total: 10 }, reconstructed: { correct: 8, total: 10 } },
      { split: 'test', original: { correct: 9, total: 10 }, reconstructed: { correct: 7, total: 10 } },
    ],
  })
  expect(readdirSync(join(storeFolder, 'runs', latestRun?.id ?? '')).sort()).toEqual([
    // The end of its steps, from which it can be forked.
    expect.stringMatching(/^checkpoint-00000050-/),
    'manifest.json',
    'package.nern.safetensors',
    'reconstructed.safetensors',
  ])
  expect(await call(studio, 'runs.preview', { id: latestRun?.id ?? '' })).toHaveLength(1)
  const compared = await call(studio, 'experiments.compare', { ids: [id], split: 'test' })
  expect(compared.entries[0]).toMatchObject({ original: { accuracy: 0.9 }, reconstructed: { accuracy: 0.7 } })
  expect(compared.pairs).toMatchObject([
    { second: { experimentId: id }, agreement: { bothRight: 7, onlyFirst: 2, onlySecond: 0, bothWrong: 1 } },
  ])
  const [pair] = compared.pairs
  if (pair === undefined) throw new Error('no pair')
  const { flips } = await call(studio, 'comparisons.flips', { first: pair.first, second: pair.second, split: 'test' })
  expect(flips).toHaveLength(2)
  expect(flips.every(({ label, first, second }) => first.classIndex === label && second.classIndex !== label)).toBe(
    true,
  )
})

it('goes on from the last checkpoint after its trainer was killed, as if nothing had happened', async () => {
  const storeFolder = temporaryFolder()
  const studio = await openStudio({ storeFolder })
  const { id } = await createExperiment(studio, await fillLibrary(studio), STEPS)
  await startAndHold(studio, id, 25)
  process.kill(studio.queue.trainerPids().get(id) ?? NaN, 'SIGKILL')
  const experiment = await reaches(studio, id, 'completed', 'failed')
  expect(experiment).toMatchObject({ status: 'completed', latestRun: { attempt: 1 } })
  const log = await call(studio, 'runs.log', { id: experiment.latestRun?.id ?? '' })
  expect(log.map(({ text }) => text)).toEqual([
    'Runs on scripted.',
    expect.stringMatching(/^Kept a checkpoint of step 10 \(\d+ bytes\)\.$/),
    expect.stringMatching(/^Kept a checkpoint of step 20 /),
    expect.stringMatching(/^The trainer died at step 25 \(killed by SIGKILL\); restart 1 of 3/),
    'Going on from the checkpoint of step 20.',
    'Runs on scripted.',
    expect.stringMatching(/^Kept a checkpoint of step 30 /),
    expect.stringMatching(/^Kept a checkpoint of step 40 /),
    expect.stringMatching(/^Kept a checkpoint of step 50 /),
  ])
  expect(await endingOf(studio, storeFolder, experiment)).toEqual(await undisturbedEnding())
})

it('fails an experiment that dies twice at the same step, and retry goes on from its checkpoint', async () => {
  const storeFolder = temporaryFolder()
  const studio = await openStudio({ storeFolder })
  const { id } = await createExperiment(studio, await fillLibrary(studio), STEPS)
  scriptTrainers({ dieAtStep: 35 })
  studio.queue.startDispatching()
  const failed = await reaches(studio, id, 'completed', 'failed')
  expect(failed.latestRun?.error).toMatchObject({ code: 'trainer-gone', where: 'step 34' })
  expect(failed.latestRun?.error?.message).toMatch(/it died twice at step 34/)
  scriptTrainers({})
  await call(studio, 'queue.retry', { ids: [id] })
  const experiment = await reaches(studio, id, 'completed')
  expect(experiment.latestRun?.attempt).toBe(1)
  expect(await endingOf(studio, storeFolder, experiment)).toEqual(await undisturbedEnding())
})

it('uses the checkpoint before a damaged one and says so', async () => {
  const storeFolder = temporaryFolder()
  const studio = await openStudio({ storeFolder })
  const { id } = await createExperiment(studio, await fillLibrary(studio), STEPS)
  await startAndHold(studio, id, 35)
  await call(studio, 'queue.pause', { ids: [id] })
  const { latestRun } = await reaches(studio, id, 'paused')
  const runId = latestRun?.id ?? ''
  const [newest] = await call(studio, 'runs.checkpoints', { id: runId })
  const folder = join(storeFolder, 'runs', runId)
  const name = readdirSync(folder).find((file) => file.includes(newest?.sha256.slice(0, 8) ?? '?')) ?? ''
  writeFileSync(join(folder, name), 'damaged')
  await call(studio, 'queue.resume', { ids: [id] })
  const experiment = await reaches(studio, id, 'completed')
  const log = await call(studio, 'runs.log', { id: runId })
  expect(log.map(({ text }) => text)).toContainEqual(expect.stringMatching(/has changed since it was written/))
  expect(await endingOf(studio, storeFolder, experiment)).toEqual(await undisturbedEnding())
})

it('pauses with a checkpoint and resumes the same run', async () => {
  const storeFolder = temporaryFolder()
  const studio = await openStudio({ storeFolder })
  const { id } = await createExperiment(studio, await fillLibrary(studio), STEPS)
  await startAndHold(studio, id, 5)
  await call(studio, 'queue.pause', { ids: [id] })
  const paused = await reaches(studio, id, 'paused')
  expect(paused.latestRun?.status).toBe('paused')
  await call(studio, 'queue.resume', { ids: [id] })
  const experiment = await reaches(studio, id, 'completed')
  expect(experiment.latestRun?.attempt).toBe(1)
  expect(await endingOf(studio, storeFolder, experiment)).toEqual(await undisturbedEnding())
})

it('cancels, and retry begins a new attempt', async () => {
  const studio = await openStudio()
  const { id } = await createExperiment(studio, await fillLibrary(studio), STEPS)
  await startAndHold(studio, id, 5)
  await call(studio, 'queue.cancel', { ids: [id] })
  expect((await reaches(studio, id, 'cancelled')).latestRun?.status).toBe('cancelled')
  await call(studio, 'queue.retry', { ids: [id] })
  expect((await reaches(studio, id, 'completed')).latestRun?.attempt).toBe(2)
})

it('runs one experiment a device at a time, in order', async () => {
  const studio = await openStudio()
  const library = await fillLibrary(studio)
  const [a, b, c] = [
    await createExperiment(studio, library, 5, 'a'),
    await createExperiment(studio, library, 5, 'b'),
    await createExperiment(studio, library, 5, 'c'),
  ]
  await call(studio, 'queue.move', { id: c.id, position: 1 })
  const started: string[] = []
  let mostAtOnce = 0
  studio.events.on('queue-changed', ({ running }) => {
    mostAtOnce = Math.max(mostAtOnce, running.length)
    for (const id of running) if (!started.includes(id)) started.push(id)
  })
  studio.queue.startDispatching()
  await reaches(studio, b.id, 'completed')
  await reaches(studio, a.id, 'completed')
  expect({ started, mostAtOnce }).toEqual({ started: [c.id, a.id, b.id], mostAtOnce: 1 })
})

it('clears what waits, and puts it back as it was, before what came later', async () => {
  const studio = await openStudio()
  const library = await fillLibrary(studio)
  const create = async (name: string) => (await createExperiment(studio, library, STEPS, name)).id
  const [a, b, c] = [await create('a'), await create('b'), await create('c')]
  await call(studio, 'queue.move', { id: c, position: 1 })
  const cleared = await call(studio, 'queue.clear', {})
  expect(cleared).toMatchObject({ ids: [c, a, b], state: { waiting: [] } })
  const later = await create('later')
  // What somebody did with one of them meanwhile holds.
  await call(studio, 'queue.retry', { ids: [a] })
  expect((await call(studio, 'queue.restore', { ids: [...cleared.ids] })).waiting).toEqual([c, b, later, a])
})

it('leaves an interrupted run its checkpoint when the queue is cleared and put back', async () => {
  const storeFolder = temporaryFolder()
  const first = await openStudio({ storeFolder })
  const { id } = await createExperiment(first, await fillLibrary(first), STEPS)
  await startAndHold(first, id, 25)
  await first.close()
  const studio = await openStudio({ storeFolder })
  // What is left of it, and not what a whole run takes.
  const { waiting } = await call(studio, 'queue.times', { first: 1 })
  const { record } = await call(studio, 'experiments.get', { id })
  expect(waiting[0]?.seconds).toBeCloseTo((STEPS - (record.latestRun?.step ?? NaN)) / 100, 6)
  const { ids } = await call(studio, 'queue.clear', {})
  await call(studio, 'queue.restore', { ids: [...ids] })
  studio.queue.startDispatching()
  const experiment = await reaches(studio, id, 'completed')
  expect(experiment.latestRun?.attempt).toBe(1)
  expect(await endingOf(studio, storeFolder, experiment)).toEqual(await undisturbedEnding())
})

it('says how many times it does not know, and which experiment is told one by one', async () => {
  const studio = await openStudio()
  const library = await fillLibrary(studio)
  const [a] = [await createExperiment(studio, library, 5, 'a'), await createExperiment(studio, library, 5, 'b')]
  const unknown = { seconds: undefined, endsIn: undefined }
  expect(await call(studio, 'queue.times', { first: 1 })).toEqual({
    seconds: 0,
    unknown: 2,
    waiting: [{ id: a.id, ...unknown, startsIn: 0 }],
  })
})

it('keeps a diverged run failed with the checkpoint before it', async () => {
  scriptTrainers({ divergeAtStep: 25 })
  const studio = await openStudio()
  const { id } = await createExperiment(studio, await fillLibrary(studio), STEPS)
  studio.queue.startDispatching()
  const { latestRun } = await reaches(studio, id, 'failed')
  expect(latestRun?.error).toMatchObject({ code: 'diverged', where: 'step 25' })
  const checkpoints = await call(studio, 'runs.checkpoints', { id: latestRun?.id ?? '' })
  expect(checkpoints.map(({ step }) => step)).toEqual([20, 10])
})

it('holds the queue when the disk is full, with the checkpoint before it kept, and goes on by itself', async () => {
  let written = 0
  let isFull = true
  const studio = await openStudio({
    async writeBytes(file, bytes) {
      written++
      if (isFull && written >= 2) throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' })
      await file.writeFile(bytes)
    },
  })
  const { id } = await createExperiment(studio, await fillLibrary(studio), STEPS)
  studio.queue.startDispatching()
  const held = await reaches(studio, id, 'queued', 'completed')
  expect(held).toMatchObject({ status: 'queued', latestRun: { status: 'interrupted', error: { code: 'disk-full' } } })
  const checkpoints = await call(studio, 'runs.checkpoints', { id: held.latestRun?.id ?? '' })
  expect(checkpoints.map(({ step }) => step)).toEqual([10])
  expect((await call(studio, 'queue.list', {})).held).toMatchObject({ code: 'disk-full' })
  isFull = false
  expect((await reaches(studio, id, 'completed', 'failed')).status).toBe('completed')
})

it('shows a stopped trainer as not responding, and where it stands when it goes on', async () => {
  const studio = await openStudio({ limits: { ...defaultLimits, silenceShownMs: 400 } })
  const { id } = await createExperiment(studio, await fillLibrary(studio), STEPS)
  await startAndHold(studio, id, 12)
  const pid = studio.queue.trainerPids().get(id) ?? 0
  const phaseIs = (wanted: RegExp) =>
    nextEvent(studio, 'experiment-changed', ({ latestRun }) => wanted.test(latestRun?.phase ?? ''))
  await phaseIs(/^not responding$/)
  process.kill(pid, 'SIGCONT')
  const going = phaseIs(/^reconstruction/)
  await call(studio, 'queue.pause', { ids: [id] })
  await going
  await reaches(studio, id, 'paused')
})

it('fails a run whose trainer talks nonsense', async () => {
  scriptTrainers({ nonsenseAtStep: 5 })
  const studio = await openStudio()
  const { id } = await createExperiment(studio, await fillLibrary(studio), STEPS)
  studio.queue.startDispatching()
  const { latestRun } = await reaches(studio, id, 'failed', 'completed')
  expect(latestRun?.error).toMatchObject({ code: 'internal' })
  expect(latestRun?.error?.message).toMatch(/unknown message/)
})

it('leaves what ran waiting in the queue when it closes, and another studio ends it', async () => {
  const storeFolder = temporaryFolder()
  const studio = await openStudio({ storeFolder })
  const { id } = await createExperiment(studio, await fillLibrary(studio), STEPS)
  await startAndHold(studio, id, 12)
  await studio.close()
  // What a kill in the middle of a write would have left.
  const [run = ''] = readdirSync(join(storeFolder, 'runs'))
  writeFileSync(join(storeFolder, 'runs', run, '.package.22424.part'), '')

  const next = await openStudio({ storeFolder })
  expect((await call(next, 'queue.list', {})).waiting).toEqual([id])
  expect((await call(next, 'experiments.get', { id })).record.latestRun?.status).toBe('interrupted')
  next.queue.startDispatching()
  const experiment = await reaches(next, id, 'completed', 'failed')
  expect(readdirSync(join(storeFolder, 'runs', run)).filter((name) => name.endsWith('.part'))).toEqual([])
  expect(experiment).toMatchObject({ status: 'completed', latestRun: { attempt: 1 } })
  expect(await endingOf(next, storeFolder, experiment)).toEqual(await undisturbedEnding())
})

it('sets aside what cannot be read and goes on with the next', async () => {
  const storeFolder = temporaryFolder()
  const studio = await openStudio({ storeFolder })
  const library = await fillLibrary(studio)
  const unreadable = await createExperiment(studio, library, 5, 'of tomorrow')
  const next = await createExperiment(studio, library, 5, 'next')
  const sqlite = loadSqlite()
  const db = new sqlite(join(storeFolder, 'studio.sqlite'))
  const newer = JSON.stringify({ ...unreadable.config, version: 99 })
  db.prepare('UPDATE experiment_configs SET config = ? WHERE experiment_id = ?').run(newer, unreadable.id)
  db.close()
  studio.queue.startDispatching()
  await reaches(studio, next.id, 'completed')
  const { items } = await call(studio, 'experiments.list', {})
  expect(items).toMatchObject([
    { name: 'next', status: 'completed' },
    { name: 'of tomorrow', status: 'paused', problem: { message: expect.stringMatching(/newer studio/) as string } },
  ])
  const ids = [unreadable.id]
  await expect(call(studio, 'queue.resume', { ids })).rejects.toMatchObject({
    code: 'record-unreadable',
    message: expect.stringMatching(/^of tomorrow cannot be run\. /) as string,
  })
  await expect(call(studio, 'experiments.get', { id: unreadable.id })).rejects.toMatchObject({
    code: 'record-unreadable',
  })
  await call(studio, 'experiments.trash', { ids })
  expect((await call(studio, 'experiments.list', {})).total).toBe(1)
})

it('announces summaries, and only places when something moves', async () => {
  const studio = await openStudio()
  const library = await fillLibrary(studio)
  const heard: (readonly string[])[] = []
  let changed = 0
  const [a, b] = [await createExperiment(studio, library, 5, 'a'), await createExperiment(studio, library, 5, 'b')]
  studio.events.on('experiment-changed', () => changed++)
  studio.events.on('queue-changed', ({ waiting }) => heard.push(waiting))
  await call(studio, 'queue.move', { id: b.id, position: 1 })
  expect({ heard, changed }).toEqual({ heard: [[b.id, a.id]], changed: 0 })
  const [announced] = await Promise.all([
    nextEvent(studio, 'experiment-changed', ({ id }) => id === a.id),
    call(studio, 'experiments.update', { id: a.id, notes: 'long', tags: ['x'] }),
  ])
  const { record } = await call(studio, 'experiments.get', { id: a.id })
  expect(announced).toEqual(summaryOf(record))
  expect(Object.keys(announced)).not.toEqual(expect.arrayContaining(['config']))
  expect(record).toMatchObject({ notes: 'long', queuePosition: 2 })
})

it('trains a network and keeps it in the library', async () => {
  const studio = await openStudio()
  const { dataset } = await fillLibrary(studio)
  const { trainDefaults } = await import('#shared/training/defaults.ts')
  const { id } = await call(studio, 'experiments.create', {
    name: 'my network',
    config: { ...trainDefaults, epochs: 3, seed: 7 },
    datasetId: dataset.id,
    enqueue: true,
  })
  studio.queue.startDispatching()
  const { latestRun } = await reaches(studio, id, 'completed', 'failed')
  expect(latestRun?.error).toBeUndefined()
  expect(latestRun?.result).toMatchObject({
    kind: 'train',
    test: { correct: 8, total: 10 },
    smoothness: { before: 0.01, after: 0.2 },
  })
  const networks = await call(studio, 'networks.list', {})
  const trained = networks.find(({ name }) => name === 'my network')
  expect(trained).toMatchObject({ origin: { kind: 'trained', source: 'my network' }, architecture: 'resnet20-cifar-b' })
  const detail = await call(studio, 'networks.get', { id: trained?.id ?? '' })
  expect(detail.evaluations.map(({ split, correct }) => [split, correct])).toEqual([
    ['test', 8],
    ['validation', 9],
  ])
})

it('starts a training from a network of the same architecture only', async () => {
  const studio = await openStudio()
  const { network, dataset } = await fillLibrary(studio)
  const { trainDefaults } = await import('#shared/training/defaults.ts')
  const from = (architecture: string) =>
    call(studio, 'experiments.create', {
      config: { ...trainDefaults, architecture },
      networkId: network.id,
      datasetId: dataset.id,
      enqueue: false,
    })
  expect(await from(network.architecture)).toMatchObject({ status: 'draft', networkId: network.id })
  await expect(from('resnet56-cifar-b')).rejects.toMatchObject({
    code: 'invalid-config',
    message: expect.stringContaining('cannot start the training of a resnet56-cifar-b') as string,
  })
  expect(await call(studio, 'experiments.list', {})).toMatchObject({ total: 1 })
})

it('keeps what a compression by coded kernels made', async () => {
  const storeFolder = temporaryFolder()
  const studio = await openStudio({ storeFolder })
  const { network, dataset } = await fillLibrary(studio)
  const config = { ...spectralDefaults, layers: 'conv1.weight exact' }
  const subject = { networkId: network.id, datasetId: dataset.id }
  const { id, name } = await call(studio, 'experiments.create', { config, ...subject, enqueue: true })
  studio.queue.startDispatching()
  const { latestRun } = await reaches(studio, id, 'completed', 'failed')
  expect([name, latestRun?.result]).toMatchObject([
    'small spectral 15x, layers treated otherwise conv1.weight exact',
    { kind: 'spectral', sizes: { totalBytes: 5 }, seconds: { compression: 1, total: 1 } },
  ])
  const files = readdirSync(join(storeFolder, 'runs', latestRun?.id ?? ''))
  expect(files).toContain('package.spectral.safetensors')
})

it('refuses coded kernels with layers that the network lacks, or on images that are not there', async () => {
  const studio = await openStudio()
  const { network, dataset } = await fillLibrary(studio)
  const create = (changes: Partial<SpectralConfig>) =>
    call(studio, 'experiments.create', {
      config: { ...spectralDefaults, ...changes },
      networkId: network.id,
      datasetId: dataset.id,
      enqueue: true,
    })
  await expect(create({ layers: 'conv1.wieght exact' })).rejects.toMatchObject({
    code: 'invalid-config',
    where: 'layers',
    message: 'The network has no layer conv1.wieght.',
    remedy: 'Did you mean conv1.weight?',
  })
  await expect(create({ correction: { images: 'dataset', count: 100_000 } })).rejects.toMatchObject({
    code: 'dataset-mismatch',
    message: expect.stringContaining('100000 are needed to correct the channels on') as string,
  })
  const distillation = { ...spectralDefaults.distillation, steps: 1, dataBatch: 4096 }
  await expect(create({ distillation })).rejects.toMatchObject({
    code: 'dataset-mismatch',
    message: expect.stringContaining('fill a batch of the distillation') as string,
  })
  expect(await call(studio, 'experiments.list', {})).toMatchObject({ total: 0 })
})

it('refuses a data set whose images a network does not take', async () => {
  const studio = await openStudio()
  const { dataset } = await fillLibrary(studio)
  const { trainDefaults } = await import('#shared/training/defaults.ts')
  const training = call(studio, 'experiments.create', {
    config: { ...trainDefaults, architecture: 'resnet18-imagenet' },
    datasetId: dataset.id,
    enqueue: false,
  })
  await expect(training).rejects.toMatchObject({
    code: 'dataset-mismatch',
    message: 'ResNet-18 (ImageNet) takes images of 3 x 224 x 224, and the stored ones are 3 x 32 x 32 in images.',
  })
})

it('refuses to measure an ImageNet network on small images', async () => {
  const studio = await openStudio()
  const { dataset } = await fillLibrary(studio)
  const file = writeNetworkFile(temporaryFolder(), 1, 'squeezenet1_1-imagenet')
  const { id } = await call(studio, 'networks.import', { taskId: 'other', file, name: 'other' })
  const measuring = call(studio, 'networks.evaluate', {
    taskId: 'm',
    id,
    datasetId: dataset.id,
    split: 'test',
    limit: 0,
  })
  await expect(measuring).rejects.toMatchObject({ code: 'dataset-mismatch' })
})
