/**
 * What is done under faults: an experiment is made, run with checkpoints, and kept. Whatever happens to the process that does
 * it, commands that meet no fault must then lead to the same end, to the last bit.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '#main/basics/clock.ts'
import { loadSqlite } from '#main/store/sqlite.ts'
import { Store } from '#main/store/store.ts'

const programs = join(process.cwd(), '.cache/test-programs')
const settings = ['--set', 'reconstruction.steps=60', '--set', 'checkpointEverySteps=10']
const runArguments = ['run', '--network', 'small', '--dataset', 'images', '--name', 'mine', ...settings]

export interface Ended {
  readonly code: number | null
  readonly output: string
}

export interface ScenarioTrial {
  readonly store: string
  /** Starts the command that is to be disturbed. */
  start(env?: NodeJS.ProcessEnv): { readonly child: ChildProcess; readonly ended: Promise<Ended> }
  dispose(): void
}

/** A copy of a filled store, for one trial. */
export function beginTrial(template: string): ScenarioTrial {
  const folder = mkdtempSync(join(tmpdir(), 'nern-fault-'))
  const store = join(folder, 'store')
  cpSync(template, store, { recursive: true })
  return {
    store,
    start: (env = {}) => startStudio(store, runArguments, env),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/**
 * What a trial came to, or what is wrong with it.
 * @param said what the disturbed command printed
 */
export async function outcomeOf(
  { store }: ScenarioTrial,
  said: string,
  expected?: string,
): Promise<string | undefined> {
  const blamed = blameIn(said)
  if (blamed !== undefined) return blamed
  const problem = await goOn(store)
  if (problem !== undefined) return problem
  const damage = damageIn(store)
  if (damage !== undefined) return damage
  const left = leftovers(store)
  if (left.length > 0) return `left behind: ${left.join(', ')}`
  if (expected !== undefined && (await endOf(store)) !== expected) return 'it ended with other numbers'
  return undefined
}

/** What a command said that is no message for people: a disk's doing is not a defect of the studio. */
export function blameIn(said: string): string | undefined {
  const blamed = /defect of the studio|\n\s+at .*\(.*:\d+:\d+\)/.exec(said)
  return blamed === null ? undefined : `a disk's doing is told as a defect: ${said.slice(-600)}`
}

/** Every loss and the package of the experiment, as text. */
export async function endOf(folder: string): Promise<string> {
  const store = Store.openForReading({ folder, clock: systemClock })
  try {
    const run = experimentIn(store)?.latestRun?.id ?? ''
    const losses = (await store.metrics.list(run, -1)).filter(({ name }) => name === 'loss.total')
    return JSON.stringify(losses) + readFileSync(join(folder, 'runs', run, 'package.nern.safetensors'), 'base64')
  } finally {
    await store.close()
  }
}

function experimentIn(store: Store) {
  return store.experiments.list().items.find(({ name }) => name === 'mine')
}

/** What SQLite finds wrong with the database of a store that nobody has open; undefined when it is whole. */
function damageIn(store: string): string | undefined {
  const sqlite = loadSqlite()
  const db = new sqlite(join(store, 'studio.sqlite'), { readonly: true })
  try {
    const found = String(db.pragma('integrity_check', { simple: true }))
    return found === 'ok' ? undefined : `the database is damaged: ${found}`
  } finally {
    db.close()
  }
}

/** Leads what the disturbed command left to its end, as a person would; says what stands in the way. */
async function goOn(store: string): Promise<string | undefined> {
  const status = await statusOf(store)
  if (status === undefined) return commandProblem(await startStudio(store, runArguments).ended)
  if (status === 'failed') return 'the experiment failed'
  if (status === 'cancelled') return 'the experiment was cancelled'
  // The next session makes good what a kill behind the end of the run left undone.
  if (status === 'completed') return commandProblem(await startStudio(store, ['queue', 'start']).ended)
  if (status === 'paused') await startStudio(store, ['queue', 'resume', 'mine']).ended
  if (status === 'draft') return 'the experiment was left as a draft'
  const problem = commandProblem(await startStudio(store, ['queue', 'start']).ended)
  const after = await statusOf(store)
  return after === 'completed' ? undefined : (problem ?? `the experiment is ${String(after)}`)
}

async function statusOf(folder: string): Promise<string | undefined> {
  const store = Store.openForReading({ folder, clock: systemClock })
  try {
    return experimentIn(store)?.status
  } finally {
    await store.close()
  }
}

export function commandProblem({ code, output }: Ended): string | undefined {
  return code === 0 ? undefined : `a command after the fault ended with ${String(code)}: ${output.slice(-600)}`
}

/** Files that nobody will look at again. */
export function leftovers(store: string): readonly string[] {
  return readdirSync(store, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.part') || (name.startsWith('temporary/') && existsSync(join(store, name))),
  )
}

/** Runs `studio ...args` on a store; its trainers follow no script but their job. */
export function startStudio(store: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [join(programs, 'studio.js'), ...args, '--store', store], {
    env: { ...process.env, NERN_TRAINER: join(programs, 'scripted-trainer.js'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => resolve({ code, output }))
  })
  return { child, ended }
}

/** The same for a command that meets no fault. Throws what it said when it does not end well. */
export async function studioOrThrow(
  store: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<void> {
  const { code, output } = await startStudio(store, args, env).ended
  if (code !== 0) throw new Error(`studio ${args.join(' ')}: ${output}`)
}

/** Works on a copy of a store, in a folder of its own. */
export async function inCopy<T>(
  template: string,
  work: (trial: { readonly folder: string; readonly store: string }) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'nern-fault-'))
  const store = join(folder, 'store')
  try {
    cpSync(template, store, { recursive: true })
    return await work({ folder, store })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
