import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import { schemaVersion } from '#main/store/migrations.ts'
import { answerOf, runCommand, startCommand, type StartedCommand } from '#test/support/command-line.ts'
import { call, filledStore, openStudio } from '#test/support/studio.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

/** Several processes one after another, on a machine that may be busy. */
vi.setConfig({ testTimeout: 180_000 })

const settings = ['--set', 'reconstruction.steps=120', '--set', 'checkpointEverySteps=10']
const runArguments = (name: string) => ['run', '--network', 'small', '--dataset', 'images', '--name', name, ...settings]

/** Stops a run after its third checkpoint. */
const held = { holdAtStep: 35 }

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

/** Process ids of the children that a process has now. */
function childrenOf(pid = 0): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return children
    .split(' ')
    .filter((id) => id !== '')
    .map(Number)
}

/** What a run ended with: every loss and the predictor. */
async function endingOf(storeFolder: string, name: string) {
  const studio = await openStudio({ storeFolder })
  const { items: experiments } = await call(studio, 'experiments.list', {})
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

  expect(await answerOf(storeFolder, ['store', 'upgrade'])).toEqual({ store: storeFolder, schemaVersion })
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
  // What only changes the store is handed to its owner (handover.test.ts); a run is shown by the command that has it.
  const { code, stdout, stderr } = await runCommand(storeFolder, [...runArguments('other'), '--json'])
  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'store-locked', where: storeFolder } })
  expect(stderr).toContain(`The store is in use by studio run (process ${owner.child.pid}`)
})

