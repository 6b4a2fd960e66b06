import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configFromYaml } from '#shared/experiment/config-yaml.ts'
import type { ExperimentDetail, Recipe } from '#shared/protocol/commands/experiments.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import type { Sweep } from '#shared/experiment/sweep/sweep.ts'
import { runCommand } from '#test/support/command-line.ts'
import { call, fillLibrary, filledStore, openStudio, reaches, scriptTrainers } from '#test/support/studio.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

const config = {
  ...fastConfig,
  reconstruction: { ...fastConfig.reconstruction, steps: 4 },
  distillation: { ...fastConfig.distillation, steps: 0 },
}

async function studioWithSweep() {
  const studio = await openStudio()
  const { network, dataset } = await fillLibrary(studio)
  const sweep: Sweep = {
    config,
    networkIds: [network.id],
    datasetId: dataset.id,
    presetIds: [],
    plan: { kind: 'grid', vary: [{ path: 'predictor.hiddenSize', values: [16, 24, 16] }] },
    seeds: [1, 2],
  }
  return { studio, sweep }
}

describe('a batch', () => {
  it('is planned, made, and run to its end', async () => {
    const { studio, sweep } = await studioWithSweep()
    const planned = await call(studio, 'batches.plan', { sweep })
    expect(planned).toMatchObject({
      runs: 4,
      duplicates: 2,
      bytes: { runs: 4 },
      firstName: 'small: hidden size 16, seed 1',
    })
    expect(planned.seconds).toBeUndefined()

    const announced: unknown[] = []
    studio.events.on('batches-changed', ({ batches }) => announced.push(batches.map(({ name }) => name)))
    const { record, columns, rows } = await call(studio, 'batches.create', { sweep, enqueue: true })
    expect(record.name).toBe('small: hidden size')
    expect(columns).toEqual(['predictor.hiddenSize', 'seed'])
    expect(rows.map(({ values }) => values.join(' '))).toEqual(['16 1', '16 2', '24 1', '24 2'])
    expect(announced).toEqual([['small: hidden size']])
    const ids = rows.map(({ experimentId }) => experimentId)
    expect((await call(studio, 'queue.list', {})).waiting).toEqual(ids)
    const { items } = await call(studio, 'experiments.list', {})
    expect(items.map(({ batchId }) => batchId)).toEqual(ids.map(() => record.id))
    expect(items.map(({ name }) => name).toSorted()).toEqual([
      'small: hidden size 16, seed 1',
      'small: hidden size 16, seed 2',
      'small: hidden size 24, seed 1',
      'small: hidden size 24, seed 2',
    ])

    studio.queue.startDispatching()
    for (const id of ids) await reaches(studio, id, 'completed')
    expect(await call(studio, 'batches.time-left', { id: record.id })).toEqual({
      seconds: 0,
      likeOthers: 0,
      unknown: 0,
    })
  })

  it('says how long it takes by what its completed experiments took', async () => {
    const { studio, sweep } = await studioWithSweep()
    const { record, rows } = await call(studio, 'batches.create', { sweep, enqueue: true })
    const { id } = record
    expect(await call(studio, 'batches.time-left', { id })).toEqual({ seconds: 0, likeOthers: 0, unknown: 4 })
    const first = rows[0]?.experimentId ?? ''
    studio.queue.startDispatching([first])
    const { latestRun } = await reaches(studio, first, 'completed')
    const each = latestRun?.result?.seconds.total ?? NaN
    expect(await call(studio, 'batches.time-left', { id })).toEqual({ seconds: 3 * each, likeOthers: 3, unknown: 0 })
  })

  it('is paused, resumed in its order, and cancelled as a whole', async () => {
    const { studio, sweep } = await studioWithSweep()
    const { record, rows } = await call(studio, 'batches.create', { sweep, enqueue: false, name: 'Sizes' })
    const ids = rows.map(({ experimentId }) => experimentId)
    expect((await call(studio, 'queue.list', {})).waiting).toEqual([])
    const { id } = record
    expect((await call(studio, 'batches.resume', { id })).waiting).toEqual(ids)
    expect((await call(studio, 'batches.pause', { id })).paused.toSorted()).toEqual(ids.toSorted())
    expect((await call(studio, 'batches.resume', { id })).waiting).toEqual(ids)
    expect((await call(studio, 'batches.cancel', { id })).waiting).toEqual([])
    expect(await studio.invoke('batches.pause', { id })).toMatchObject({
      error: { code: 'conflict', message: 'Sizes has nothing to pause: none of its experiments is running or queued.' },
    })
    expect((await call(studio, 'batches.retry', { id, statuses: ['cancelled'] })).waiting).toEqual(ids)
    expect(await studio.invoke('batches.retry', { id, statuses: ['failed'] })).toMatchObject({
      error: { code: 'conflict' },
    })
  })

  it('retries only what failed', async () => {
    const { studio, sweep } = await studioWithSweep()
    scriptTrainers({ divergeAtStep: 2 })
    const { record, rows } = await call(studio, 'batches.create', { sweep, enqueue: true })
    const [first = '', ...others] = rows.map(({ experimentId }) => experimentId)
    studio.queue.startDispatching([first])
    await reaches(studio, first, 'failed')
    const { running, waiting } = await call(studio, 'batches.retry', { id: record.id, statuses: ['failed'] })
    expect({ running, waiting }).toEqual({ running: [first], waiting: others })
  })

  it('is renamed, and goes to the trash with its experiments', async () => {
    const { studio, sweep } = await studioWithSweep()
    const { record } = await call(studio, 'batches.create', { sweep, enqueue: false })
    expect(await call(studio, 'batches.rename', { id: record.id, name: 'Sizes' })).toEqual({ ...record, name: 'Sizes' })
    const announced: unknown[] = []
    studio.events.on('batches-changed', ({ batches }) => announced.push(batches.map(({ name }) => name)))
    const { experiments: ids } = await call(studio, 'batches.remove', { id: record.id })
    expect(await call(studio, 'batches.list', {})).toEqual([])
    expect((await call(studio, 'experiments.list', {})).items).toEqual([])
    // It comes back with the first experiment that does, under its name.
    await call(studio, 'experiments.restore', { ids: ids.slice(0, 1) })
    expect(await call(studio, 'batches.list', {})).toEqual([{ ...record, name: 'Sizes' }])
    expect((await call(studio, 'batches.get', { id: record.id })).rows.length).toBe(1)
    await call(studio, 'experiments.trash', { ids: ids.slice(0, 1) })
    await call(studio, 'experiments.empty-trash', {})
    expect(announced).toEqual([[], ['Sizes'], [], []])
    expect(await studio.invoke('batches.get', { id: record.id })).toMatchObject({ error: { code: 'not-found' } })
  })

  it('is not made where one of its runs could not run', async () => {
    const { studio, sweep } = await studioWithSweep()
    const idle = { ...config, reconstruction: { ...config.reconstruction, steps: 4 } }
    const wrong: Sweep = {
      ...sweep,
      config: idle,
      plan: { kind: 'grid', vary: [{ path: 'reconstruction.steps', values: [4, 0] }] },
    }
    expect(await studio.invoke('batches.create', { sweep: wrong, enqueue: true })).toMatchObject({
      error: { code: 'invalid-config', message: 'All phases have 0 steps: nothing would be learned.' },
    })
    expect(await call(studio, 'batches.list', {})).toEqual([])
    expect((await call(studio, 'experiments.list', {})).items).toEqual([])
  })

  it('holds runs of several methods', async () => {
    const { studio, sweep } = await studioWithSweep()
    const { columns, rows } = await call(studio, 'batches.create', {
      sweep: { ...sweep, presetIds: ['fast', 'spectral'], seeds: [1] },
      enqueue: false,
    })
    expect(columns).toEqual(['method', 'predictor.hiddenSize'])
    expect(rows.length).toBe(3)
    const { record } = await call(studio, 'experiments.get', { id: rows[2]?.experimentId ?? '' })
    expect(record.config).toEqual(spectralDefaults)
  })
})

