import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import { Studio } from '#main/studio.ts'
import { readingCommandNames } from '#shared/protocol/command-lists.ts'
import { commandNames } from '#shared/protocol/contract.ts'
import { without } from '#shared/basics/without.ts'
import { answerOf, runCommand, startCommand, type StartedCommand } from '#test/support/command-line.ts'
import { folderDigest } from '#test/support/folder-digest.ts'
import { call, createExperiment, filledStore, openStudio, reaches, studioOptions } from '#test/support/studio.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

/** Several processes one after another, on a machine that may be busy. */
vi.setConfig({ testTimeout: 180_000 })

const settings = ['--set', 'reconstruction.steps=60', '--set', 'checkpointEverySteps=10']
const runArguments = (name: string) => ['run', '--network', 'small', '--dataset', 'images', '--name', name, ...settings]

/** Another process that owns the store, and holds its run after step 35. */
async function startOwner(storeFolder: string): Promise<StartedCommand> {
  const runs = join(storeFolder, 'runs')
  const known = readdirSync(runs)
  const started = startCommand(storeFolder, runArguments('running'), { holdAtStep: 35 })
  const checkpoints = () =>
    readdirSync(runs)
      .filter((run) => !known.includes(run))
      .flatMap((run) => readdirSync(join(runs, run)))
      .map((name) => name.slice(0, 'checkpoint-00000000'.length))
  // The third has pushed the first out: from here on the owner leaves its files as they are.
  while (checkpoints().toSorted().join() !== 'checkpoint-00000020,checkpoint-00000030') {
    if (started.child.exitCode !== null) throw new Error('the owner ended before its third checkpoint')
    await wait(5)
  }
  // Where another owner would empty what this one is making.
  writeFileSync(join(storeFolder, 'temporary', 'being-made'), 'half')
  return started
}

/** All of a store but the log of its owner, who says there that the trainer it waits for is silent. */
function filesOf(storeFolder: string): Readonly<Record<string, string>> {
  return without(folderDigest(storeFolder), ['studio.log'])
}

it('answers every command that only reads while another process owns the store, and changes nothing in it', async () => {
  const storeFolder = await filledStore()
  await answerOf(storeFolder, runArguments('finished'))
  const { child, ended } = await startOwner(storeFolder)
  const before = filesOf(storeFolder)
  const out = join(temporaryFolder(), 'out')
  const csv = join(temporaryFolder(), 'metrics.csv')
  const page = join(temporaryFolder(), 'comparison.html')
  const rows = join(temporaryFolder(), 'comparison.csv')
  expect(await answerOf(storeFolder, ['experiments', 'list'])).toMatchObject([
    { name: 'running', status: 'running' },
    { name: 'finished', status: 'completed' },
  ])
  const [shown, compared, metrics, exported, networks, network, datasets, queue, doctor] = await Promise.all([
    answerOf(storeFolder, ['experiments', 'show', 'finished']),
    answerOf(storeFolder, ['experiments', 'compare', 'finished', 'running', '--html', page, '--csv', rows]),
    answerOf(storeFolder, ['experiments', 'metrics', 'finished', '--csv', csv]),
    answerOf(storeFolder, ['export', 'finished', '--out', out]),
    answerOf(storeFolder, ['network', 'list']),
    answerOf(storeFolder, ['network', 'show', 'small']),
    answerOf(storeFolder, ['dataset', 'list']),
    answerOf(storeFolder, ['queue', 'list']),
    answerOf(storeFolder, ['doctor']),
  ])
  expect(shown).toMatchObject({ record: { name: 'finished', latestRun: { result: { kind: 'compress' } } } })
  expect(compared).toMatchObject({
    originals: [{}],
    entries: [{ reconstructed: {} }, { experiment: { name: 'running' } }],
    pairs: [{ agreement: { bothRight: 7 } }],
  })
  expect(metrics).toHaveLength(60)
  expect(existsSync(csv)).toBe(true)
  // Head, original and both experiments; the page holds everything that it shows.
  const lines = readFileSync(rows, 'utf8').trimEnd().split('\r\n')
  expect(lines).toHaveLength(1 + 1 + 2)
  expect(lines[2]).toMatch(/^test,finished,experiment,completed,10,7,0\.7,/)
  const html = readFileSync(page, 'utf8')
  expect(html).toContain('2 of 10 images')
  expect(html.match(/data:image\/png;base64,/g)).toHaveLength(2)
  expect(html).not.toMatch(/(?:src|href)="(?!data:)/)
  expect(exported).toMatchObject({ folder: out })
  expect(readdirSync(out).toSorted()).toEqual([
    'finished.nern.safetensors',
    'finished.npz',
    'finished.onnx',
    'finished.report.html',
    'finished.report.json',
    'finished.safetensors',
    'nern_load.py',
  ])
  expect(networks).toMatchObject([{ name: 'small' }])
  expect(network).toMatchObject({ record: { name: 'small' } })
  expect(datasets).toMatchObject([{ name: 'images' }])
  expect(queue).toMatchObject({ running: [{ name: 'running' }], waiting: [], paused: [] })
  expect(doctor).toMatchObject({ store: { path: storeFolder, isHealthy: true } })
  expect(filesOf(storeFolder)).toEqual(before)

  const second = await runCommand(storeFolder, runArguments('second'))
  expect(second).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`The store is in use by studio run (process ${child.pid}`) as string,
  })
  child.kill('SIGINT')
  expect((await ended).stderr).toMatch(/running is paused at step 35, with a checkpoint/)
})

