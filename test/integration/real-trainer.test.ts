import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { beforeAll, expect, it, vi } from 'vitest'
import { openPackage } from '#formats/nern-package/reader.ts'
import { Studio } from '#main/studio.ts'
import { sizeBreakdown } from '#shared/methods/nern/accounting.ts'
import type { SizeBreakdown, SizePartName } from '#shared/package/accounting.ts'
import { continued } from '#shared/experiment/continued-config.ts'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import type { ExperimentRecord } from '#shared/protocol/records.ts'
import { unwrap } from '#shared/basics/result.ts'
import { answerOf, startCommand } from '#test/support/command-line.ts'
import { trainerPath } from '#test/support/programs.ts'
import { fillStore, realStudioOptions } from '#test/support/real-trainer.ts'
import { call, nextEvent, openStudio, reaches } from '#test/support/studio.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

/** Enough for a process to be killed among them: every fifth measures accuracy, which takes most of the time of a run. */
const RECONSTRUCTION_STEPS = 100
const DISTILLATION_STEPS = 24
const QUANTISATION_STEPS = 12

const config: CompressConfig = {
  ...fastConfig,
  predictor: { ...fastConfig.predictor, hiddenSize: 24 },
  permutation: { ...fastConfig.permutation, mode: 'in-filter' },
  reconstruction: {
    ...fastConfig.reconstruction,
    steps: RECONSTRUCTION_STEPS,
    sampling: { method: 'uniform', kernels: 256 },
  },
  distillation: {
    ...fastConfig.distillation,
    steps: DISTILLATION_STEPS,
    sampling: { method: 'uniform', kernels: 256 },
    // No divisor of the steps between checkpoints: a killed run must find its cache again.
    refreshEverySteps: 7,
    dataBatch: 4,
    rampSteps: 4,
  },
  quantisation: { ...fastConfig.quantisation, steps: QUANTISATION_STEPS },
  storage: { ...fastConfig.storage, predictor: 'int6' },
  evaluation: { everySteps: 5, images: 8, keep: 'best-validation' },
  checkpointEverySteps: 10,
}

/** Real training in several processes, on a machine that may be busy. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

let undisturbed: Ending
beforeAll(async () => {
  const storeFolder = mkdtempSync(join(tmpdir(), 'nern-test-'))
  undisturbed = await undisturbedEnding(storeFolder).finally(() => rmSync(storeFolder, { recursive: true }))
})

async function create(studio: Studio, name: string, changes: Partial<CompressConfig> = {}): Promise<ExperimentRecord> {
  const [network] = await call(studio, 'networks.list', {})
  const [dataset] = await call(studio, 'datasets.list', {})
  return call(studio, 'experiments.create', {
    name,
    config: { ...config, ...changes },
    networkId: network?.id ?? '',
    datasetId: dataset?.id ?? '',
    enqueue: true,
  })
}

interface Ending {
  readonly last: ReadonlyMap<string, { readonly step: number; readonly value: number }>
  readonly predictor: string
  readonly reconstructed: string
  readonly relativeError: number | undefined
  /** Errors of all layers by step, where a snapshot of the kernels was taken. */
  readonly kernels: ReadonlyMap<number, readonly number[]>
}

/** The last value of every loss, and the hashes of both files a run leaves. */
async function endingOf(studio: Studio, storeFolder: string, { latestRun }: ExperimentRecord): Promise<Ending> {
  const id = latestRun?.id ?? ''
  const points = await call(studio, 'runs.metrics', { id, afterStep: -1 })
  const losses = points.filter(({ name }) => name.startsWith('loss.'))
  const last = new Map(losses.map(({ name, step, value }) => [name, { step, value }]))
  const fileOf = (name: string) =>
    createHash('sha256')
      .update(readFileSync(join(storeFolder, 'runs', id, name)))
      .digest('hex')
  const { steps } = await call(studio, 'runs.kernels', { id })
  return {
    last,
    kernels: new Map(steps.map(({ step, errors }) => [step, errors])),
    predictor: fileOf('package.nern.safetensors'),
    reconstructed: fileOf('reconstructed.safetensors'),
    relativeError: latestRun?.result?.kind === 'compress' ? latestRun.result.relativeError : undefined,
  }
}

/** A busy machine takes fewer snapshots: those that both runs took show the same. */
function expectSame({ kernels, ...ending }: Ending, { kernels: expected, ...others }: Ending): void {
  expect(ending).toEqual(others)
  const both = [...kernels.keys()].filter((step) => expected.has(step))
  expect(both.length).toBeGreaterThan(3)
  for (const step of both) expect(kernels.get(step), `step ${step}`).toEqual(expected.get(step))
}

