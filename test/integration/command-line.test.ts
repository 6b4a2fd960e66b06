import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import { answerOf, runCommand, startCommand, type StartedCommand } from '#test/support/command-line.ts'
import { call, fillLibrary, openStudio } from '#test/support/studio.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

/** Several processes one after another, on a machine that may be busy. */
vi.setConfig({ testTimeout: 180_000 })

const settings = ['--set', 'reconstruction.steps=120', '--set', 'checkpointEverySteps=10']
const runArguments = (name: string) => ['run', '--network', 'small', '--dataset', 'images', '--name', name, ...settings]

/** Stops a run after its third checkpoint. */
const held = { holdAtStep: 35 }

/** A store with a network and a data set. */
async function filledStore(): Promise<string> {
  const storeFolder = join(temporaryFolder(), 'store')
  const studio = await openStudio({ storeFolder })
  await fillLibrary(studio)
  await studio.close()
  return storeFolder
}

/** Waits until the run that `command` does has written its second checkpoint. */
async function secondCheckpoint(storeFolder: string, { child }: StartedCommand): Promise<void> {
  const runs = join(storeFolder, 'runs')
  const isThere = () =>
    existsSync(runs) &&
    readdirSync(runs).some((run) =>
      readdirSync(join(runs, run)).some((name) => /^checkpoint-0000002|^checkpoint-0000003/.test(name)),
    )
  while (!isThere()) {
    if (child.exitCode !== null) throw new Error('the command ended before its second checkpoint')
    await wait(5)
  }
}

/** What a run ended with: every loss and the predictor. */
async function endingOf(storeFolder: string, name: string) {
  const studio = await openStudio({ storeFolder })
  const experiments = await call(studio, 'experiments.list', {})
  const id = experiments.find((experiment) => experiment.name === name)?.latestRun?.id ?? ''
  const points = await call(studio, 'runs.metrics', { id, afterStep: -1, maxPoints: 1000 })
  await studio.close()
  return { points, predictor: readFileSync(join(storeFolder, 'runs', id, 'package.nern.safetensors'), 'utf8') }
}

it('finds its queue again after it was killed, and ends the run as if nothing had happened', async () => {
  const storeFolder = await filledStore()
  const killed = startCommand(storeFolder, runArguments('disturbed'), held)
  await secondCheckpoint(storeFolder, killed)
  killed.child.kill('SIGKILL')
  await killed.ended

  expect(await answerOf(storeFolder, ['queue', 'list'])).toMatchObject({
    running: [],
    waiting: [{ name: 'disturbed', queuePosition: 1, latestRun: { status: 'interrupted', attempt: 1 } }],
  })
  expect(await answerOf(storeFolder, ['queue', 'start'])).toMatchObject([
    { name: 'disturbed', status: 'completed', latestRun: { attempt: 1, step: 120 } },
  ])
  await answerOf(storeFolder, runArguments('undisturbed'))
  expect(await endingOf(storeFolder, 'disturbed')).toEqual(await endingOf(storeFolder, 'undisturbed'))
})

it('refuses a store that another command owns and names the owner', async () => {
  const storeFolder = await filledStore()
  const owner = startCommand(storeFolder, runArguments('long'), held)
  await secondCheckpoint(storeFolder, owner)
  const { code, stdout, stderr } = await runCommand(storeFolder, ['network', 'list', '--json'])
  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'store-locked', where: storeFolder } })
  expect(stderr).toContain(`The store is in use by studio run (process ${owner.child.pid}`)
})

it('pauses with a checkpoint on Ctrl-C and says how to go on', async () => {
  const storeFolder = await filledStore()
  const command = startCommand(storeFolder, runArguments('mine'), held)
  await secondCheckpoint(storeFolder, command)
  command.child.kill('SIGINT')
  const { code, stderr } = await command.ended
  expect(code).toBe(1)
  expect(stderr).toMatch(/mine is paused at step \d+, with a checkpoint/)
  const advised = /studio queue resume (exp-\w+) --store/.exec(stderr)?.[1] ?? ''
  await answerOf(storeFolder, ['queue', 'resume', advised])
  expect(await answerOf(storeFolder, ['queue', 'start'])).toMatchObject([{ name: 'mine', status: 'completed' }])
})

it('writes one byte an image with --predictions', async () => {
  const storeFolder = await filledStore()
  const file = join(temporaryFolder(), 'predictions.bin')
  const answer = await answerOf(storeFolder, [
    ...['network', 'evaluate', 'small', '--dataset', 'images', '--limit', '4', '--predictions', file],
  ])
  expect(answer).toMatchObject({ accuracy: 1, correct: 4, total: 4 })
  expect([...readFileSync(file)]).toEqual([0, 1, 2, 3])
})

it('trains a network into the library and into a file', async () => {
  const storeFolder = await filledStore()
  const file = join(temporaryFolder(), 'trained.safetensors')
  const train = ['train', '--arch', 'resnet20-cifar-b', '--dataset', 'images', '--name', 'mine', '--seed', '5']
  await answerOf(storeFolder, [...train, '--set', 'epochs=2', '--out', file])
  const again = await answerOf(storeFolder, ['network', 'import', file])
  expect(again).toMatchObject({ name: 'mine', origin: { kind: 'trained' } })
})

it('answers wrong use with 2, and failures with 1', async () => {
  const storeFolder = join(temporaryFolder(), 'store')
  const codes = await Promise.all(
    [
      ['nonsense'],
      ['network', 'import'],
      ['network', 'list', '--colour'],
      ['run', '--network', 'n', '--dataset', 'd', '--set', 'predictor.hiddenSize=0'],
      ['doctor', '--threads', 'many'],
    ].map(async (args) => (await runCommand(storeFolder, args)).code),
  )
  expect(codes).toEqual([2, 2, 2, 2, 2])
  // Wrong use never makes a store.
  expect(existsSync(storeFolder)).toBe(false)
  expect((await runCommand(storeFolder, ['network', 'show', 'nobody'])).code).toBe(1)
})