it('reads whole states again and again while the owner writes', async () => {
  const storeFolder = await filledStore()
  const studio = await openStudio({ storeFolder })
  const [network] = await call(studio, 'networks.list', {})
  const [dataset] = await call(studio, 'datasets.list', {})
  if (network === undefined || dataset === undefined) throw new Error('the store is not filled')
  const { id } = await createExperiment(studio, { network, dataset }, 800)
  const completed = reaches(studio, id, 'completed')
  studio.queue.startDispatching()
  const seen: { readonly status: string; readonly step: number; readonly points: number }[] = []
  while (seen.at(-1)?.status !== 'completed') {
    const reader = Studio.openForReading({ ...studioOptions(storeFolder), log: () => {} })
    const { record } = await call(reader, 'experiments.get', { id })
    const run = record.latestRun
    const points =
      run === undefined ? [] : await call(reader, 'runs.metrics', { id: run.id, afterStep: -1, maxPoints: 100_000 })
    const losses = points.filter(({ name }) => name === 'loss.total')
    seen.push({ status: record.status, step: run?.step ?? 0, points: losses.length })
    await reader.close()
    await wait(20)
  }
  await completed
  expect(seen.length).toBeGreaterThan(5)
  expect(seen.map(({ step }) => step)).toEqual(seen.map(({ step }) => step).toSorted((left, right) => left - right))
  expect(seen.at(-1)).toEqual({ status: 'completed', step: 800, points: 800 })
})

it('reads a store that nobody owns, and says when its owner ended without closing it', async () => {
  const storeFolder = await filledStore()
  const before = folderDigest(storeFolder)
  const calm = await runCommand(storeFolder, ['experiments', 'list'])
  expect(calm).toMatchObject({ code: 0, stderr: '' })
  expect(folderDigest(storeFolder)).toEqual(before)

  const { child, ended } = await startOwner(storeFolder)
  child.kill('SIGKILL')
  await ended
  const { code, stderr } = await runCommand(storeFolder, ['queue', 'list'])
  expect(code).toBe(0)
  expect(stderr).toContain(`studio run (process ${child.pid}) ended without closing the store`)
})

it('answers of a store that is not there, and makes none', async () => {
  const nowhere = join(temporaryFolder(), 'nowhere')
  expect(await runCommand(nowhere, ['experiments', 'list'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('There is no experiment yet.') as string,
    stderr: `There is no store in ${nowhere} yet.\n`,
  })
  expect(await answerOf(nowhere, ['doctor'])).toMatchObject({ store: { sizeBytes: 0, isHealthy: true } })
  expect(existsSync(nowhere)).toBe(false)
})

it('refuses every command that writes on a studio that was opened for reading', async () => {
  const storeFolder = await filledStore()
  const reader = Studio.openForReading({ ...studioOptions(storeFolder), log: () => {} })
  const reading: ReadonlySet<string> = new Set(readingCommandNames)
  const before = folderDigest(storeFolder)
  // What is refused must be refused whatever it is asked.
  const answers = await Promise.all(
    commandNames
      .filter((command) => !reading.has(command) && !command.startsWith('files.'))
      .map((command) => reader.invoke(command as never, {} as never)),
  )
  await reader.close()
  // All of the contract but those that read, and those of the desktop.
  const ofDesktop = commandNames.filter((command) => !reading.has(command) && command.startsWith('files.'))
  expect(answers).toHaveLength(commandNames.length - readingCommandNames.length - ofDesktop.length)
  for (const answer of answers) expect(answer).toMatchObject({ ok: false, error: { code: 'store-read-only' } })
  expect(folderDigest(storeFolder)).toEqual(before)
})