it.each(['SIGHUP', 'SIGQUIT'] as const)(
  'pauses with a checkpoint on %s, and no trainer outlives it',
  async (signal) => {
    const storeFolder = await filledStore()
    const command = startCommand(storeFolder, runArguments('mine'), held)
    await secondCheckpoint(storeFolder, command)
    const trainers = childrenOf(command.child.pid)
    command.child.kill(signal)
    const { code, stderr } = await command.ended
    expect([code, trainers.length]).toEqual([1, 1])
    expect(stderr).toMatch(/mine is paused at step \d+, with a checkpoint/)
    expect(trainers.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([])
  },
)

it('ends a trainer that hears nothing when it is interrupted twice', async () => {
  const storeFolder = await filledStore()
  const command = startCommand(storeFolder, runArguments('mine'), held)
  await secondCheckpoint(storeFolder, command)
  const [trainer = 0] = childrenOf(command.child.pid)
  process.kill(trainer, 'SIGSTOP')
  command.child.kill('SIGINT')
  await vi.waitUntil(() => command.said().includes('Stopping'), { timeout: 60_000 })
  command.child.kill('SIGINT')
  expect((await command.ended).code).toBe(1)
  await vi.waitUntil(() => !existsSync(`/proc/${trainer}`), { timeout: 60_000 })
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

it('measures weight importance, keeps it for the next start, and writes it as CSV', async () => {
  const storeFolder = await filledStore()
  await answerOf(storeFolder, runArguments('mine'))
  const file = join(temporaryFolder(), 'importance.csv')
  const options = ['--level', 'kernel', '--fractions', '0,0.5', '--seeds', '1,2', '--csv', file]
  const command = ['importance', 'mine', ...options, '--scores', 'relative-error,random']
  const { code, stdout } = await runCommand(storeFolder, command)
  expect(code).toBe(0)
  expect(stdout).toMatch(/^ pruned +relative error +random\n 0\.00 % +100\.00 % +100\.00 % ± 0\.00$/m)
  // Half of 10 images, and 2.5 of them rounded up.
  expect(stdout).toMatch(/^50\.00 % +50\.00 % +40\.00 % ± 14\.14$/m)
  expect(readFileSync(file, 'utf8').split('\r\n').slice(0, 3)).toEqual([
    'level,split,images,score,fraction,zeroed_weights,accuracy,low_95,high_95,standard_deviation',
    expect.stringMatching(/^kernel,validation,10,relative-error,0,0,1,0\.72\d+,1,$/),
    expect.stringMatching(/^kernel,validation,10,relative-error,0.5,216,0.5,0\.23\d+,0\.76\d+,$/),
  ])

  const studio = await openStudio({ storeFolder })
  const [experiment] = (await call(studio, 'experiments.list', {})).items
  const id = experiment?.latestRun?.id ?? ''
  const record = { runId: id, level: 'kernel', split: 'validation', images: 10, seeds: [1, 2], device: 'scripted' }
  expect(await call(studio, 'runs.importance', { id })).toMatchObject([record])
  await call(studio, 'experiments.trash', { ids: [experiment?.id ?? ''] })
  await call(studio, 'experiments.empty-trash', {})
  expect(await studio.invoke('runs.importance', { id })).toMatchObject({ ok: false, error: { code: 'not-found' } })
})

it('measures what each layer costs, and answers at once what was measured of the same package', async () => {
  const storeFolder = await filledStore()
  await answerOf(storeFolder, runArguments('mine'))
  const file = join(temporaryFolder(), 'layers.csv')
  const { code, stdout } = await runCommand(storeFolder, ['layers', 'mine', '--csv', file])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^layer1\.0\.conv1\.weight +2,304 +\+30\.00 points +\+10\.00 points$/m)
  expect(readFileSync(file, 'utf8').split('\r\n')[1]).toBe('validation,10,conv1.weight,432,1,0,0,1')
  const first = await answerOf(storeFolder, ['layers', 'mine'])
  expect(await answerOf(storeFolder, ['layers', 'mine', '--limit', '0'])).toEqual(first)

  const studio = await openStudio({ storeFolder })
  const [experiment] = (await call(studio, 'experiments.list', {})).items
  expect(await call(studio, 'runs.layers', { id: experiment?.latestRun?.id ?? '' })).toEqual([first])
})

it('measures no importance of what was not reconstructed', async () => {
  const storeFolder = await filledStore()
  await answerOf(storeFolder, ['train', '--arch', 'resnet20-cifar-b', '--dataset', 'images', '--name', 'trained'])
  expect(await runCommand(storeFolder, ['importance', 'trained'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('trained has no reconstructed network') as string,
  })
  const studio = await openStudio({ storeFolder })
  const [experiment] = (await call(studio, 'experiments.list', {})).items
  const wanted = { taskId: 'a', id: experiment?.latestRun?.id ?? '', level: 'weight', split: 'test', limit: 0 } as const
  expect(await studio.invoke('runs.measure-importance', wanted)).toMatchObject({
    ok: false,
    error: { code: 'conflict' },
  })
  const descending = { ...wanted, fractions: [0.5, 0.1] }
  expect(await studio.invoke('runs.measure-importance', descending)).toMatchObject({
    ok: false,
    error: { code: 'invalid-argument', where: 'fractions' },
  })
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
      ['importance', 'e', '--fractions', '0,half'],
    ].map(async (args) => (await runCommand(storeFolder, args)).code),
  )
  expect(codes).toEqual([2, 2, 2, 2, 2, 2])
  // Wrong use never makes a store.
  expect(existsSync(storeFolder)).toBe(false)
  expect((await runCommand(storeFolder, ['network', 'show', 'nobody'])).code).toBe(1)
})

it('writes the metrics of a run as CSV', async () => {
  const storeFolder = await filledStore()
  await answerOf(storeFolder, runArguments('mine'))
  const file = join(temporaryFolder(), 'metrics.csv')
  const { code } = await runCommand(storeFolder, ['experiments', 'metrics', 'mine', '--csv', file])
  expect(code).toBe(0)
  const [head, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\r\n')
  expect(head).toBe('metric,step,seconds,value')
  const last = lines.findLast((line) => line.startsWith('loss.total,'))
  expect(last).toMatch(/^loss\.total,120,[\d.e-]+,[\d.e-]+$/)
  const { points } = await endingOf(storeFolder, 'mine')
  expect(lines).toHaveLength(points.length)
})

it('queues what goes on from the predictor of a finished compression', async () => {
  const storeFolder = await filledStore()
  await answerOf(storeFolder, runArguments('mine'))
  const queued = await answerOf(storeFolder, [
    ...[
      'queue',
      'add',
      '--from',
      'mine',
      '--set',
      'storage.predictor=int6',
      '--set',
      'quantisation.steps=30',
      '--name',
      'next',
    ],
  ])
  expect(queued).toMatchObject({
    status: 'queued',
    config: { start: { runId: expect.stringMatching(/^run-/) as string }, reconstruction: { steps: 0 } },
  })
  expect(await runCommand(storeFolder, ['run', '--from', 'mine', '--network', 'small'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--from brings its own network: leave --network out.') as string,
  })
  expect(await runCommand(storeFolder, ['run', '--from', 'next'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('next has no finished predictor') as string,
  })
})

it('forks a checkpoint of a run, and says what a fork may change', async () => {
  const storeFolder = await filledStore()
  await answerOf(storeFolder, runArguments('origin'))
  const kept = await answerOf(storeFolder, ['experiments', 'checkpoints', 'origin'])
  expect(kept).toMatchObject([
    { step: 110, phase: 'reconstruction', mayChange: expect.arrayContaining(['seed']) as string[] },
  ])
  const fork = ['experiments', 'fork', 'origin', '--seed', '7', '--name', 'tail']
  expect(await answerOf(storeFolder, fork)).toMatchObject({ name: 'tail', status: 'queued', config: { seed: 7 } })
  expect(await answerOf(storeFolder, ['queue', 'start'])).toMatchObject([{ name: 'tail', status: 'completed' }])

  await answerOf(storeFolder, ['queue', 'add', ...runArguments('waiting').slice(1)])
  const { code, stderr } = await runCommand(storeFolder, ['experiments', 'fork', 'waiting'])
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining('waiting keeps no checkpoint that a fork could begin with'),
  ])
})