it('a recipe makes an experiment again', async () => {
  const storeFolder = await filledStore()
  const run = (...args: string[]) => runCommand(storeFolder, args)
  const short = ['--set', 'reconstruction.steps=4', '--set', 'distillation.steps=0']
  await run('queue', 'add', '--network', 'small', '--dataset', 'images', '--seed', '7', '--name', 'first', ...short)
  const recipe: Recipe = JSON.parse((await run('experiments', 'recipe', 'first', '--json')).stdout)
  expect(recipe.command).toBe(
    'npm run studio -- run --preset fast --network small --dataset images' +
      ' --set reconstruction.steps=4 --set distillation.steps=0 --set seed=7',
  )
  const again = await run(...recipe.arguments, '--name', 'again')
  expect(again).toMatchObject({ code: 0 })
  const details = await Promise.all(['first', 'again'].map((name) => run('experiments', 'show', name, '--json')))
  const [first, second] = details.map(({ stdout }) => (JSON.parse(stdout) as ExperimentDetail).record.config)
  expect(second).toEqual(first)
  expect(configFromYaml(recipe.yaml)).toMatchObject({ ok: true, value: { config: first } })
})

describe('studio sweep', () => {
  const write = (text: string): string => {
    const path = join(temporaryFolder(), 'sizes.yaml')
    writeFileSync(path, text)
    return path
  }
  const text = `network: small
dataset: images
config: { preset: smoke }
vary: { predictor.hiddenSize: [16, 24] }
seeds: 2
`

  it('says what it would take, queues it, and shows, renames and removes the batch', async () => {
    const storeFolder = await filledStore()
    const run = (...args: string[]) => runCommand(storeFolder, args)
    const dry = await run('sweep', write(text), '--dry-run')
    expect(dry).toMatchObject({ code: 0 })
    expect(dry.stdout).toMatch(/^runs {3}4\nbytes {2}[\d,]+ to [\d,]+ bytes\ntime {3}not known yet/)
    expect((await run('batch', 'list')).stdout).toContain('There is no batch yet')

    const made = await run('sweep', write(text), '--name', 'Sizes')
    expect(made.stdout).toMatch(/^Sizes \(batch-\w+\) is queued\.\nruns {3}4/)
    expect((await run('batch', 'list')).stdout).toMatch(/Sizes +batch-\w+ +4 {2}4 queued/)
    expect((await run('batch', 'pause', 'Sizes')).stdout).toMatch(/^Sizes \(batch-\w+\): 4 paused\n/)
    expect((await run('batch', 'show', 'Sizes')).stdout).toMatch(/Hidden size +Seed +id +status/)
    expect((await run('batch', 'compare', 'Sizes')).stderr).toContain('Sizes has no completed experiment yet.')
    expect((await run('batch', 'cancel', 'sizes')).stdout).toMatch(/: 4 cancelled\n/)
    expect((await run('batch', 'retry', 'Sizes', '--cancelled')).stdout).toMatch(/: 4 queued\n/)
    expect((await run('batch', 'rename', 'Sizes', 'Widths')).stdout).toMatch(/is called Widths/)
    expect((await run('batch', 'remove', 'Widths')).stdout).toMatch(/Widths is in the trash/)
    expect((await run('experiments', 'list')).stdout).toContain('There is no experiment yet')
  })

  it('tells what is wrong with a file and where', async () => {
    const storeFolder = await filledStore()
    const run = (file: string) => runCommand(storeFolder, ['sweep', file])
    const unknown = await run(write(text.replace('network: small', 'network: smal')))
    expect(unknown.code).toBe(1)
    expect(unknown.stderr).toBe(
      'error: There is no network smal.\n  where: sizes.yaml:1:10: network\n  remedy: Did you mean small?\n',
    )
    expect((await run(write(text.replace('hiddenSize', 'hidenSize')))).stderr).toBe(
      'error: There is no parameter predictor.hidenSize.\n  where: sizes.yaml:4:9\n  remedy: Did you mean predictor.hiddenSize?\n',
    )
    expect((await run('/nowhere/sweep.yaml')).stderr).toContain('The sweep cannot be read')
  })
})
