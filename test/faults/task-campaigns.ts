import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Random } from '#shared/basics/random.ts'
import type { Campaign, Trial } from './campaign.ts'
import { copyOfVersion, earlierVersions, fillWithExperiments } from './filled-store.ts'
import { zeroPageOfFile } from './flip.ts'
import { buildInjector, countingEnvironment, faultEnvironment, randomFault } from './injector.ts'
import { blameIn, commandProblem, inCopy, leftovers, startStudio, studioOrThrow, type Ended } from './scenario.ts'
import { contentsOf, differenceOf } from './store-contents.ts'
import { fillTemplate, writeSmallNetwork } from './template.ts'

/** A command that is disturbed, on a store that it finds. */
interface Task {
  readonly name: string
  /** Makes the store; what else the command needs lies beside it. */
  readonly prepare: (folder: string) => Promise<string>
  /**
   * @param shared what all trials read
   * @param folder of the trial: the store is in it, and what the command writes elsewhere
   */
  readonly args: (shared: string, folder: string) => readonly string[]
}

const tasks: readonly Task[] = [
  ...earlierVersions.map((version) => ({
    name: `migration from ${version}`,
    prepare: async (folder: string) => copyOfVersion(await fillWithExperiments(folder), version, folder),
    args: () => ['store', 'upgrade'],
  })),
  { name: 'restore', prepare: damaged, args: () => ['store', 'restore'] },
  { name: 'repair', prepare: damaged, args: () => ['store', 'repair', '--way', 'salvage'] },
  { name: 'rebuild', prepare: damaged, args: () => ['store', 'repair', '--way', 'rebuild'] },
  {
    name: 'network import',
    prepare: (folder) => fillTemplate(join(folder, 'store')),
    args: (shared) => ['network', 'import', writeSmallNetwork(shared, 2), '--name', 'other'],
  },
  {
    name: 'data set import',
    prepare: emptyStore,
    args: () => ['dataset', 'import', '/scripted', '--name', 'other'],
  },
  {
    name: 'export',
    prepare: fillWithExperiments,
    args: (_shared, folder) => ['export', 'mine', '--out', join(folder, 'out'), '--force'],
  },
  { name: 'vacuum', prepare: fillWithExperiments, args: () => ['store', 'vacuum'] },
  { name: 'backup', prepare: fillWithExperiments, args: () => ['store', 'backup'] },
  {
    name: 'store import',
    prepare: async (folder) => {
      await fillWithExperiments(folder)
      return emptyStore(folder)
    },
    args: (shared) => ['store', 'import', join(shared, 'filled')],
  },
  {
    name: 'store export',
    prepare: fillWithExperiments,
    args: (_shared, folder) => ['store', 'export', join(folder, 'out')],
  },
]

/** Commands are killed at random moments, or one of their operations on files fails; done again, they end the same. */
export const taskCampaigns: readonly Campaign[] = [
  { name: 'task-kills', begin: (folder) => beginTasks(folder, killed) },
  { name: 'task-operations', begin: (folder) => beginTasks(folder, faulty) },
]

interface Undisturbed {
  readonly contents: readonly string[]
  readonly written: readonly string[]
  readonly ms: number
  readonly operations: number
}

interface Started {
  readonly args: readonly string[]
  readonly folder: string
  readonly store: string
}

type Disturb = (started: Started, undisturbed: Undisturbed, random: Random) => Promise<{ what: string; ended: Ended }>

async function beginTasks(shared: string, disturb: Disturb): Promise<Trial> {
  buildInjector()
  const known = new Map<Task, Undisturbed>()
  return async (random) => {
    const task = tasks[random.integer(tasks.length)]
    if (task === undefined) throw new Error('There is no task.')
    const template = await task.prepare(shared)
    const undisturbed = known.get(task) ?? (await runUndisturbed(task, template, shared))
    known.set(task, undisturbed)
    return inCopy(template, async ({ folder, store }) => {
      const args = task.args(shared, folder)
      const { what, ended } = await disturb({ args, folder, store }, undisturbed, random)
      return { what: `${task.name}, ${what}`, wrong: await problemAfter(args, folder, ended, undisturbed) }
    })
  }
}

async function killed({ args, store }: Started, { ms }: Undisturbed, random: Random) {
  const afterMs = Math.round(random.uniform() * ms)
  const { child, ended } = startStudio(store, args)
  await Promise.race([wait(afterMs), ended])
  child.kill('SIGKILL')
  return { what: `killed after ${afterMs} ms`, ended: await ended }
}

async function faulty({ args, folder, store }: Started, { operations }: Undisturbed, random: Random) {
  const fault = randomFault(random, operations)
  const ended = await startStudio(store, args, faultEnvironment(folder, fault)).ended
  return { what: `${fault.kind} at operation ${fault.at} of ${operations}`, ended }
}

/** What a disturbed command lost, or what stands in the way of doing it again. */
async function problemAfter(
  args: readonly string[],
  folder: string,
  ended: Ended,
  undisturbed: Undisturbed,
): Promise<string | undefined> {
  const store = join(folder, 'store')
  const blamed = blameIn(ended.output)
  if (blamed !== undefined) return blamed
  // Whoever was told that it is done need not do it again; whoever was not does.
  if (ended.code !== 0) {
    const again = await startStudio(store, args).ended
    const isDone = again.code === 0 || /already/i.test(again.output)
    if (!isDone) return `done again: ${commandProblem(again) ?? ''}`
  }
  // The next session puts away what a kill left.
  const opened = commandProblem(await startStudio(store, ['store', 'upgrade']).ended)
  if (opened !== undefined) return opened
  const checked = commandProblem(await startStudio(store, ['store', 'check']).ended)
  if (checked !== undefined) return checked
  const left = [...leftovers(store), ...writtenIn(folder).filter((name) => name.endsWith('.part'))]
  if (left.length > 0) return `left behind: ${left.join(', ')}`
  return differenceOf(undisturbed.contents, contentsOf(store)) ?? differenceOf(undisturbed.written, writtenIn(folder))
}

async function runUndisturbed(task: Task, template: string, shared: string): Promise<Undisturbed> {
  return inCopy(template, async ({ folder, store }) => {
    const counting = countingEnvironment(folder, join(folder, 'operations.log'))
    const startedAt = performance.now()
    await studioOrThrow(store, task.args(shared, folder), counting.env)
    const ms = performance.now() - startedAt
    // As after every disturbed one: what is derived is derived at an opening.
    await studioOrThrow(store, ['store', 'upgrade'])
    return { contents: contentsOf(store), written: writtenIn(folder), ms, operations: counting.count() }
  })
}

/** Names of what a command wrote outside of the store. */
function writtenIn(folder: string): readonly string[] {
  const out = join(folder, 'out')
  return existsSync(out)
    ? readdirSync(out, { recursive: true, encoding: 'utf8' })
        .filter((name) => !/-(wal|shm)$/.test(name))
        .sort()
    : []
}

async function emptyStore(folder: string): Promise<string> {
  const store = join(folder, 'empty')
  if (!existsSync(store)) await studioOrThrow(store, ['store', 'upgrade'])
  return store
}

/** A store whose database has lost one of its pages behind the first. */
async function damaged(folder: string): Promise<string> {
  const store = join(folder, 'damaged')
  if (existsSync(store)) return store
  mkdirSync(folder, { recursive: true })
  cpSync(await fillWithExperiments(folder), store, { recursive: true })
  zeroPageOfFile(join(store, 'studio.sqlite'), 4)
  return store
}