async function undisturbedEnding(storeFolder: string): Promise<Ending> {
  await fillStore(storeFolder)
  // Outlives no test, so no test closes it.
  const studio = await Studio.open(realStudioOptions(storeFolder))
  const { id } = await create(studio, 'undisturbed')
  studio.queue.startDispatching()
  const experiment = await reaches(studio, id, 'completed', 'failed')
  expect(experiment.latestRun?.error).toBeUndefined()
  const ending = await endingOf(studio, storeFolder, experiment)
  await studio.close()
  return ending
}

it('ends with the same loss to the last bit when its trainer is killed in every phase', async () => {
  const storeFolder = temporaryFolder()
  await fillStore(storeFolder)
  const studio = await openStudio(realStudioOptions(storeFolder))
  const { id } = await create(studio, 'disturbed')
  const killAt = async (step: number) => {
    await nextEvent(studio, 'run-metrics', ({ run }) => run.step >= step)
    process.kill(studio.queue.trainerPids().get(id) ?? NaN, 'SIGKILL')
  }
  const firstKill = killAt(20)
  studio.queue.startDispatching()
  await firstKill
  await killAt(RECONSTRUCTION_STEPS + 2)
  await killAt(RECONSTRUCTION_STEPS + DISTILLATION_STEPS + 2)
  const experiment = await reaches(studio, id, 'completed', 'failed')
  expect(experiment.latestRun?.error).toBeUndefined()
  const log = await call(studio, 'runs.log', { id: experiment.latestRun?.id ?? '' })
  expect(log.filter(({ text }) => text.startsWith('The trainer died'))).toHaveLength(3)
  const ending = await endingOf(studio, storeFolder, experiment)
  expect(ending.last.get('loss.total')).toMatchObject({
    step: RECONSTRUCTION_STEPS + DISTILLATION_STEPS + QUANTISATION_STEPS,
  })
  expectSame(ending, undisturbed)
  await expectForks(studio, storeFolder, experiment)
})

/** A fork of where a phase ended goes on as its run did, to the last bit, unless something is changed that may be. */
async function expectForks(studio: Studio, storeFolder: string, { id, config, latestRun }: ExperimentRecord) {
  const runId = latestRun?.id ?? ''
  const kept = await call(studio, 'runs.checkpoints', { id: runId })
  expect(kept.map(({ phase, step }) => [phase, step])).toEqual([
    ['quantisation', RECONSTRUCTION_STEPS + DISTILLATION_STEPS + QUANTISATION_STEPS],
    ['distillation', RECONSTRUCTION_STEPS + DISTILLATION_STEPS],
    ['reconstruction', RECONSTRUCTION_STEPS],
  ])
  const at = { runId, step: RECONSTRUCTION_STEPS, enqueue: true }
  if (config.kind !== 'compress') throw new Error('the run is none of a predictor')
  const other = { ...config, predictor: { ...config.predictor, hiddenSize: 40 } }
  await expect(call(studio, 'experiments.fork', { ...at, config: other })).rejects.toMatchObject({
    code: 'invalid-config',
    message: `A fork at step ${RECONSTRUCTION_STEPS} cannot change Hidden size: the checkpoint was made with it.`,
  })
  await expect(call(studio, 'experiments.fork', { ...at, step: 7 })).rejects.toMatchObject({ code: 'not-found' })
  const fork = await call(studio, 'experiments.fork', at)
  const reseeded = await call(studio, 'experiments.fork', { ...at, config: { ...config, seed: 7 }, name: 'Other' })
  const same = await endingOf(studio, storeFolder, await reaches(studio, fork.id, 'completed', 'failed'))
  expectSame(same, undisturbed)
  const another = await endingOf(studio, storeFolder, await reaches(studio, reseeded.id, 'completed', 'failed'))
  expect(another.reconstructed).not.toBe(same.reconstructed)
  const detail = await call(studio, 'experiments.get', { id })
  expect(detail.descendants.map(({ name }) => name)).toEqual([fork.name, 'Other'])
  const { origin, fork: begin } = await call(studio, 'experiments.get', { id: fork.id })
  expect([origin?.id, begin]).toEqual([id, { runId, step: RECONSTRUCTION_STEPS, phase: 'reconstruction' }])
  // The copy goes with the last experiment that begins with it.
  const forks = join(storeFolder, 'forks')
  for (const [ids, left] of [
    [[fork.id], 1],
    [[reseeded.id], 0],
  ] as const) {
    await call(studio, 'experiments.trash', { ids: [...ids] })
    await call(studio, 'experiments.delete-forever', { ids: [...ids] })
    expect(readdirSync(forks)).toHaveLength(left)
  }
}

