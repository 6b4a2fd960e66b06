import type { ChildProcess } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { join } from 'node:path'
import type { Random } from '#shared/basics/random.ts'
import type { Campaign, Trial } from './campaign.ts'
import { trainersOf } from './children.ts'
import { checkpointsIn } from './filled-store.ts'
import { flipBitOfFile } from './flip.ts'
import { buildInjector, countingEnvironment, faultEnvironment, randomFault } from './injector.ts'
import { beginTrial, endOf, outcomeOf, type Ended, type ScenarioTrial } from './scenario.ts'
import { fillTemplate } from './template.ts'

const kinds = ['kills', 'trainer-kills', 'operations', 'stops', 'checkpoints', 'owners'] as const
type Kind = (typeof kinds)[number]

/** A run of the command line is disturbed, goes on, and must end to the last bit as one that nobody disturbed. */
export const runCampaigns: readonly Campaign[] = kinds.map((kind) => ({
  name: kind,
  begin: (folder) => beginRuns(folder, (trial, random, undisturbed) => disturb(kind, trial, random, undisturbed)),
}))

type DisturbRun = (trial: ScenarioTrial, random: Random, undisturbed: Undisturbed) => Promise<Disturbed>

/** Trials of a run that is disturbed somehow. */
export async function beginRuns(folder: string, disturbRun: DisturbRun): Promise<Trial> {
  const template = await fillTemplate(join(folder, 'store'))
  const undisturbed = await runUndisturbed(template)
  return async (random) => {
    const trial = beginTrial(template)
    try {
      const { what, ended, wrong } = await disturbRun(trial, random, undisturbed)
      return { what, wrong: wrong ?? (await outcomeOf(trial, ended.output, undisturbed.end)) }
    } finally {
      trial.dispose()
    }
  }
}

/** What a run that nobody disturbs comes to. */
interface Undisturbed {
  readonly end: string
  readonly ms: number
  readonly operations: number
}

/** Does the scenario once without a fault. */
async function runUndisturbed(template: string): Promise<Undisturbed> {
  buildInjector()
  const trial = beginTrial(template)
  try {
    const counting = countingEnvironment(trial.store, join(trial.store, '..', 'operations.log'))
    const startedAt = performance.now()
    const { code, output } = await trial.start(counting.env).ended
    if (code !== 0) throw new Error(`The scenario fails without a fault: ${output}`)
    return { end: await endOf(trial.store), ms: performance.now() - startedAt, operations: counting.count() }
  } finally {
    trial.dispose()
  }
}

interface Disturbed {
  /** What was done, for people. */
  readonly what: string
  readonly ended: Ended
  /** What is wrong already, before the run goes on. */
  readonly wrong?: string | undefined
}

async function disturb(kind: Kind, trial: ScenarioTrial, random: Random, undisturbed: Undisturbed): Promise<Disturbed> {
  const afterMs = Math.round(random.uniform() * undisturbed.ms)
  switch (kind) {
    case 'kills': {
      const { child, ended } = trial.start()
      await Promise.race([wait(afterMs), ended])
      child.kill('SIGKILL')
      return { what: `killed after ${afterMs} ms`, ended: await ended }
    }
    case 'trainer-kills': {
      const { child, ended } = trial.start()
      const trainers = await awaitTrainers(child, ended, random)
      trainers.forEach((pid) => signal(pid, 'SIGKILL'))
      return { what: `${trainers.length} trainers killed`, ended: await ended }
    }
    case 'stops': {
      const { child, ended } = trial.start()
      const stopped = [...(await awaitTrainers(child, ended, random)), child.pid ?? 0]
      stopped.forEach((pid) => signal(pid, 'SIGSTOP'))
      await wait(1000)
      stopped.forEach((pid) => signal(pid, 'SIGCONT'))
      return { what: `${stopped.length} stopped for 1 s`, ended: await ended }
    }
    case 'checkpoints': {
      const { child, ended } = await startHeld(trial)
      child.kill('SIGKILL')
      const disturbed = await ended
      const newest = checkpointsIn(trial.store).at(-1) ?? ''
      return { what: `${flipBitOfFile(newest, random)} after a kill`, ended: disturbed }
    }
    case 'owners': {
      const { child, ended } = await startHeld(trial)
      const second = await trial.start().ended
      child.kill('SIGINT')
      const first = await ended
      if (second.code !== 1 || !second.output.includes('The store is in use by')) {
        throw new Error(`a second owner ended with ${String(second.code)}: ${second.output}`)
      }
      return { what: 'two owners at once', ended: first }
    }
    case 'operations': {
      const fault = randomFault(random, undisturbed.operations)
      const { ended } = trial.start(faultEnvironment(trial.store, fault))
      return { what: `${fault.kind} at operation ${fault.at}`, ended: await ended }
    }
  }
}

/** The trainers of a command, at a random moment of their work; none where the command ended before. */
async function awaitTrainers(child: ChildProcess, ended: Promise<unknown>, random: Random): Promise<readonly number[]> {
  let hasEnded = false
  void ended.then(() => (hasEnded = true))
  while (!hasEnded && trainersOf(child.pid).length === 0) await wait(5)
  // Starting takes most of it; some moments lie behind its end.
  await Promise.race([wait(random.uniform() * 1500), ended])
  return hasEnded ? [] : trainersOf(child.pid)
}

/** Starts the command and waits until its trainer has stopped behind the third checkpoint, of which two are kept. */
async function startHeld(trial: ScenarioTrial) {
  const started = trial.start({ NERN_TRAINER_SCRIPT: JSON.stringify({ holdAtStep: 35 }) })
  const isThere = () => checkpointsIn(trial.store).some((path) => path.includes('checkpoint-0000003'))
  while (started.child.exitCode === null && !isThere()) await wait(20)
  return started
}

/** False where the process has gone meanwhile. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}
