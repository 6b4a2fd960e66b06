/** A command line beside a studio that has the store open: what it changes, the owner carries out and everybody sees. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import type { Studio } from '#main/studio.ts'
import type { ExperimentRecord } from '#shared/protocol/records.ts'
import { answerOf, runCommand } from '#test/support/command-line.ts'
import {
  call,
  filledStore,
  nextEvent,
  openStudio,
  reaches,
  scriptTrainers,
  writeNetworkFile,
} from '#test/support/studio.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

vi.setConfig({ testTimeout: 180_000 })

const { version } = JSON.parse(readFileSync(join(process.cwd(), 'package.json'), 'utf8')) as {
  readonly version: string
}
const settings = ['--set', 'reconstruction.steps=20', '--set', 'checkpointEverySteps=10']
const addArguments = (name: string) => [
  'queue',
  'add',
  '--network',
  'small',
  '--dataset',
  'images',
  '--name',
  name,
  ...settings,
]

/** A studio with a window would be the same one. */
async function openOwner(): Promise<{ readonly studio: Studio; readonly storeFolder: string }> {
  const storeFolder = await filledStore()
  const studio = await openStudio({ storeFolder, version, program: 'NeRN Studio' })
  studio.queue.startDispatching()
  return { studio, storeFolder }
}

it('adds an experiment to the queue of an open studio, which announces and runs it', async () => {
  const { studio, storeFolder } = await openOwner()
  const announced = nextEvent(studio, 'experiment-changed', ({ name }) => name === 'from outside')
  const added = await runCommand(storeFolder, [...addArguments('from outside'), '--json'])
  expect(added).toMatchObject({ code: 0, stderr: expect.stringContaining('NeRN Studio has the store open') as string })
  const { id } = JSON.parse(added.stdout) as ExperimentRecord
  expect((await announced).id).toBe(id)
  expect((await reaches(studio, id, 'completed', 'failed')).status).toBe('completed')
})

it('queues a sweep in an open studio, and acts on its batch', async () => {
  const { studio, storeFolder } = await openOwner()
  await call(studio, 'queue.set-active', { isActive: false })
  const file = join(temporaryFolder(), 'sweep.yaml')
  writeFileSync(file, '{ name: Seeds, network: small, dataset: images, config: { preset: smoke }, seeds: 3 }')
  const announced = nextEvent(studio, 'batches-changed', ({ batches }) => batches.length === 1)
  const made = await answerOf(storeFolder, ['sweep', file])
  expect(made).toMatchObject({ name: 'Seeds', experiments: { length: 3 } })
  expect((await announced).batches).toMatchObject([{ name: 'Seeds' }])
  expect((await call(studio, 'queue.list', {})).waiting.length).toBe(3)
  await answerOf(storeFolder, ['batch', 'cancel', 'Seeds'])
  expect((await call(studio, 'queue.list', {})).waiting).toEqual([])
})

it('pauses, resumes, moves, cancels and starts the queue of an open studio', async () => {
  const { studio, storeFolder } = await openOwner()
  await call(studio, 'queue.set-active', { isActive: false })
  for (const name of ['a', 'b', 'c']) await answerOf(storeFolder, addArguments(name))
  expect(await answerOf(storeFolder, ['queue', 'move', 'c', '1'])).toMatchObject({
    waiting: [{ name: 'c' }, { name: 'a' }, { name: 'b' }],
  })
  expect(await answerOf(storeFolder, ['queue', 'pause', 'a'])).toMatchObject({ paused: [{ name: 'a' }] })
  expect(await answerOf(storeFolder, ['queue', 'cancel', 'b'])).toMatchObject({ waiting: [{ name: 'c' }] })
  const conflict = await runCommand(storeFolder, ['queue', 'pause', 'b', '--json'])
  expect(conflict.code).toBe(1)
  expect(JSON.parse(conflict.stdout)).toMatchObject({ error: { code: 'conflict' } })

  scriptTrainers({ holdAtStep: 5 })
  expect(await answerOf(storeFolder, ['queue', 'start'])).toMatchObject({ isActive: true, running: [{ name: 'c' }] })
})

it('imports a network into an open studio by its path', async () => {
  const { studio, storeFolder } = await openOwner()
  const file = writeNetworkFile(temporaryFolder(), 2)
  const told = nextEvent(studio, 'library-changed', ({ networks }) => networks.some(({ name }) => name === 'second'))
  expect(await answerOf(storeFolder, ['network', 'import', file, '--name', 'second'])).toMatchObject({ name: 'second' })
  expect((await told).networks).toHaveLength(2)
})

it('says why a command that runs its experiment itself cannot be handed over, and what to do', async () => {
  const { storeFolder } = await openOwner()
  const run = await runCommand(storeFolder, ['run', '--network', 'small', '--dataset', 'images', ...settings])
  expect(run).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/in use by NeRN Studio.*studio queue add/s) as string,
  })
})

it('hands nothing to a studio of another version, or to one that cannot be asked', async () => {
  const storeFolder = await filledStore()
  const studio = await openStudio({ storeFolder, version: '0.0.1', program: 'NeRN Studio' })
  const refused = await runCommand(storeFolder, addArguments('other version'))
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('NeRN Studio is version 0.0.1') as string })
  writeFileSync(join(storeFolder, 'handover.json'), '{"protocol": 1}')
  expect(await runCommand(storeFolder, addArguments('nonsense'))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('handover.json') as string,
  })
  expect(await call(studio, 'queue.list', {})).toMatchObject({ running: [], waiting: [] })
})