it('ends with the same loss to the last bit when its owner is killed', async () => {
  const storeFolder = temporaryFolder()
  await fillStore(storeFolder)
  const studio = await openStudio(realStudioOptions(storeFolder))
  const { id } = await create(studio, 'disturbed')
  await studio.close()
  const options = ['--threads', '1']
  const owner = startCommand(storeFolder, ['queue', 'start', ...options], {}, trainerPath)
  const runs = join(storeFolder, 'runs')
  const hasCheckpoint = () =>
    existsSync(runs) && readdirSync(runs).some((run) => readdirSync(join(runs, run)).some(isLateCheckpoint))
  while (!hasCheckpoint()) {
    if (owner.child.exitCode !== null) throw new Error(`the owner ended too early: ${(await owner.ended).stderr}`)
    await wait(10)
  }
  owner.child.kill('SIGKILL')
  await owner.ended

  const ended = await answerOf(storeFolder, ['queue', 'start', ...options], {}, trainerPath)
  expect(ended).toMatchObject([{ id, status: 'completed', latestRun: { attempt: 1 } }])
  const next = await openStudio(realStudioOptions(storeFolder))
  const { record } = await call(next, 'experiments.get', { id })
  expectSame(await endingOf(next, storeFolder, record), undisturbed)
})

it('keeps a permutation for the next experiment on the network, and computes a damaged one again', async () => {
  const storeFolder = temporaryFolder()
  await fillStore(storeFolder)
  const studio = await openStudio(realStudioOptions(storeFolder))
  const short = {
    reconstruction: { ...config.reconstruction, steps: 2 },
    distillation: { ...config.distillation, steps: 0 },
    quantisation: { ...config.quantisation, steps: 0 },
  }
  studio.queue.startDispatching()
  const sourceOf = async (name: string) => {
    const { id } = await create(studio, name, short)
    const { latestRun } = await reaches(studio, id, 'completed', 'failed')
    const log = await call(studio, 'runs.log', { id: latestRun?.id ?? '' })
    const result = latestRun?.result?.kind === 'compress' ? latestRun.result : undefined
    const warnings = log.filter(({ level }) => level === 'warning').map(({ text }) => text)
    return { source: result?.permutationSource, isImmediate: result?.seconds.permutation === 0, warnings }
  }
  expect(await sourceOf('first')).toEqual({ source: 'computed', isImmediate: false, warnings: [] })
  expect(await sourceOf('second')).toEqual({ source: 'cache', isImmediate: true, warnings: [] })
  const folder = join(storeFolder, 'permutations')
  const [file = ''] = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.safetensors'),
  )
  writeFileSync(join(folder, file), 'damaged')
  expect(await sourceOf('third')).toMatchObject({
    source: 'computed',
    warnings: [expect.stringContaining('has changed')],
  })
  expect(await sourceOf('fourth')).toMatchObject({ source: 'cache', warnings: [] })
})

it('goes on from a finished predictor: the same one unless something is done to it', async () => {
  const storeFolder = temporaryFolder()
  await fillStore(storeFolder)
  const studio = await openStudio(realStudioOptions(storeFolder))
  studio.queue.startDispatching()
  const exact: Partial<CompressConfig> = {
    reconstruction: { ...config.reconstruction, steps: 20 },
    distillation: { ...config.distillation, steps: 0 },
    quantisation: { ...config.quantisation, steps: 0 },
    storage: { ...config.storage, predictor: 'float32' },
  }
  const endOf = async ({ id }: ExperimentRecord) => {
    const experiment = await reaches(studio, id, 'completed', 'failed')
    expect(experiment.latestRun?.error).toBeUndefined()
    return { experiment, ...(await endingOf(studio, storeFolder, experiment)) }
  }
  const source = await endOf(await create(studio, 'source', exact))
  const from = continued({ ...config, ...exact }, source.experiment.latestRun?.id ?? '')

  const same = await endOf(await create(studio, 'same', from))
  expect(same.reconstructed).toBe(source.reconstructed)
  const rounded = await endOf(
    await create(studio, 'rounded', { ...from, storage: { ...config.storage, predictor: 'int4' } }),
  )
  const bytesOf = ({ latestRun }: ExperimentRecord) =>
    latestRun?.result?.kind === 'compress' ? latestRun.result.sizes.totalBytes : NaN
  expect(bytesOf(rounded.experiment)).toBeLessThan(bytesOf(source.experiment))
  const fitted = await endOf(
    await create(studio, 'fitted', {
      ...from,
      reconstruction: { ...config.reconstruction, steps: 200 },
      evaluation: { ...config.evaluation, everySteps: 100 },
    }),
  )
  expect(fitted.relativeError).toBeLessThan(source.relativeError ?? NaN)

  await expect(
    create(studio, 'other size', { ...from, predictor: { ...config.predictor, hiddenSize: 23 } }),
  ).rejects.toThrow('The predictor of source does not fit here: predictor differ.')
  await call(studio, 'experiments.trash', { ids: [source.experiment.id] })
  await call(studio, 'experiments.empty-trash', {})
  await expect(create(studio, 'too late', from)).rejects.toThrow('no run')
})

it('represents linear layers on request, from the estimate to the file and to what goes on from it', async () => {
  const storeFolder = temporaryFolder()
  await fillStore(storeFolder)
  const studio = await openStudio(realStudioOptions(storeFolder))
  studio.queue.startDispatching()
  const changes: Partial<CompressConfig> = {
    representation: { linearLayers: true, tiles: false },
    reconstruction: { ...config.reconstruction, steps: 20 },
    distillation: { ...config.distillation, steps: 3 },
    quantisation: { ...config.quantisation, steps: 0 },
    storage: { ...config.storage, predictor: 'float16' },
  }
  const { id } = await create(studio, 'with classifier', changes)
  const ended = await reaches(studio, id, 'completed', 'failed')
  const { latestRun, networkId = '' } = ended
  expect(latestRun?.error).toBeUndefined()
  const { id: runId = '', result } = latestRun ?? {}
  if (result?.kind !== 'compress') throw new Error('expected the result of a compression')
  expect(result.layers.at(-1)).toMatchObject({ name: 'linear.weight', shape: [10, 64] })

  const path = join(storeFolder, 'runs', runId, 'package.nern.safetensors')
  const { description } = unwrap(openPackage(readFileSync(path), path))
  expect(description.version).toBe(4)
  expect(description.layers.at(-1)).toEqual({ name: 'linear.weight', shape: [10, 64] })
  const kept = description.kept.filter(({ name }) => name.startsWith('linear'))
  expect(kept).toEqual([{ kind: 'float16', name: 'linear.bias', shape: [10] }])

  const { shape } = await call(studio, 'networks.get', { id: networkId })
  const expected = sizeBreakdown(shape, { ...config, ...changes })
  expect(result.sizes).toMatchObject({
    representedWeights: expected.representedWeights,
    kernels: expected.kernels,
    originalBytes: expected.originalBytes,
  })
  const difference = (part: SizePartName) => {
    const bytesOf = ({ parts }: SizeBreakdown) => parts.find((each) => each.part === part)?.bytes ?? NaN
    return Math.abs(bytesOf(result.sizes) - bytesOf(expected))
  }
  expect([difference('batch-norm'), difference('linear')]).toEqual([0, 0])
  // How long coded halves get only the weights say.
  expect(
    difference('predictor') / (result.sizes.parts.find(({ part }) => part === 'predictor')?.bytes ?? 0),
  ).toBeLessThan(0.05)
  expect(difference('permutation')).toBeLessThan(8)
  expect(difference('header')).toBeLessThan(300)

  const curves = await call(studio, 'runs.measure-importance', {
    taskId: 'importance',
    id: runId,
    level: 'kernel',
    split: 'validation',
    limit: 4,
    fractions: [0, 1],
  })
  expect(curves.layers.at(-1)).toMatchObject({ name: 'linear.weight', weights: 640 })

  const from = continued({ ...config, ...changes }, runId)
  const next = await create(studio, 'same', from)
  const same = await reaches(studio, next.id, 'completed', 'failed')
  expect(same.latestRun?.error).toBeUndefined()
  expect((await endingOf(studio, storeFolder, same)).reconstructed).toBe(
    (await endingOf(studio, storeFolder, ended)).reconstructed,
  )
  await expect(
    create(studio, 'convolutions alone', { ...from, representation: { linearLayers: false, tiles: false } }),
  ).rejects.toThrow('does not fit here: representation differ.')
})

/** Of step 20 or later. */
function isLateCheckpoint(name: string): boolean {
  const step = /^checkpoint-(\d+)/.exec(name)?.[1]
  return step !== undefined && Number(step) >= 20
}
